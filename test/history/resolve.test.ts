import { beforeAll, describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { resolveRange } from "../../src/history/range.ts";
import { resolve } from "../../src/history/resolve.ts";
import type { Id } from "../../src/object/id.ts";
import { encodeTag } from "../../src/object/tag.ts";
import { emptyRuns, type Runs } from "./runs.ts";

/**
 * The store of the table below. HEAD is main, with the cursor at step 1500. main named `first`,
 * then `second`, and was then reset: `second` is archive/main/1, and main is `third`.
 */
interface Lab {
  readonly runs: Runs;
  readonly ids: Readonly<Record<string, Id<"run">>>;
  /** Digits with which the ids of two runs begin. */
  readonly twins: string;
  readonly chunk: Id;
}

const STEPS: Readonly<Record<string, number>> = {
  first: 1_000,
  second: 4_000,
  third: 2_000,
  far: 50,
};

async function lab(): Promise<Lab> {
  const runs = await emptyRuns();
  const ids: Record<string, Id<"run">> = {};
  for (const [n, [name, steps]] of Object.entries(STEPS).entries()) {
    ids[name] = await runs.put({ steps, meta: { n } });
  }
  const { first, second, third, far } = ids as Record<string, Id<"run">>;
  await runs.point("refs/heads/main", first);
  await runs.point("refs/heads/main", second);
  await runs.point("refs/archive/main/1", second);
  await runs.point("refs/heads/main", third);
  await runs.point("refs/heads/fix/clamp", first);
  await runs.point("refs/remotes/origin/main", far);
  // Names in two places at once, and one that looks like the beginning of an id.
  await runs.point("refs/heads/both", first);
  await runs.point("refs/remotes/both", far);
  await runs.point("refs/remotes/lab/v1", far);
  await runs.point(`refs/heads/${first?.slice(0, 6)}`, third);
  await runs.point(`refs/heads/${first}`, third);
  const writer = await runs.store.writer();
  const tag = (target: Id<"run"> | undefined, name: string): Id =>
    writer.put("tag", encodeTag({ target: target as Id<"run">, name, message: "m", time: "" }));
  const [v1, both] = [tag(first, "v1"), tag(third, "both")];
  const chunk = writer.put("chunk", Uint8Array.of(1, 2, 3));
  await writer.close();
  await runs.point("refs/tags/v1", v1);
  // A tag that came from a remote does not take the name of another remote's branch.
  await runs.point("refs/tags/lab/v1", v1);
  await runs.point("refs/tags/both", both);
  await runs.point("HEAD", "ref: refs/heads/main\nstep: 1500");
  return { runs, ids, twins: await twins(runs), chunk };
}

async function twins(runs: Runs): Promise<string> {
  const seen = new Set<string>();
  for (let n = 0; ; n++) {
    const id = await runs.put({ meta: { another: n } });
    if (seen.has(id.slice(0, 4))) return id.slice(0, 4);
    seen.add(id.slice(0, 4));
  }
}

let given: Lab;
beforeAll(async () => {
  given = await lab();
});

/** `<first:8>` in a row stands for the first 8 digits of the id of the run `first`. */
function spelled(text: string): string {
  return text
    .replace(/<(\w+):(\d+)>/g, (_, name, digits) =>
      (given.ids[name] ?? "").slice(0, Number(digits)),
    )
    .replace("<twins>", given.twins)
    .replace("<chunk>", given.chunk);
}

/** The name of a run in the table. */
function nameOf(id: Id<"run">): string | undefined {
  return Object.entries(given.ids).find(([, other]) => other === id)?.[0];
}

const MAIN = "refs/heads/main";

describe("one revision", () => {
  test.each<[text: string, run: string, step: number | undefined, ref: string | undefined]>([
    // branches
    ["main", "third", undefined, MAIN],
    ["main@842", "third", 842, MAIN],
    ["main@1_842", "third", 1842, MAIN],
    ["main@0", "third", 0, MAIN],
    ["main@2000", "third", 2000, MAIN],
    ["main@50%", "third", 1000, MAIN],
    ["main@0.05%", "third", 1, MAIN],
    ["main@100%", "third", 2000, MAIN],
    ["main@-1", "third", 2000, MAIN],
    ["main@-2001", "third", 0, MAIN],
    ["main~100", "third", 1900, MAIN],
    ["fix/clamp@5", "first", 5, "refs/heads/fix/clamp"],
    ["heads/main", "third", undefined, MAIN],
    ["refs/heads/main@7", "third", 7, MAIN],
    // HEAD is the cursor's step, and ~ counts from it
    ["HEAD", "third", 1500, MAIN],
    ["HEAD~100", "third", 1400, MAIN],
    ["HEAD~1_500", "third", 0, MAIN],
    ["HEAD@7", "third", 7, MAIN],
    ["HEAD@-1", "third", 2000, MAIN],
    // runs that a ref named before; the cursor does not apply to them
    ["main@{0}", "third", undefined, undefined],
    ["main@{1}", "second", undefined, undefined],
    ["main@{2}", "first", undefined, undefined],
    ["main@{2}@500", "first", 500, undefined],
    ["main@{2}@10%", "first", 100, undefined],
    ["main@{1}~1", "second", 3999, undefined],
    ["HEAD@{0}", "third", undefined, undefined],
    ["HEAD@{1}", "second", undefined, undefined],
    ["HEAD@{1}@-1", "second", 4000, undefined],
    ["v1@{0}", "first", undefined, undefined],
    // tags, archived runs, remotes
    ["v1", "first", undefined, "refs/tags/v1"],
    ["v1@50%", "first", 500, "refs/tags/v1"],
    ["tags/v1", "first", undefined, "refs/tags/v1"],
    ["archive/main/1", "second", undefined, "refs/archive/main/1"],
    ["archive/main/1@-1", "second", 4000, "refs/archive/main/1"],
    ["origin/main", "far", undefined, "refs/remotes/origin/main"],
    ["origin/main@25", "far", 25, "refs/remotes/origin/main"],
    ["remotes/origin/main", "far", undefined, "refs/remotes/origin/main"],
    // ids
    ["<second:4>", "second", undefined, undefined],
    ["<second:7>", "second", undefined, undefined],
    ["<second:64>", "second", undefined, undefined],
    ["<second:12>@12", "second", 12, undefined],
    ["<second:12>~12", "second", 3988, undefined],
    // order: a whole id, a branch, a tag, a remote's branch, digits of an id
    ["both", "first", undefined, "refs/heads/both"],
    ["tags/both", "third", undefined, "refs/tags/both"],
    ["remotes/both", "far", undefined, "refs/remotes/both"],
    ["remotes/lab/v1", "far", undefined, "refs/remotes/lab/v1"],
    ["lab/v1", "far", undefined, "refs/remotes/lab/v1"],
    ["tags/lab/v1", "first", undefined, "refs/tags/lab/v1"],
    ["heads/<first:6>", "third", undefined, "refs/heads/<first:6>"],
    ["<first:7>", "first", undefined, undefined],
    ["<first:64>", "first", undefined, undefined],
    ["heads/<first:64>", "third", undefined, "refs/heads/<first:64>"],
  ])("%s is the run %s, step %s, ref %s", async (text, run, step, ref) => {
    const { runs } = given;
    const found = await resolve(runs.store, runs.refs, spelled(text));
    expect([nameOf(found.id), found.step, found.ref]).toEqual([run, step, ref && spelled(ref)]);
    expect(found.run.steps).toBe(STEPS[run]);
  });

  test("an id's digits may be capitals", async () => {
    const { runs, ids } = given;
    const text = spelled("<second:8>").toUpperCase();
    expect((await resolve(runs.store, runs.refs, text)).id).toBe(ids.second);
  });
});

describe("a range of steps", () => {
  test.each<[text: string, run: string, from: number, to: number, ref: string | undefined]>([
    ["main@100..main@200", "third", 100, 200, MAIN],
    ["main@100..@200", "third", 100, 200, MAIN],
    ["@100..main@200", "third", 100, 200, MAIN],
    ["main@100..", "third", 100, 2000, MAIN],
    ["..main@200", "third", 0, 200, MAIN],
    ["main..@200", "third", 0, 200, MAIN],
    ["main@100..main", "third", 100, 2000, MAIN],
    ["main..", "third", 0, 2000, MAIN],
    ["..main", "third", 0, 2000, MAIN],
    ["main@7..@7", "third", 7, 7, MAIN],
    ["main@10%..@50%", "third", 200, 1000, MAIN],
    ["main@-11..@-1", "third", 1990, 2000, MAIN],
    ["main@1_000..~500", "third", 1000, 1500, MAIN],
    // HEAD has a step: the cursor's
    ["HEAD~100..HEAD", "third", 1400, 1500, MAIN],
    ["~100..HEAD", "third", 1400, 1500, MAIN],
    ["HEAD..", "third", 1500, 2000, MAIN],
    ["..HEAD", "third", 0, 1500, MAIN],
    ["HEAD..main@1_600", "third", 1500, 1600, MAIN],
    // two names of one run
    ["v1@5..fix/clamp@9", "first", 5, 9, "refs/tags/v1"],
    ["main@{2}@5..@9", "first", 5, 9, undefined],
    ["@5..main@{2}@9", "first", 5, 9, undefined],
    ["@{1}@5..main@{1}", "second", 5, 4000, undefined],
    ["archive/main/1@1..@2", "second", 1, 2, "refs/archive/main/1"],
    ["origin/main@1..@2", "far", 1, 2, "refs/remotes/origin/main"],
    ["<second:8>@1..@2", "second", 1, 2, undefined],
  ])("%s is of the run %s: %i to %i", async (text, run, from, to, ref) => {
    const { runs } = given;
    const found = await resolveRange(runs.store, runs.refs, spelled(text));
    expect(found && [nameOf(found.id), found.from, found.to]).toEqual([run, from, to]);
    expect([found?.ref, found?.run.steps]).toEqual([ref, STEPS[run]]);
  });

  test("a single revision is not a range", async () => {
    for (const text of ["main@5", "nope"]) {
      const range = resolveRange(given.runs.store, given.runs.refs, text);
      await expect(range).rejects.toMatchObject({ code: "INVALID_REVISION" });
    }
  });
});

describe("text that names nothing, or too much", () => {
  const UNKNOWN = "UNKNOWN_REVISION";
  const INVALID = "INVALID_REVISION";
  const RANGE = "STEP_OUT_OF_RANGE";

  test.each<[text: string, code: string, message: string, names?: readonly string[]]>([
    // unknown name: the error lists the nearest ones
    ["mian", UNKNOWN, 'expected the name of a run, got "mian"', ["main"]],
    ["Main@5", UNKNOWN, 'expected the name of a run, got "Main" in "Main@5"', ["main"]],
    ["HAED", UNKNOWN, 'expected the name of a run, got "HAED"', ["HEAD"]],
    ["fix/clmp", UNKNOWN, 'expected the name of a run, got "fix/clmp"', ["fix/clamp"]],
    ["v2", UNKNOWN, 'expected the name of a run, got "v2"', ["v1"]],
    [
      "archive/main/2",
      UNKNOWN,
      'expected the name of a run, got "archive/main/2"',
      ["archive/main/1"],
    ],
    ["archive/mian/1@5", UNKNOWN, 'got "archive/mian/1" in "archive/mian/1@5"', ["archive/main/1"]],
    ["orign/main", UNKNOWN, 'expected the name of a run, got "orign/main"', ["origin/main"]],
    ["origin/mian", UNKNOWN, 'expected the name of a run, got "origin/mian"', ["origin/main"]],
    ["something-else-altogether", UNKNOWN, 'got "something-else-altogether"', []],
    ["refs/heads/nope", UNKNOWN, 'got "refs/heads/nope"', []],
    ["HEAD/x", UNKNOWN, 'got "HEAD/x"'],
    ["refs/", UNKNOWN, 'got "refs/"'],
    ["a b", UNKNOWN, 'got "a b"'],
    ["\0", UNKNOWN, 'got "\\u0000"'],
    // ids
    ["<second:3>", UNKNOWN, "expected the name of a run, or at least 4 digits of its id, got"],
    ["<second:64>0", UNKNOWN, "expected the name of a run, got"],
    ["<second:8>g", UNKNOWN, "expected the name of a run, got"],
    ["<chunk>", UNKNOWN, "expected the name of a run, got"],
    ["<first:6>", "AMBIGUOUS_ID", "and the beginning of another run's id"],
    ["<twins>", "AMBIGUOUS_ID", "is the beginning of 2 runs' ids"],
    // step out of range: the error lists the steps
    ["main@10000", RANGE, "expected a step in 0..2,000, got 10,000: the run main has 2,000 steps"],
    [
      "main@-2002",
      RANGE,
      'expected a step in 0..2,000, got -1 for "@-2002": the run main has 2,000',
    ],
    ["HEAD~1501", RANGE, 'expected a step in 0..2,000, got -1 for "~1501": the run HEAD has 2,000'],
    ["v1@1001", RANGE, "expected a step in 0..1,000, got 1,001: the run v1 has 1,000 steps"],
    ["main@{2}@1001", RANGE, "expected a step in 0..1,000, got 1,001"],
    ["main@9007199254740991", RANGE, "expected a step in 0..2,000, got 9,007,199,254,740,991"],
    ["main@9999999999999999999", "INVALID_REVISION", "expected at most 2^53 - 1"],
    // too few changes: the error says how many there are
    [
      "main@{9}",
      UNKNOWN,
      'cannot go back 9 changes in "main@{9}": main has named 3 runs, main@{0} to main@{2}',
    ],
    ["HEAD@{3}", UNKNOWN, "HEAD has named 3 runs, HEAD@{0} to HEAD@{2}"],
    ["v1@{1}@5", UNKNOWN, 'cannot go back 1 change in "v1@{1}@5": v1 has named 1 run, v1@{0}'],
    ["<second:8>@{0}", UNKNOWN, "is a run's id, and an id has no history"],
    // invalid text: the error names the part
    ["main@x", INVALID, 'cannot read "@x" in the revision "main@x": expected a step such as'],
    ["main@5@6", INVALID, 'cannot read "@5@6" in the revision "main@5@6"'],
    ["main@{1}x", INVALID, 'cannot read "x" in the revision "main@{1}x"'],
    ["@5", INVALID, 'cannot read "@5": expected the name of a run before it'],
    ["", INVALID, 'cannot read "": expected the name of a run'],
    ["main@1..@2", INVALID, 'cannot read "main@1..@2": expected one step, got a range'],
    ["../../etc/passwd", UNKNOWN, 'got "../../etc/passwd"'],
    ["..", INVALID, 'cannot read "..": expected one step, got a range'],
    ["refs/heads/../../config", UNKNOWN, 'got "refs/heads/../../config"'],
  ])("%j: %s", async (text, code, message, names) => {
    const error = await failure(() => resolve(given.runs.store, given.runs.refs, spelled(text)));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    if (names !== undefined) {
      expect(error).toMatchObject({
        data: { names, known: expect.arrayContaining(["main", "fix/clamp", "archive/main/1"]) },
      });
    }
  });

  test.each<[text: string, code: string, message: string]>([
    ["main@1..fix/clamp@2", INVALID, "expected both sides to name the same run, got"],
    ["main@{1}..main", INVALID, "expected both sides to name the same run, got"],
    [
      "main@9..@3",
      INVALID,
      'cannot read "main@9..@3": expected the earlier step first, got 9 and 3',
    ],
    [
      "main@1..@2001",
      RANGE,
      "expected a step in 0..2,000, got 2,001: the run main has 2,000 steps",
    ],
    ["main@1..mian", UNKNOWN, 'expected the name of a run, got "mian"'],
    ["main@1..@x", INVALID, 'cannot read "@x" in the revision "main@x"'],
    ["..", INVALID, 'cannot read "..": expected the name of a run on at least one side'],
    ["@1..@2", INVALID, 'cannot read "@1..@2": expected the name of a run on at least one side'],
    ["main@1..2..3", INVALID, "expected two sides, as in main@100..main@200"],
    ["main@1...@2", INVALID, "expected two sides, as in main@100..main@200"],
  ])("the range %j: %s", async (text, code, message) => {
    const error = await failure(() => resolveRange(given.runs.store, given.runs.refs, text));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("the error for an ambiguous id lists the ids, and a whole id is never ambiguous", async () => {
    const { runs, twins: digits } = given;
    const error = await failure(() => resolve(runs.store, runs.refs, digits));
    const { matches } = (error as { data: { matches: Id<"run">[] } }).data;
    expect(matches).toHaveLength(2);
    for (const id of matches) expect((await resolve(runs.store, runs.refs, id)).id).toBe(id);
  });

  test("a branch named as another run's id begins is ambiguous; its full name and a longer id are not", async () => {
    const runs = await emptyRuns();
    const known = await runs.put({ ref: "refs/heads/known" });
    const digits = known.slice(0, 12);
    const evil = await runs.put({ ref: `refs/heads/${digits}`, steps: 7 });
    const error = await failure(() => resolve(runs.store, runs.refs, digits));
    expect(error).toMatchObject({ code: "AMBIGUOUS_ID", data: { ref: `heads/${digits}` } });
    expect((await resolve(runs.store, runs.refs, `heads/${digits}`)).id).toBe(evil);
    expect((await resolve(runs.store, runs.refs, known.slice(0, 13))).id).toBe(known);
    // A name for the run whose id it begins is no other's.
    await runs.point(`refs/tags/${known.slice(0, 9)}`, known);
    expect((await resolve(runs.store, runs.refs, known.slice(0, 9))).id).toBe(known);
  });

  test("HEAD before anything is recorded on its branch", async () => {
    const runs = await emptyRuns();
    const message = "HEAD names the branch main, which has no run yet";
    const head = (): Promise<unknown> => resolve(runs.store, runs.refs, "HEAD");
    expect(await failure(head)).toMatchObject({ code: UNKNOWN, message, data: { known: [] } });
    await runs.put({ ref: "refs/heads/other" });
    expect(await failure(head)).toMatchObject({ code: UNKNOWN, data: { known: ["other"] } });
  });
});

async function failure(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return expect.fail(`expected an error, got ${JSON.stringify(await work())}`);
  } catch (error) {
    if (isRewindError(error)) return error;
    throw error;
  }
}
