import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { clock } from "../../../src/base/clock.ts";
import { redo, undo } from "../../../src/history/operations.ts";
import { defineSimulation, type Simulation } from "../../../src/replay/simulation.ts";
import { initRepository, openRepository, type Repository } from "../../../src/repository.ts";
import { deadOwner } from "../../support/dead.ts";

const walk: Simulation<number, { p: number }> = defineSimulation({
  name: "walk",
  params: { p: 0.5 },
  init: () => 0,
  step: (x, rng, ctx) => x + (rng.random() < ctx.params.p ? 1 : -1),
});

let folder: string;
let repo: Repository;

beforeEach(async () => {
  folder = temporary();
  repo = await initRepository(folder, { simulations: [walk] });
  onTestFinished(() => repo.close());
});

function temporary(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), "rewind-recorder-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** The project as a power cut would leave it now, opened again. */
async function afterCrash(): Promise<() => Promise<Repository>> {
  const copy = temporary();
  cpSync(folder, copy, { recursive: true });
  const local = path.join(copy, ".rewind/local");
  for (const name of readdirSync(local)) {
    if (name.endsWith(".lock")) writeFileSync(path.join(local, name), deadOwner());
  }
  return async () => {
    const opened = await openRepository(copy, { simulations: [walk] });
    onTestFinished(() => opened.close());
    return opened;
  };
}

/** Crashes when a recording is lasting, and before it has its name. */
async function crashedBeforeName(work: () => Promise<unknown>): Promise<Repository> {
  const { refs } = repo.store;
  const { update } = refs;
  let crashed: (() => Promise<Repository>) | undefined;
  refs.update = async (...all) => {
    crashed ??= await afterCrash();
    return update.call(refs, ...all);
  };
  await work();
  refs.update = update;
  expect(crashed).toBeDefined();
  return (crashed as () => Promise<Repository>)();
}

const record = (options: { steps: number; branch: string; restart?: boolean; seed?: number }) =>
  repo.record(walk, { seed: 7, blockSize: 10, ...options });

async function named(other: Repository): Promise<Record<string, string>> {
  const refs = await other.store.refs.list("refs/");
  return Object.fromEntries(refs.map(({ name, target }) => [name.replace("refs/", ""), target]));
}

describe("a crash inside a block", () => {
  test("of the second of several forks: each has its name and goes on from its last step", async () => {
    const main = await record({ steps: 30, branch: "main" });
    let now = 0;
    // Each look at the clock is a second and a half later, so that every step is marked.
    vi.spyOn(clock, "now").mockImplementation(() => {
      now += 1_500;
      return now;
    });
    onTestFinished(() => void vi.restoreAllMocks());
    let crashed: ReturnType<typeof afterCrash> | undefined;
    const forks = [0.1, 0.2, 0.3].map((p) => ({ branch: `p/${p}`, params: { p } }));
    const made = await repo.branchEach("main@15", forks, {
      // The first fork has 15 steps; the second is at 15 + 8.
      onProgress: ({ done }) => {
        if (done === 15 + 8) crashed = afterCrash();
      },
    });
    vi.restoreAllMocks();
    const again = await (await (crashed as ReturnType<typeof afterCrash>))();
    expect(again.recovered.map(({ run }) => run.steps)).toEqual([30, 23, 15]);
    expect((await again.revision("main")).run.root).toBe(main.root);
    for (const [i, { branch }] of forks.entries()) {
      if (i > 0) await again.resume(branch);
      expect((await again.revision(branch)).run.root).toBe(made[i]?.root);
    }
  });
});

describe("a crash before the name", () => {
  test("of a restart: the new run takes the place, the old one is archived", async () => {
    const old = await record({ steps: 100, branch: "main" });
    const again = await crashedBeforeName(() =>
      record({ steps: 300, branch: "main", restart: true, seed: 8 }),
    );
    const made = (await repo.resolve("main")).id;
    expect(again.recovered.map(({ ref, id }) => [ref, id])).toEqual([["refs/heads/main", made]]);
    expect(await named(again)).toEqual({ "heads/main": made, "archive/main/1": old.id });
    expect(await named(again)).toEqual(await named(repo));
    await undo(again.store.refs);
    expect(await named(again)).toEqual({ "heads/main": old.id });
  });

  test("of a reset: the cut run takes the place, the old one is archived", async () => {
    const old = await record({ steps: 100, branch: "main" });
    const again = await crashedBeforeName(() => repo.reset("main", 55));
    expect(await named(again)).toEqual({
      "heads/main": (await repo.resolve("main")).id,
      "archive/main/1": old.id,
    });
  });

  test("of an extension: the longer run takes the place, and nothing is archived", async () => {
    await record({ steps: 100, branch: "main" });
    const again = await crashedBeforeName(() => repo.extend("main", { by: 33 }));
    expect(await named(again)).toEqual({ "heads/main": (await repo.resolve("main")).id });
  });

  test("of several forks: each has its name", async () => {
    await record({ steps: 100, branch: "main" });
    const forks = [0.1, 0.2, 0.3].map((p) => ({ branch: `p/${p}`, params: { p } }));
    const again = await crashedBeforeName(() => repo.branchEach("main@15", forks));
    expect(again.recovered.map(({ ref }) => ref)).toEqual(
      forks.map(({ branch }) => `refs/heads/${branch}`),
    );
    expect(await named(again)).toEqual(await named(repo));
    for (const { branch } of forks) {
      const { run } = await again.revision<number>(branch);
      expect(await run.verify({ full: true })).toMatchObject({ ok: true });
    }
    expect(again.store.objects.recordFiles().some(({ name }) => name.startsWith("journal"))).toBe(
      false,
    );
  });
});

