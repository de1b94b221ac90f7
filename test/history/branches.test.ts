import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/codec/hash.ts";
import { Branches } from "../../src/history/branches.ts";
import type { Id } from "../../src/object/id.ts";
import { memoryRefs } from "../../src/store/memory-refs.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import type { RefStore } from "../../src/store/ref-store.ts";

const id = (digit: string): Id<"run"> => digit.repeat(64) as Id<"run">;
const [A, B, C] = [id("a"), id("b"), id("c")];

/** Refs that somebody else changes just before the next update. */
function refsWith(): RefStore & { before: ((refs: RefStore) => Promise<void>) | undefined } {
  const inner = memoryRefs(() => "2026-01-01T00:00:00.000Z");
  const refs = {
    ...inner,
    before: undefined as ((refs: RefStore) => Promise<void>) | undefined,
    update: async (...all: Parameters<RefStore["update"]>) => {
      const { before } = refs;
      refs.before = undefined;
      await before?.(inner);
      return inner.update(...all);
    },
  };
  return refs;
}

async function set(refs: RefStore, name: string, to: string | undefined): Promise<void> {
  await refs.update([{ name, from: await refs.read(name), to }], "somebody else");
}

describe("changes by others between reading and changing", () => {
  test("HEAD moves: the change is tried again and made", async () => {
    const refs = refsWith();
    const branches = new Branches({ objects: memoryStore(sha256), refs });
    await set(refs, "HEAD", C);
    refs.before = (inner) => set(inner, "HEAD", `${C}\nstep: 7`);
    await branches.create("main", A, { command: "record", checkout: true });
    expect(await refs.read("HEAD")).toBe("ref: refs/heads/main");
    await set(refs, "HEAD", "ref: refs/heads/main\nstep: 90");
    refs.before = (inner) => set(inner, "HEAD", "ref: refs/heads/main\nstep: 80");
    const move = { command: "reset main", from: A, to: B, archive: true };
    expect(await branches.move("main", { ...move, steps: 50 })).toBe("archive/main/1");
    expect(await refs.read("HEAD")).toBe("ref: refs/heads/main\nstep: 50");
    refs.before = (inner) => set(inner, "HEAD", "ref: refs/heads/main\nstep: 20");
    await branches.delete("main");
    expect(await refs.read("HEAD")).toBe(`${B}\nstep: 20`);
  });

  test("the archive's next name is taken: the run gets the one after", async () => {
    const refs = refsWith();
    const branches = new Branches({ objects: memoryStore(sha256), refs });
    await branches.create("main", A, { command: "record", checkout: true });
    refs.before = (inner) => set(inner, "refs/archive/main/1", C);
    const move = { command: "reset main", from: A, to: B, steps: 1, archive: true };
    expect(await branches.move("main", move)).toBe("archive/main/2");
    expect(await refs.read("refs/archive/main/1")).toBe(C);
    expect(await refs.read("refs/archive/main/2")).toBe(A);
  });

  test("the branch itself moves: REF_MOVED, and nothing is changed", async () => {
    const refs = refsWith();
    const branches = new Branches({ objects: memoryStore(sha256), refs });
    await branches.create("main", A, { command: "record", checkout: true });
    refs.before = (inner) => set(inner, "refs/heads/main", C);
    const move = { command: "reset main", from: A, to: B, steps: 1, archive: true };
    await expect(branches.move("main", move)).rejects.toMatchObject({ code: "REF_MOVED" });
    refs.before = (inner) => set(inner, "refs/heads/x", C);
    const made = branches.createAll(
      [
        { name: "y", run: A },
        { name: "x", run: A },
      ],
      { command: "branch", checkout: false },
    );
    await expect(made).rejects.toMatchObject({ code: "REF_MOVED" });
    const named = (await refs.list("refs/")).map(({ name, target }) => [name, target]);
    expect(named).toEqual([
      ["refs/heads/main", C],
      ["refs/heads/x", C],
    ]);
  });
});

test("a run that is archived and checked out again leaves no cursor behind", async () => {
  const refs = refsWith();
  const branches = new Branches({ objects: memoryStore(sha256), refs });
  await branches.create("main", A, { command: "record", checkout: true });
  await set(refs, "HEAD", "ref: refs/heads/main\nstep: 3");
  const move = { command: "record", from: A, to: B, steps: 9, archive: true, checkout: true };
  await branches.move("main", move);
  expect(await refs.read("HEAD")).toBe("ref: refs/heads/main");
  expect(await branches.find("main")).toBe(B);
  expect(await branches.find("none")).toBeUndefined();
  await expect(branches.get("mian")).rejects.toMatchObject({
    code: "REF_NOT_FOUND",
    data: { names: ["main"] },
  });
});
