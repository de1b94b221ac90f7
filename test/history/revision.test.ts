import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { parseRange, parseRevision, stepOf } from "../../src/history/revision.ts";
import { formatHead, parseHead } from "../../src/store/head.ts";

const ID = "3f".repeat(32);

describe("a revision, taken apart", () => {
  test.each([
    ["main", "main", undefined, undefined],
    ["main@842137", "main", undefined, { at: 842137 }],
    ["main@842_137", "main", undefined, { at: 842137 }],
    ["main@0", "main", undefined, { at: 0 }],
    ["main@007", "main", undefined, { at: 7 }],
    ["main@50%", "main", undefined, { percent: 50 }],
    ["main@0%", "main", undefined, { percent: 0 }],
    ["main@100%", "main", undefined, { percent: 100 }],
    ["main@33.3%", "main", undefined, { percent: 33.3 }],
    ["main@-1", "main", undefined, { fromEnd: 1 }],
    ["main@-1_000", "main", undefined, { fromEnd: 1000 }],
    ["main~3", "main", undefined, { back: 3 }],
    ["HEAD", "HEAD", undefined, undefined],
    ["HEAD~100", "HEAD", undefined, { back: 100 }],
    ["HEAD~1_00", "HEAD", undefined, { back: 100 }],
    ["HEAD@{1}", "HEAD", 1, undefined],
    ["main@{0}", "main", 0, undefined],
    ["main@{2}@50%", "main", 2, { percent: 50 }],
    ["main@{2}~5", "main", 2, { back: 5 }],
    ["v1", "v1", undefined, undefined],
    ["v1.0", "v1.0", undefined, undefined],
    ["3f3f", "3f3f", undefined, undefined],
    [`${ID}@12`, ID, undefined, { at: 12 }],
    ["archive/main/1", "archive/main/1", undefined, undefined],
    ["archive/main/1@-1", "archive/main/1", undefined, { fromEnd: 1 }],
    ["refs/heads/main@5", "refs/heads/main", undefined, { at: 5 }],
    ["fix/clamp-2@5", "fix/clamp-2", undefined, { at: 5 }],
    ["größe@5", "größe", undefined, { at: 5 }],
  ])("%s", (text, base, ago, step) => {
    expect(parseRevision(text)).toEqual({ base, ago, step });
  });

  test.each([
    ["", ""],
    ["@5", "@5"],
    ["~5", "~5"],
    ["@{1}", "@{1}"],
    ["main@", "@"],
    ["main@@5", "@@5"],
    ["main@5@6", "@5@6"],
    ["main@x", "@x"],
    ["main@1.5", "@1.5"],
    ["main@1e6", "@1e6"],
    ["main@-0", "@-0"],
    ["main@-", "@-"],
    ["main@+5", "@+5"],
    ["main@5_", "@5_"],
    ["main@_5", "@_5"],
    ["main@5__0", "@5__0"],
    ["main@101%", "@101%"],
    ["main@-5%", "@-5%"],
    ["main@%", "@%"],
    ["main@5%%", "@5%%"],
    ["main@1.2345678%", "@1.2345678%"],
    ["main~", "~"],
    ["main~-1", "~-1"],
    ["main~1~2", "~1~2"],
    ["main@5~1", "@5~1"],
    ["main@{}", "@{}"],
    ["main@{-1}", "@{-1}"],
    ["main@{1", "@{1"],
    ["main@{1}x", "x"],
    ["main@ 5", "@ 5"],
    ["main@5\n", "@5\n"],
    ["main@０", "@０"],
  ])("%j is refused: %j was not understood", (text, part) => {
    let error: unknown;
    try {
      parseRevision(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(isRewindError(error, "INVALID_REVISION")).toBe(true);
    expect(error).toMatchObject({ data: { revision: text, part } });
    expect((error as Error).message).toContain(`cannot read ${JSON.stringify(part)}`);
  });
});

describe("a range, taken apart", () => {
  test.each([
    ["main@100..main@200", "main@100", "main@200"],
    ["main@100..@200", "main@100", "main@200"],
    ["@100..main@200", "main@100", "main@200"],
    ["main@100..", "main@100", undefined],
    ["..main@200", undefined, "main@200"],
    ["main..fix", "main", "fix"],
    ["main@10%..@0.5%", "main@10%", "main@0.5%"],
    ["main@-10..@-1", "main@-10", "main@-1"],
    ["HEAD~100..HEAD", "HEAD~100", "HEAD"],
    ["~100..HEAD", "HEAD~100", "HEAD"],
    ["main@5..~5", "main@5", "main~5"],
    ["main@{1}..", "main@{1}", undefined],
    ["@{1}..main", "main@{1}", "main"],
    ["main@{2}@5..@9", "main@{2}@5", "main@{2}@9"],
    ["@5..main@{2}~9", "main@{2}@5", "main@{2}~9"],
    ["main@{2}..@{1}", "main@{2}", "main@{1}"],
    ["archive/main/1@5..@9", "archive/main/1@5", "archive/main/1@9"],
    ["v1.0@5..v1.1", "v1.0@5", "v1.1"],
  ])("%s is from %s to %s", (text, from, to) => {
    expect(parseRange(text)).toEqual({ from, to });
    expect(() => parseRevision(text)).toThrow("expected one step, got a range");
  });

  test.each(["main", "main@5", "v1.0", "", "nope@x", "../main"])("%j is not a range", (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  test.each([
    ["..", ".."],
    ["@5..", "@5.."],
    ["@5..~9", "@5..~9"],
    ["main...fix", "main...fix"],
    ["main....", "main...."],
    ["a..b..c", "a..b..c"],
    ["main@5..@x", "@x"],
    ["main@5x..", "@5x"],
    ["main@..@5", "@"],
  ])("%j is refused: %j was not understood", (text, part) => {
    expect(() => parseRange(text)).toThrow(
      expect.objectContaining({
        code: "INVALID_REVISION",
        message: expect.stringContaining(`cannot read ${JSON.stringify(part)}`),
      }),
    );
  });
});

describe("the step of a revision", () => {
  test.each([
    [{ at: 7 }, 7],
    [{ fromEnd: 1 }, 1000],
    [{ fromEnd: 1001 }, 0],
    [{ percent: 0 }, 0],
    [{ percent: 100 }, 1000],
    [{ percent: 33.3 }, 333],
    [{ percent: 0.05 }, 0],
    [{ back: 10 }, 490],
  ])("%j of 1,000 steps, from 500: %i", (spec, step) => {
    expect(stepOf(spec, 1000, 500)).toBe(step);
  });

  test("percentages are exact", () => {
    for (let percent = 0; percent <= 100; percent++) {
      expect(stepOf({ percent }, 100, 0)).toBe(percent);
      expect(stepOf({ percent: percent / 10 }, 1000, 0)).toBe(percent);
    }
    expect(stepOf({ percent: 100 }, Number.MAX_SAFE_INTEGER, 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(stepOf({ percent: 99.999999 }, 1_000_000, 0)).toBe(999_999);
  });
});

describe("HEAD", () => {
  test.each([
    { ref: "refs/heads/main", run: undefined, step: undefined },
    { ref: "refs/heads/fix/größe", run: undefined, step: 12 },
    { ref: undefined, run: ID, step: 0 },
  ])("%j is written and read", (head) => {
    expect(parseHead(formatHead(head as never))).toEqual(head);
  });

  test.each([
    ...["", "nonsense", "ref: ", "3f3f", "step: 5", "ref: refs/tags/v1", "ref: ../config"],
    ...["ref: refs/heads/../x", `${ID}\nstep: x`, `${ID}\nstep: 5\nmore`, `x\n${ID}`, ` ${ID}`],
    ...["ref: refs/heads/main\nstep: -1", "ref: refs/heads/main\u001b[2J", `${ID}\n`],
  ])("%j is damage", (text) => {
    expect(() => parseHead(text)).toThrow(expect.objectContaining({ code: "STORE_DAMAGED" }));
  });
});