test("a crash in the middle of several forks: all have their names, and continue", async () => {
  await record({ steps: 1_000, branch: "main" });
  const forks = [0.1, 0.2, 0.3].map((p) => ({ branch: `p/${p}`, params: { p } }));
  let crashed: Promise<() => Promise<Repository>> | undefined;
  const onProgress = ({ done }: { done: number }) => {
    if (done > 1_200) crashed ??= afterCrash();
  };
  await repo.branchEach("main@400", forks, { onProgress });
  const again = await (await crashed)?.();
  const { "heads/p/0.3": whole, ...finished } = await named(repo);
  const { "heads/p/0.3": found, ...others } = await named(again as Repository);
  expect(others).toEqual(finished);
  // The third may have been finished by then, or not.
  const other = again as Repository;
  if (found !== whole) await other.resume<number>("p/0.3");
  const { run: third } = await other.revision<number>("p/0.3");
  expect(await third.get(1_000)).toBe(await (await repo.revision("p/0.3")).run.get(1_000));
});

test("a crash when the first of several forks is lasting: the second is there, without a step", async () => {
  await record({ steps: 1_000, branch: "main" });
  // A clock on which every slice of work takes seconds, so that each is committed.
  let ms = 0;
  Object.assign(repo.environment(), {
    now: () => {
      ms += 2_000;
      return ms;
    },
  });
  const forks = [0.1, 0.2].map((p) => ({ branch: `p/${p}`, params: { p } }));
  let crashed: Promise<() => Promise<Repository>> | undefined;
  const onProgress = ({ done }: { done: number }) => {
    if (done > 300) crashed ??= afterCrash();
  };
  await repo.branchEach("main@400", forks, { onProgress });
  const again = (await (await crashed)?.()) as Repository;
  expect((await again.resolve("p/0.2")).run).toMatchObject({ steps: 400, goal: 1_000 });
  for (const name of ["p/0.1", "p/0.2"]) {
    const run = await again.resume<number>(name);
    expect(await run.get(1_000)).toBe(await (await repo.revision(name)).run.get(1_000));
  }
  const recoveries = (await again.store.refs.operations()).filter(
    ({ command }) => command === "recover",
  );
  expect(recoveries).toMatchObject([
    { changes: [{ name: "refs/heads/p/0.1" }, { name: "refs/heads/p/0.2" }] },
  ]);
});

test("a recording cut by a crash is reset and continued like any other", async () => {
  const whole = await record({ steps: 3_000, branch: "whole" });
  // A clock on which every slice of work takes seconds, so that each is committed.
  let ms = 0;
  Object.assign(repo.environment(), {
    now: () => {
      ms += 2_000;
      return ms;
    },
  });
  let crashed: Promise<() => Promise<Repository>> | undefined;
  const onProgress = ({ done }: { done: number }) => {
    if (done > 100) crashed ??= afterCrash();
  };
  await repo.record(walk, { steps: 3_000, seed: 7, blockSize: 10, branch: "main", onProgress });
  const again = (await (await crashed)?.()) as Repository;
  expect(again.recovered).toMatchObject([{ ref: "refs/heads/main", run: { goal: 3_000 } }]);
  const { steps } = (await again.resolve("main")).run;
  expect(steps).toBeGreaterThan(0);
  expect(steps).toBeLessThan(3_000);
  const at = [steps - 1, steps - 12, 5];
  for (const [i, step] of at.entries()) {
    const { run, archived } = await again.reset<number>("main", step);
    expect(archived).toBe(`archive/main/${i + 1}`);
    expect(run.finished).toBe(true);
    expect(await run.get(step)).toBe(await whole.get(step));
  }
  for (const [i, last] of [steps, ...at.slice(0, 2)].entries()) {
    const { run } = await again.revision<number>(`archive/main/${i + 1}`);
    expect(run.steps).toBe(last);
    expect(await run.get(last)).toBe(await whole.get(last));
  }
  expect((await again.extend("main", { steps: 3_000 })).root).toBe(whole.root);
});

test("several forks are one undo and one redo", async () => {
  await record({ steps: 100, branch: "main" });
  const before = await named(repo);
  await repo.branchEach("main@15", [{ branch: "a" }, { branch: "b/c" }]);
  const after = await named(repo);
  await undo(repo.store.refs);
  expect(await named(repo)).toEqual(before);
  await redo(repo.store.refs);
  expect(await named(repo)).toEqual(after);
});
