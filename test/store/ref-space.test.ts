import { describe, expect, test } from "vitest";
import { memoryRefs } from "../../src/store/memory-refs.ts";
import { checkBranchName } from "../../src/store/ref-name.ts";
import { RefSpace } from "../../src/store/ref-space.ts";
import { codeOf, codeOfAsync } from "../support/code-of.ts";

describe("names that a file system would confuse", () => {
  test.each([
    ["cafe\u0301", "form NFC"],
    ["a/\u212b", "form NFC"],
    ["\u017ftep", "treat as s"],
    ["con", "device"],
    ["NUL", "device"],
    ["a/aux.txt", "device"],
    ["lpt1/x", "device"],
    ["a./b", "ends in a dot"],
    ["a\u200bb", "cannot be seen"],
    ["a\u202eb", "cannot be seen"],
    ["\u3164", "cannot be seen"],
    ["soft\u00adhyphen", "cannot be seen"],
    ['a"b', "Windows"],
  ])("%j is refused: %s", (name, reason) => {
    expect(codeOf(() => checkBranchName(name))).toBe("INVALID_REF_NAME");
    expect(() => checkBranchName(name)).toThrow(reason);
  });

  test.each(["caf\u00e9", "größe", "λόγος", "console", "nullable", "aux-1", "com", "x/con1", "語"])(
    "%s is fine",
    (name) => {
      expect(checkBranchName(name)).toBe(name);
    },
  );

  test.each([
    ["step", "Step", "only in case"],
    ["straße", "STRASSE", "as one name"],
    ["λόγος", "ΛΌΓΟΣ", "only in case"],
    ["ﬁx", "fix", "as one name"],
    ["a", "A/b", "folder"],
    ["a/b/c", "A/B", "folder"],
  ])("%s cannot exist beside %s", (a, b, problem) => {
    const both = new RefSpace([a, b]);
    expect(() => both.check(a)).toThrow(problem);
    expect(() => both.check(b)).toThrow(problem);
    expect(() => new RefSpace([a]).check(b)).toThrow(problem);
  });

  test("each spelling of a name is checked at most once", () => {
    const spelled = (i: number): string =>
      Array.from("abcdefghijklmnop", (letter, at) =>
        (i >> at) & 1 ? letter.toUpperCase() : letter,
      ).join("");
    const names = Array.from({ length: 1 << 16 }, (_, i) => spelled(i));
    const space = new RefSpace(names);
    expect(names.every((name) => space.has(name))).toBe(true);
    expect(() => space.check("abcdefghijklmnop")).toThrow("only in case");
    expect(() => space.check("abcdefghijklmnop/q")).toThrow("folder");
  });

  test("a store of refs refuses them", async () => {
    const refs = memoryRefs(() => "");
    const make = (name: string) =>
      codeOfAsync(refs.update([{ name: `refs/heads/${name}`, from: undefined, to: "x" }], "t"));
    expect(await make("straße")).toBe("");
    expect(await make("strasse")).toBe("REF_CONFLICT");
    expect(await make("nul")).toBe("INVALID_REF_NAME");
  });
});
