import { describe, expect, test } from "vitest";
import { fileRefs } from "../../src/node/store/file-refs.ts";
import { memoryRefs } from "../../src/store/memory-refs.ts";
import { checkBranchName, nextArchiveName } from "../../src/store/ref-name.ts";
import { codeOf } from "../support/code-of.ts";
import { countingClock, emptyStore, refTools } from "../support/store-tools.ts";
import { testRefStore } from "./ref-store.suite.ts";

testRefStore("memory", () => {
  const refs = memoryRefs(countingClock());
  return [refs, refs];
});

testRefStore("files", () => {
  const root = emptyStore();
  const now = countingClock();
  return [fileRefs(root, { ...refTools(), now }), fileRefs(root, { ...refTools(), now })];
});

describe("checkBranchName", () => {
  test("takes a name of 200 bytes, and returns it", () => {
    for (const name of ["main", "a/b", "é".repeat(100), "a".repeat(200)]) {
      expect(checkBranchName(name)).toBe(name);
    }
  });
  test.each(["", "a".repeat(201), "é".repeat(101), "HEAD", "refs/x", "a@1", "-x", "a..b", "../x"])(
    "refuses %j",
    (name) => {
      expect(codeOf(() => checkBranchName(name))).toBe("INVALID_REF_NAME");
    },
  );
});

describe("nextArchiveName", () => {
  test("continues from the highest number", async () => {
    const refs = memoryRefs(countingClock());
    const archive = (name: string) => refs.update([{ name, from: undefined, to: "x" }], "x");
    expect(await nextArchiveName(refs, "refs/heads/a/b")).toBe("refs/archive/a/b/1");
    for (const name of ["refs/archive/a/b/2", "refs/archive/a/b/10", "refs/archive/a/bc/99"]) {
      await archive(name);
    }
    expect(await nextArchiveName(refs, "refs/heads/a/b")).toBe("refs/archive/a/b/11");
    await archive("refs/archive/a/b/c/77");
    expect(await nextArchiveName(refs, "refs/heads/a/b")).toBe("refs/archive/a/b/11");
  });

  test("avoids a run that blocks a folder", async () => {
    const refs = memoryRefs(countingClock());
    await refs.update([{ name: "refs/archive/a", from: undefined, to: "x" }], "x");
    expect(await nextArchiveName(refs, "refs/heads/a")).toBe("refs/archive/a-/1");
    expect(await nextArchiveName(refs, "refs/heads/a/b")).toBe("refs/archive/a-/b/1");
    expect(await nextArchiveName(refs, "refs/heads/A/b")).toBe("refs/archive/A-/b/1");
  });

  test("stops at the largest safe number", async () => {
    const refs = memoryRefs(countingClock());
    const huge = "refs/archive/a/9007199254740992";
    await refs.update([{ name: huge, from: undefined, to: "x" }], "x");
    expect(await nextArchiveName(refs, "refs/heads/a")).toBe("refs/archive/a/1");
  });

  test("handles any number of archived runs and conflicting names", async () => {
    const named = (names: readonly string[]) => ({
      ...memoryRefs(countingClock()),
      names: async () => names,
    });
    const numbers = Array.from({ length: 200_000 }, (_, i) => i + 1);
    const archived = named(numbers.map((number) => `refs/archive/a/${number}`));
    expect(await nextArchiveName(archived, "refs/heads/a")).toBe("refs/archive/a/200001");
    const inTheWay = named(numbers.map((number) => `refs/archive/a/${number}/x`));
    expect(await nextArchiveName(inTheWay, "refs/heads/a")).toBe("refs/archive/a/200001");
  });
});
