import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reflog } from "../src/history/operations.ts";
import { createTag } from "../src/history/tags.ts";
import { defineSimulation, type Simulation, type StepContext } from "../src/index.ts";
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

const record = (options: {
  steps: number;
  branch?: string;
  restart?: boolean;
  signal?: AbortSignal;
  onProgress?(progress: { done: number }): void;
}) => repo.record(walk, { seed: 7, blockSize: 10, ...options });

/** Stops a recording when it reaches a step. */
function stopAt(step: number): { signal: AbortSignal; onProgress(p: { done: number }): void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done >= step) controller.abort();
    },
  };
}

describe("continuing a branch", () => {
  test("extended twice, it has the root of a single recording", async () => {
    const whole = await record({ steps: 1_003, branch: "whole" });
    await record({ steps: 101, branch: "main" });
    await repo.extend("main", { steps: 250 });
    const extended = await repo.extend("main", { by: 753 });
    expect(extended.root).toBe(whole.root);
    expect((await repo.resolve("main")).id).toBe(extended.id);
    expect((await repo.log("main")).map(({ run }) => run.steps)).toEqual([1_003, 250, 101]);
  });

  test("extending it to no more steps than it has is refused", async () => {
    await record({ steps: 100, branch: "main" });
    await expect(repo.extend("main", { steps: 100 })).rejects.toMatchObject({
      code: "INVALID_STEPS",
    });
    await expect(repo.extend("main", {})).rejects.toMatchObject({ code: "INVALID_STEPS" });
    await expect(repo.extend("other", { by: 1 })).rejects.toMatchObject({
      code: "REF_NOT_FOUND",
    });
  });

  test("with params, a new segment begins and keeps the other params", async () => {
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
    const error = await interrupted.catch((cause) => cause);
    expect(error).toMatchObject({ code: "INTERRUPTED", data: { branch: "main", goal: 20_000 } });
    const { run } = await repo.revision("main");
    expect(run.finished).toBe(false);
    // Every step, also those after the last checkpoint.
    expect(run.steps).toBe(error.data.step);
    const resumed = await repo.resume("main");
    expect(resumed.root).toBe(whole.root);
    await expect(repo.resume("main")).rejects.toMatchObject({ code: "NOTHING_TO_RESUME" });
  });
});

