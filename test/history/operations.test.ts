import { describe, expect, test } from "vitest";
import { redo, undo } from "../../src/history/operations.ts";
import { memoryRefs } from "../../src/store/memory-refs.ts";
import type { RefStore } from "../../src/store/ref-store.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];

const point = (refs: RefStore, name: string, from: string | undefined, to: string): Promise<void> =>
  refs.update([{ name, from, to }], `point ${name}`);

describe("an undo", () => {
  test("takes back the operation that it read, even if another comes in between", async () => {
    const refs = memoryRefs(() => "now");
    await point(refs, "refs/heads/a", undefined, A);
    // Just before its update, another command makes an unrelated ref.
    const slow: RefStore = {
      ...refs,
      async update(...given) {
        await point(refs, "refs/heads/b", undefined, B);
        return refs.update(...given);
      },
    };
    await expect(undo(slow)).rejects.toMatchObject({
      code: "REF_MOVED",
      message: "cannot undo point refs/heads/a of now: expected 1 operations in the log, got 2",
      data: { verb: "undo" },
    });
    expect(await refs.list("refs/")).toHaveLength(2);
    expect((await undo(refs)).command).toBe("point refs/heads/b");
    expect((await undo(refs)).command).toBe("point refs/heads/a");
    expect(await refs.list("refs/")).toEqual([]);
  });

  test("leaves a ref that something else has moved, and so does a redo", async () => {
    const refs = memoryRefs(() => "now");
    await point(refs, "refs/heads/a", undefined, A);
    await point(refs, "refs/heads/a", A, B);
    const change = (from: string, to: string): Promise<void> =>
      refs.update([{ name: "refs/heads/a", from, to }], "by hand", { logged: false });
    await change(B, C);
    const moved = { code: "REF_MOVED", data: { ref: "refs/heads/a", expected: B, actual: C } };
    await expect(undo(refs)).rejects.toMatchObject(moved);
    await change(C, B);
    await undo(refs);
    expect(await refs.read("refs/heads/a")).toBe(A);
    await change(A, C);
    await expect(redo(refs)).rejects.toMatchObject({
      code: "REF_MOVED",
      message: `cannot redo point refs/heads/a of now: expected refs/heads/a to be ${A}, but it is now ${C}`,
      data: { ref: "refs/heads/a", verb: "redo" },
    });
  });
});
