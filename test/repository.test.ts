import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { redo, reflog, undo } from "../src/history/operations.ts";
import { createTag } from "../src/history/tags.ts";
import { defineSimulation, type Simulation } from "../src/index.ts";
import { initRepository, openRepository, type Repository } from "../src/repository.ts";

const walk: Simulation<number, { p: number }> = defineSimulation({
  name: "walk",
  params: { p: 0.5 },
  init: () => 0,
  step: (x, rng, ctx) => x + (rng.random() < ctx.params.p ? 1 : -1),
});

let folder: string;
let repo: Repository;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "rewind-repository-"));
  repo = await initRepository(folder, { simulations: [walk] });
});

afterEach(async () => {
  await repo.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = (options: { steps: number; branch?: string; signal?: AbortSignal }) =>
  repo.record(walk, { seed: 7, blockSize: 10, ...options });

/** Stops a recording once it has come to a step. */
function stopAt(step: number): { signal: AbortSignal; onProgress(p: { done: number }): void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done >= step) controller.abort();
    },
  };
}

describe("a branch goes on", () => {
  test("extended twice, it has the root of one recording", async () => {
    const whole = await record({ steps: 1_003, branch: "whole" });
    await record({ steps: 101, branch: "main" });
    await repo.extend("main", { steps: 250 });
    const extended = await repo.extend("main", { by: 753 });
    expect(extended.root).toBe(whole.root);
    expect((await repo.resolve("main")).id).toBe(extended.id);
    expect((await repo.log("main")).map(({ run }) => run.steps)).toEqual([1_003, 250, 101]);
  });

  test("no longer than it is, it is refused", async () => {
    await record({ steps: 100, branch: "main" });
    await expect(repo.extend("main", { steps: 100 })).rejects.toMatchObject({
      code: "INVALID_STEPS",
    });
    await expect(repo.extend("main", {})).rejects.toMatchObject({ code: "INVALID_STEPS" });
    await expect(repo.extend("other", { by: 1 })).rejects.toMatchObject({
      code: "UNKNOWN_REVISION",
    });
  });

  test("with params a new segment begins, the others kept", async () => {
    await record({ steps: 105, branch: "main" });
    const biased = await repo.extend<number, { p: number }>("main", {
      by: 50,
      params: { p: 1 },
    });
    expect(biased.manifest.segments.map(({ start }) => start)).toEqual([0, 105]);
    expect(await biased.get(155)).toBe((await biased.get(105)) + 50);
  });

  test("interrupted, it is kept and resumed to the same root", async () => {
    const whole = await record({ steps: 20_000, branch: "whole" });
    const interrupted = repo.record(walk, {
      steps: 20_000,
      seed: 7,
      blockSize: 10,
      branch: "main",
      ...stopAt(1_000),
    });
    await expect(interrupted).rejects.toMatchObject({
      code: "INTERRUPTED",
      data: { branch: "main", goal: 20_000 },
    });
    const { run } = await repo.revision("main");
    expect(run.finished).toBe(false);
    expect(run.steps % 10).toBe(0);
    const resumed = await repo.resume("main");
    expect(resumed.root).toBe(whole.root);
    await expect(repo.resume("main")).rejects.toMatchObject({ code: "NOTHING_TO_RESUME" });
  });
});

describe("reset", () => {
  test("cuts after the step and keeps the old run under archive", async () => {
    const old = await record({ steps: 1_000, branch: "main" });
    const { run, archived } = await repo.reset("main", 333);
    expect(archived).toBe("archive/main/1");
    expect(run.steps).toBe(333);
    expect(await run.get(333)).toBe(await old.get(333));
    expect((await repo.resolve("archive/main/1")).id).toBe(old.id);
    const again = await repo.extend("main", { steps: 1_000 });
    expect(again.root).toBe(old.root);
    expect((await repo.reset("main", 10)).archived).toBe("archive/main/2");
  });
});

describe("operations", () => {
  test("undo of everything restores every ref, redo brings all of it back", async () => {
    await record({ steps: 100, branch: "main" });
    await repo.extend("main", { by: 10 });
    await repo.branch("fork", "main@50");
    await repo.reset("main", 20);
    await repo.branches.rename("fork", "spoon");
    await repo.branches.delete("spoon");
    const { objects, refs } = repo.store;
    const target = (await repo.resolve("main")).id;
    await createTag(objects, refs, { name: "v1", target, message: "", time: "", force: false });
    const all = async () => [await refs.read("HEAD"), ...(await refs.list("refs/"))];
    const states = [await all()];
    for (let i = 0; i < 7; i++) {
      await undo(refs);
      states.push(await all());
    }
    expect(states.at(-1)).toEqual(["ref: refs/heads/main"]);
    await expect(undo(refs)).rejects.toMatchObject({ code: "NOTHING_TO_UNDO" });
    for (let i = 6; i >= 0; i--) {
      await redo(refs);
      expect(await all()).toEqual(states[i]);
    }
    await expect(redo(refs)).rejects.toMatchObject({ code: "NOTHING_TO_UNDO" });
    await undo(refs);
    await repo.branch("new", "main");
    await expect(redo(refs)).rejects.toMatchObject({ code: "NOTHING_TO_UNDO" });
  });

  test("the reflog of a branch and of HEAD", async () => {
    const first = await record({ steps: 10, branch: "main" });
    const second = await repo.extend("main", { by: 10 });
    const other = await record({ steps: 10, branch: "other" });
    const { refs } = repo.store;
    expect((await reflog(refs, "refs/heads/main")).map(({ to }) => to)).toEqual([
      second.id,
      first.id,
    ]);
    expect((await reflog(refs, "HEAD")).map(({ to }) => to)).toEqual([
      other.id,
      second.id,
      first.id,
    ]);
    expect((await repo.resolve("main@{1}")).id).toBe(first.id);
    expect((await repo.resolve("HEAD@{1}")).id).toBe(second.id);
  });

  test("the cursor moves without being an operation", async () => {
    const run = await record({ steps: 100, branch: "main" });
    await repo.branches.checkout({ ref: "refs/heads/main", run: run.id }, 40);
    expect((await repo.resolve("HEAD")).step).toBe(40);
    const before = (await repo.store.refs.operations()).length;
    await repo.branches.moveCursor(41);
    expect((await repo.resolve("HEAD")).step).toBe(41);
    expect((await repo.resolve("HEAD~41")).step).toBe(0);
    expect((await repo.store.refs.operations()).length).toBe(before);
    await undo(repo.store.refs);
    expect((await repo.resolve("HEAD")).step).toBeUndefined();
  });
});

test("another process sees what was recorded", async () => {
  const run = await record({ steps: 100, branch: "main" });
  const other = await openRepository(folder, { simulations: [walk] });
  expect(await (await other.revision("main@50%")).run.get(50)).toBe(await run.get(50));
  await other.close();
});