describe("record on a branch that has a run", () => {
  test("is refused; for an unfinished run, the error says how to resume it", async () => {
    await record({ steps: 100, branch: "main" });
    await expect(record({ steps: 50, branch: "main" })).rejects.toMatchObject({
      code: "REF_EXISTS",
      data: { branch: "main" },
    });
    const interrupted = record({ steps: 20_000, branch: "half", ...stopAt(1_000) });
    await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
    const { run } = await repo.revision("half");
    const before = await repo.store.refs.operations();
    await expect(record({ steps: 50, branch: "half" })).rejects.toMatchObject({
      code: "BRANCH_UNFINISHED",
      message: `half holds an unfinished recording: ${run.steps.toLocaleString("en-US")} of 20,000 steps`,
      data: { branch: "half", run: run.id, steps: run.steps, goal: 20_000 },
    });
    expect(await repo.store.refs.operations()).toEqual(before);
  });

  test("with restart: records again and archives the old run, in one operation", async () => {
    const old = await record({ steps: 1_000, branch: "main" });
    await record({ steps: 5, branch: "other" });
    const { refs } = repo.store;
    await repo.branches.checkout({ ref: "refs/heads/main", run: old.id }, 700);
    const before = await refs.operations();
    const again = await record({ steps: 200, branch: "main", restart: true });
    expect(again.parents).toEqual([]);
    expect(again.manifest.meta.replaces).toBe(old.id);
    expect((await repo.resolve("main")).id).toBe(again.id);
    expect((await repo.resolve("archive/main/1")).id).toBe(old.id);
    expect(await (await repo.revision<number>("archive/main/1")).run.get(900)).toBe(
      await old.get(900),
    );
    // The cursor belonged to the old run.
    expect(await refs.read("HEAD")).toBe("ref: refs/heads/main");
    expect(await refs.operations()).toHaveLength(before.length + 1);
    await repo.undo();
    expect((await repo.resolve("main")).id).toBe(old.id);
    expect(await refs.read("refs/archive/main/1")).toBeUndefined();
    expect((await repo.resolve("HEAD")).step).toBe(700);
    await expect(record({ steps: 5, branch: "Main", restart: true })).rejects.toMatchObject({
      code: "REF_CONFLICT",
    });
  });

  test("with restart, interrupted: the new part replaces the old run, and can be resumed", async () => {
    const old = await record({ steps: 100, branch: "main" });
    const whole = await record({ steps: 20_000, branch: "whole" });
    const nothing = record({
      steps: 20_000,
      branch: "main",
      restart: true,
      signal: AbortSignal.abort(),
    });
    await expect(nothing).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await repo.resolve("main")).id).toBe(old.id);
    const some = record({ steps: 20_000, branch: "main", restart: true, ...stopAt(1_000) });
    await expect(some).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await repo.resolve("archive/main/1")).id).toBe(old.id);
    expect((await repo.resume("main", { expect: { seed: 7, steps: 20_000 } })).root).toBe(
      whole.root,
    );
  });

  test("on a branch without a run, restart is an ordinary recording", async () => {
    const run = await record({ steps: 100, branch: "main", restart: true });
    expect(run.manifest.meta).not.toHaveProperty("replaces");
    expect((await repo.store.refs.operations()).map(({ command }) => command)).toEqual(["record"]);
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

describe("several forks at once", () => {
  const forks = (...ps: number[]) => ps.map((p) => ({ branch: `p/${p}`, params: { p } }));

  test("are the same as one by one, and a single operation", async () => {
    const main = await record({ steps: 1_000, branch: "main" });
    const { refs, objects } = repo.store;
    const packs = objects.recordFiles().length;
    const before = (await refs.operations()).length;
    const made = await repo.branchEach<number, { p: number }>("main@333", forks(0.2, 0.5, 0.8));
    expect(await refs.operations()).toHaveLength(before + 1);
    expect(objects.recordFiles()).toHaveLength(packs + 1);
    for (const [i, p] of [0.2, 0.5, 0.8].entries()) {
      const alone = await repo.branch<number, { p: number }>(`alone/${i}`, "main@333", {
        params: { p },
      });
      expect(made[i]?.root).toBe(alone.root);
      expect((await repo.resolve(`p/${p}`)).id).toBe(made[i]?.id);
      expect(made[i]?.manifest.segments).toEqual(alone.manifest.segments);
      expect(await made[i]?.get(332)).toBe(await main.get(332));
    }
    // The same params draw the same future.
    expect(await made[1]?.get(1_000)).toBe(await main.get(1_000));
    expect(made[1]?.manifest.edge.entries.map(({ state }) => state)).toEqual(
      main.manifest.edge.entries.map(({ state }) => state),
    );
  });

  test("progress counts all of them", async () => {
    await record({ steps: 1_000, branch: "main" });
    const seen: { done: number; total: number }[] = [];
    await repo.branchEach("main@400", forks(0.2, 0.8), { onProgress: (p) => seen.push(p) });
    expect(seen.at(-1)).toEqual({ done: 1_200, total: 1_200 });
    expect(seen.map(({ done }) => done)).toEqual(
      seen.map(({ done }) => done).sort((a, b) => a - b),
    );
    expect(new Set(seen.map(({ total }) => total))).toEqual(new Set([1_200]));
  });

  test.each<[string, string, readonly { branch: string; params: object }[]]>([
    ["a name that is taken", "REF_EXISTS", [...forks(0.2), { branch: "main", params: {} }]],
    ["the same name twice", "REF_EXISTS", [...forks(0.2), ...forks(0.2)]],
    [
      "names that differ in case",
      "REF_CONFLICT",
      [
        { branch: "a", params: {} },
        { branch: "A", params: {} },
      ],
    ],
    ["a name and a folder", "REF_CONFLICT", [{ branch: "p", params: {} }, ...forks(0.2)]],
    [
      "a name that Git refuses",
      "INVALID_REF_NAME",
      [...forks(0.2), { branch: "p/..", params: {} }],
    ],
    ["an unknown param", "UNKNOWN_PARAM", [...forks(0.2), { branch: "q", params: { q: 1 } }]],
    [
      "a param of another type",
      "INVALID_PARAM",
      [...forks(0.2), { branch: "q", params: { p: "1" } }],
    ],
  ])("%s: nothing is recorded", async (_, code, wanted) => {
    const counted = { steps: 0 };
    const counting = {
      ...walk,
      name: "counting",
      step: (...all: Parameters<typeof walk.step>) => {
        counted.steps++;
        return walk.step(...all);
      },
    };
    await repo.record(counting, { steps: 20, seed: 1, branch: "main" });
    const before = [await repo.store.refs.operations(), repo.store.objects.recordFiles().length];
    counted.steps = 0;
    await expect(repo.branchEach("main@10", wanted)).rejects.toMatchObject({ code });
    expect([await repo.store.refs.operations(), repo.store.objects.recordFiles().length]).toEqual(
      before,
    );
    expect(counted.steps).toBeLessThan(5);
  });

  test("one that fails: those before it stay, and so does its own part", async () => {
    const failing = {
      ...walk,
      name: "failing",
      step: (x: number, rng: never, ctx: StepContext<{ p: number }>) => {
        if (ctx.params.p === 0.8 && ctx.step === 45) throw new Error("no more");
        return walk.step(x, rng, ctx) as number;
      },
    };
    await repo.record(failing, { steps: 60, seed: 1, blockSize: 10, branch: "main" });
    const before = (await repo.store.refs.operations()).length;
    await expect(repo.branchEach("main@15", forks(0.2, 0.8, 0.9))).rejects.toMatchObject({
      code: "STEP_FAILED",
      message: "p/0.8: step 45 failed: Error: no more; made before it: p/0.2",
      data: { made: ["p/0.2"], branch: "p/0.8", kept: 45, goal: 60 },
    });
    expect(await repo.store.refs.operations()).toHaveLength(before + 1);
    const names = (await repo.branches.list()).map(({ name }) => name);
    expect(names).toEqual(["main", "p/0.2", "p/0.8"]);
    expect((await repo.revision("p/0.2")).run.finished).toBe(true);
    expect((await repo.resolve("p/0.8")).run).toMatchObject({ steps: 45, goal: 60 });
    await repo.store.objects.get((await repo.resolve("p/0.8")).id);
  });

  test("interrupted between two, and before any", async () => {
    await record({ steps: 1_000, branch: "main" });
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = ({ done }: { done: number }) => {
      if (done >= 600) controller.abort();
    };
    await expect(
      repo.branchEach("main@400", forks(0.2, 0.8), { signal, onProgress }),
    ).rejects.toMatchObject({ code: "INTERRUPTED", data: { made: ["p/0.2"] } });
    expect((await repo.revision("p/0.2")).run.finished).toBe(true);
    await expect(repo.branchEach("main@400", forks(0.6), { signal })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(await repo.branches.find("p/0.6")).toBeUndefined();
  });
});

describe("a branch that another process is changing", () => {
  /** Does something in the middle of a recording on a branch. */
  async function meanwhile<T>(
    recording: (options: { onProgress(): void }) => Promise<T>,
    act: (other: Repository) => Promise<unknown>,
  ): Promise<{ recorded: T | Error; acted: unknown }> {
    const other = await openRepository(folder, { simulations: [walk] });
    let acted: Promise<unknown> | undefined;
    const recorded = await recording({
      onProgress: () => {
        acted ??= act(other).then(
          (value) => value,
          (error) => error,
        );
      },
    }).catch((error) => error);
    const result = { recorded, acted: await acted };
    await other.close();
    return result;
  }

  const steps = 300_000;

  test("recording, extending, forking, resetting, deleting and renaming are LOCKED", async () => {
    await record({ steps: 100, branch: "main" });
    await record({ steps: 100, branch: "other" });
    const acts: Record<string, (repo: Repository) => Promise<unknown>> = {
      record: (repo) => repo.record(walk, { steps: 5, branch: "main", restart: true }),
      extend: (repo) => repo.extend("main", { by: 5 }),
      resume: (repo) => repo.resume("main"),
      reset: (repo) => repo.reset("main", 5),
      branch: (repo) => repo.branch("main", "other"),
      branchEach: (repo) =>
        repo.branchEach("other", [{ branch: "x" }, { branch: "main" }, { branch: "y" }]),
      delete: (repo) => repo.branches.delete("main"),
      rename: (repo) => repo.branches.rename("main", "x"),
      "rename to it": (repo) => repo.branches.rename("other", "main"),
    };
    const whole = await record({ steps, branch: "whole" });
    const { recorded, acted } = await meanwhile(
      (options) => repo.extend("main", { steps, ...options }),
      async (repo) => {
        const codes: string[] = [];
        for (const act of Object.values(acts)) {
          codes.push(
            await act(repo).then(
              () => "done",
              (error) => `${error.code}: ${error.message}`,
            ),
          );
        }
        return codes;
      },
    );
    expect(acted).toEqual(
      Object.keys(acts).map(() => "LOCKED: another process is recording on the branch main"),
    );
    expect((recorded as { root: string }).root).toBe(whole.root);
    // No lock of x or y was left.
    await repo.branchEach("other", [{ branch: "x" }, { branch: "y" }]);
  });

  test("an undo meanwhile wins, and the recording is kept", async () => {
    await record({ steps: 100, branch: "main" });
    const before = await repo.extend("main", { by: 50 });
    const { recorded, acted } = await meanwhile(
      (options) => repo.extend("main", { steps, ...options }),
      (other) => other.undo(),
    );
    expect(acted).toMatchObject({ command: "extend main" });
    expect(recorded).toMatchObject({
      code: "REF_MOVED",
      message: "main was changed while it was recorded: the new steps are kept as archive/main/1",
      data: { archived: ["archive/main/1"] },
    });
    expect((await repo.resolve("main")).run.steps).toBe(100);
    const { run } = await repo.revision("archive/main/1");
    expect(run.steps).toBe(steps);
    expect(run.parents).toEqual([{ run: before.id, step: 150 }]);
    expect(
      repo.store.objects.recordFiles().filter(({ name }) => name.startsWith("journal")),
    ).toEqual([]);
    const again = await openRepository(folder);
    expect(again.recovered).toEqual([]);
    await again.close();
  });

  test("a branch that another process made meanwhile is not overwritten", async () => {
    const first = await record({ steps: 100, branch: "main" });
    const { recorded } = await meanwhile(
      (options) => record({ steps, branch: "new", ...options }),
      (other) =>
        other.store.refs.update(
          [{ name: "refs/heads/new", from: undefined, to: first.id }],
          "load",
        ),
    );
    expect(recorded).toMatchObject({ code: "REF_MOVED", data: { archived: ["archive/new/1"] } });
    expect((await repo.resolve("new")).id).toBe(first.id);
    expect((await repo.resolve("archive/new/1")).run.steps).toBe(steps);
  });

  test("a cursor that moves meanwhile does not matter", async () => {
    const main = await record({ steps: 100, branch: "main" });
    await repo.branches.checkout({ ref: "refs/heads/main", run: main.id }, 10);
    const { recorded } = await meanwhile(
      (options) => record({ steps, branch: "new", ...options }),
      (other) => other.branches.moveCursor(20),
    );
    expect((recorded as { steps: number }).steps).toBe(steps);
    expect(await repo.branches.current()).toBe("new");
  });
});

describe("the current branch", () => {
  test("if it is deleted, HEAD stays on its run and step; undo brings both back", async () => {
    const main = await record({ steps: 100, branch: "main" });
    await repo.branches.checkout({ ref: "refs/heads/main", run: main.id }, 40);
    await repo.branches.delete("main");
    expect(await repo.branches.current()).toBeUndefined();
    expect(await repo.resolve("HEAD")).toMatchObject({ id: main.id, step: 40, ref: undefined });
    await repo.undo();
    expect(await repo.resolve("HEAD")).toMatchObject({ step: 40, ref: "refs/heads/main" });
    await record({ steps: 100, branch: "other" });
    await repo.branches.delete("main");
    expect(await repo.branches.current()).toBe("other");
  });

  test("is where a fork without a revision begins: at the cursor, or at the end without one", async () => {
    const main = await record({ steps: 100, branch: "main" });
    expect((await repo.branch("end")).parents).toEqual([{ run: main.id, step: 100 }]);
    await repo.branches.checkout({ ref: "refs/heads/main", run: main.id }, 41);
    expect((await repo.branch("here")).parents).toEqual([{ run: main.id, step: 41 }]);
  });
});

describe("operations", () => {
  test("undoing everything restores every ref, redoing brings all back", async () => {
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
      await repo.undo();
      states.push(await all());
    }
    expect(states.at(-1)).toEqual(["ref: refs/heads/main"]);
    await expect(repo.undo()).rejects.toMatchObject({ code: "NOTHING_TO_UNDO" });
    for (let i = 6; i >= 0; i--) {
      await repo.redo();
      expect(await all()).toEqual(states[i]);
    }
    await expect(repo.redo()).rejects.toMatchObject({ code: "NOTHING_TO_UNDO" });
    await repo.undo();
    await repo.branch("new", "main");
    await expect(repo.redo()).rejects.toMatchObject({ code: "NOTHING_TO_UNDO" });
  });

  test("tags stay on their runs, move with force, and can be undone", async () => {
    const first = await record({ steps: 50 });
    expect(await repo.tags.create("v1", "main", { message: "first" })).toEqual({
      run: first.id,
      was: undefined,
    });
    const second = await repo.extend("main", { by: 10 });
    await expect(repo.tags.create("v1")).rejects.toMatchObject({ code: "REF_EXISTS" });
    expect(await repo.tags.create("v1", "main", { force: true })).toEqual({
      run: second.id,
      was: first.id,
    });
    await repo.undo();
    const { tags, damaged } = await repo.tags.list();
    expect(tags).toMatchObject([{ name: "v1", target: first.id, message: "first" }]);
    expect(damaged).toEqual([]);
    expect(await repo.tags.delete("v1")).toBe(first.id);
    await expect(repo.tags.delete("v1")).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
    expect((await repo.operations()).map(({ command }) => command)).toEqual([
      "record",
      "tag v1",
      "extend main",
      "tag v1",
      "undo",
      "tag -d v1",
    ]);
  });

  test("repo.reflog lists the runs that a ref has named, the latest first", async () => {
    const first = await record({ steps: 50 });
    const second = await repo.extend("main", { by: 10 });
    const { entries, total } = await repo.reflog("main", { limit: 1 });
    expect(total).toBe(2);
    expect(entries).toMatchObject([{ revision: "main@{0}", run: second.id, steps: 60 }]);
    expect((await repo.reflog()).entries.map(({ run }) => run)).toEqual([second.id, first.id]);
    await expect(repo.reflog("main@5")).rejects.toMatchObject({ code: "INVALID_REVISION" });
    await expect(repo.reflog("nosuch")).rejects.toMatchObject({ code: "UNKNOWN_REVISION" });
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

  test("moving the cursor is not an operation", async () => {
    const run = await record({ steps: 100, branch: "main" });
    await repo.branches.checkout({ ref: "refs/heads/main", run: run.id }, 40);
    expect((await repo.resolve("HEAD")).step).toBe(40);
    const before = (await repo.store.refs.operations()).length;
    await repo.branches.moveCursor(41);
    expect((await repo.resolve("HEAD")).step).toBe(41);
    expect((await repo.resolve("HEAD~41")).step).toBe(0);
    expect((await repo.store.refs.operations()).length).toBe(before);
    await repo.undo();
    expect((await repo.resolve("HEAD")).step).toBeUndefined();
  });
});

test("another process sees the recording", async () => {
  const run = await record({ steps: 100, branch: "main" });
  const other = await openRepository(folder, { simulations: [walk] });
  expect(await (await other.revision("main@50%")).run.get(50)).toBe(await run.get(50));
  await other.close();
});
