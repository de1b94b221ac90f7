import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BranchOutputs } from "../../src/node/output/branch-outputs.ts";
import { newOutputs } from "../../src/node/output/new-outputs.ts";
import { fileRefs } from "../../src/node/store/file-refs.ts";
import { FileStore } from "../../src/node/store/file-store.ts";
import { recover } from "../../src/node/store/recover.ts";
import type { Id } from "../../src/object/id.ts";
import { writeOutputs } from "../../src/replay/output/write-outputs.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { type ForkOptions, planFork } from "../../src/replay/record/fork.ts";
import { planRecording } from "../../src/replay/record/record.ts";
import { writeRuns } from "../../src/replay/record/write-runs.ts";
import { openRun } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import type { Simulation } from "../../src/replay/simulation.ts";
import { type ForkPlan, forked, forkPlans, fractions, lineagesOf } from "../support/arbitraries.ts";
import { blockSizeOf, bruteForce, type Lineage } from "../support/brute-force.ts";
import { deadOwner } from "../support/dead.ts";
import { slicedEnvironment } from "../support/environments.ts";
import { memoryFiles } from "../support/memory-files.ts";
import { mortal } from "../support/mortal-files.ts";
import { runs } from "../support/runs.ts";
import { FORMS, type Form, type Knobs } from "../support/simulation-forms.ts";
import { refTools, storeTools, testSeal } from "../support/store-tools.ts";

/** What happens to a branch in the life of a process. */
interface Life {
  /** Continues the run as it is, or resets it to somewhere in its past. */
  readonly back: number | undefined;
  /** The part of the remaining steps to record. */
  readonly ahead: number;
  /** The number of the operation on files in which it is killed. */
  readonly killAt: number;
  readonly jumps: readonly number[];
  /** What a power cut leaves of the outputs: all, a part, or zeros at the end. */
  readonly after: "kill" | "shorter" | "zeros" | "no notes";
}

const lives: fc.Arbitrary<Life> = fc.record({
  back: fc.option(fractions, { nil: undefined, freq: 3 }),
  ahead: fractions,
  killAt: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.constant(Number.POSITIVE_INFINITY)),
  jumps: fc.array(fc.constantFrom(0, 5, 40, 700, 2_100, 4_500), { minLength: 1, maxLength: 6 }),
  after: fc.constantFrom("kill", "kill", "kill", "shorter", "zeros", "no notes"),
});

const lengths = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 21, max: 200 }));
const lineages = lineagesOf(fc.constantFrom(...FORMS), lengths);

/** A simulation of a form with two outputs. */
function withOutputs({ simulation, metric }: Form): Simulation<unknown, Knobs> {
  return {
    ...simulation,
    outputs: {
      "all.csv": { header: "step,metric", row: (state, { step }) => `${step},${metric(state)}` },
      "some/third.txt": {
        every: 3,
        header: ({ params }) => `gain ${params.gain}`,
        row: (state, { step }) => (step % 2 === 0 ? `é${metric(state)}` : undefined),
      },
    },
  };
}

/** The outputs of a lineage up to a step, by a plain loop. */
function expected(lineage: Lineage, last = lineage.steps): Record<string, string> {
  const blockSize = blockSizeOf(lineage);
  const { metrics } = bruteForce({ ...lineage, blockSize, steps: last });
  let gain: number | undefined;
  const [all, some] = [["step,metric"], [] as string[]];
  for (const [step, metric] of metrics.entries()) {
    const before = [lineage, ...lineage.changes.filter(({ at }) => at <= step)];
    const now = before.reduce((known, { params }) => params?.gain ?? known, 1);
    if (now !== gain) some.push(`gain ${now}`);
    gain = now;
    all.push(`${step},${metric}`);
    if (step % 6 === 0) some.push(`é${metric}`);
  }
  return { "all.csv": `${all.join("\n")}\n`, "some/third.txt": `${some.join("\n")}\n` };
}

const REFS = "/project/.store/refs/heads";

/** The store and the outputs in memory that one process leaves to the next. */
class Disk {
  readonly files = memoryFiles();

  constructor() {
    for (const folder of ["objects", "local", "logs", "refs/heads"]) {
      this.files.makeFolder(`/project/.store/${folder}`);
    }
  }

  outputs(branch: string): Record<string, string> {
    const folder = `/project/outputs/${branch}/`;
    const found: Record<string, string> = {};
    for (const [file, bytes] of this.files.contents) {
      if (file.startsWith(folder))
        found[file.slice(folder.length)] = new TextDecoder().decode(bytes);
    }
    return found;
  }

  /** What a power cut leaves; the locks belong to a process that has ended. */
  bury(after: Life["after"]): void {
    for (const [file, bytes] of [...this.files.contents]) {
      if (/\.lock(\.removal)*$/.test(file)) {
        this.files.contents.set(file, new Uint8Array(Buffer.from(deadOwner())));
      }
      // Without notes the files of a branch that is not there yet are somebody else's.
      const isForgotten = after === "no notes" && this.files.contents.has(`${REFS}/main`);
      if (isForgotten && file.includes("/local/outputs/folder-")) this.files.remove(file);
      if (!file.startsWith("/project/outputs/")) continue;
      const kept = bytes.length - Math.min(bytes.length, 40);
      if (after === "shorter") this.files.contents.set(file, bytes.slice(0, kept));
      if (after === "zeros") this.files.contents.set(file, bytes.slice().fill(0, kept));
    }
  }

  /** Records on a branch until the work is done or the process is killed. */
  async record(
    { form, seed, params, streams, rng, ...lineage }: Lineage,
    life: Life | undefined,
    { branch = "main", from, changes }: Work = {},
  ): Promise<Run<unknown, Knobs>> {
    const files = mortal(this.files, life?.killAt ?? Number.POSITIVE_INFINITY);
    const root = "/project/.store";
    const store = new FileStore(root, storeTools(files));
    const refs = fileRefs(root, refTools(files));
    await recover(store, refs);
    const ref = `refs/heads/${branch}`;
    const id = (await refs.read(ref)) as Id<"run"> | undefined;
    let turn = 0;
    const jumps = life?.jumps ?? [100];
    const env = slicedEnvironment(() => jumps[turn++ % jumps.length] as number, store);
    const simulation = withOutputs(form);
    env.programs.supply(simulation);
    const outputs = new BranchOutputs({
      ...{ store: { files, seal: testSeal, local: `${root}/local` }, root: "/project" },
      ...{ parentFolder: "outputs", notice: () => undefined },
    });
    const parentId = from?.id ?? id;
    const parent = parentId && (await openRun<unknown, Knobs>(parentId, env));
    const at = from?.at ?? (parent && Math.round((life?.back ?? 1) * parent.steps)) ?? 0;
    const steps =
      life === undefined ? lineage.steps : at + Math.round(life.ahead * (lineage.steps - at));
    const blockSize = blockSizeOf({ ...lineage, form, seed, params, streams, rng });
    const options = { steps, blockSize, seed, params, streams, rng };
    const { recordings } = await writeRuns(
      env,
      [
        {
          options: {},
          plan: (writer) =>
            parent === undefined
              ? planRecording(env, writer, codeOf(simulation), options, ref)
              : planFork(parent, writer, at, { ...changes, steps } as ForkOptions, ref),
          outputs: (plan) =>
            outputs.begin({
              ...{ env, branch, plan, parent: parent?.replayer, asked: undefined },
              ...{ isNew: id === undefined },
            }),
        },
      ],
      async ([recording]) => {
        await refs.update([{ name: ref, from: id, to: recording?.id }], "record");
      },
    );
    return openRun<unknown, Knobs>(recordings[0]?.id as Id<"run">, env);
  }
}

/** Another branch than main, and where it forks. */
interface Work {
  readonly branch?: string;
  readonly from?: { readonly id: Id<"run">; readonly at: number };
  readonly changes?: object;
}

/** Whether files that were kept aside are the only others. */
function withoutKept(found: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(found).filter(([name]) => !/\.kept-\d+$/.test(name)));
}

test("killed anywhere, and with a power cut: the outputs are those of the run, byte for byte", async () => {
  let killed = 0;
  await fc.assert(
    fc.asyncProperty(lineages, fc.array(lives, { maxLength: 5 }), async (lineage, plan) => {
      const disk = new Disk();
      for (const life of plan) {
        try {
          const run = await disk.record(lineage, life);
          const found = withoutKept(disk.outputs("main"));
          expect(found).toEqual(expected(lineage, run.steps));
        } catch (error) {
          if (!String(error).includes("killed")) throw error;
          disk.bury(life.after);
          killed++;
        }
      }
      await disk.record(lineage, undefined);
      const found = disk.outputs("main");
      expect(withoutKept(found)).toEqual(expected(lineage));
      // A kill alone leaves nothing that could be somebody else's.
      const isKill = plan.every(({ after }) => after === "kill");
      if (isKill) expect(Object.keys(found)).toHaveLength(2);
      const locks = [...disk.files.contents.keys()].filter((file) => file.endsWith(".lock"));
      expect(locks.filter((file) => file.includes("outputs-"))).toEqual([]);
    }),
    { numRuns: runs(100) },
  );
  expect(killed).toBeGreaterThan(10);
});

test("of a fork, in a folder of its own, and of any revision at once", async () => {
  await fc.assert(
    fc.asyncProperty(
      lineages,
      forkPlans,
      fractions,
      fc.boolean(),
      async (lineage, plan: ForkPlan, part, isForgotten) => {
        const disk = new Disk();
        const parent = await disk.record(lineage, undefined);
        const fork = forked(lineage, plan);
        const { amount, set, params, seed } = fork.lineage.changes.at(-1)!;
        const mutate =
          amount === undefined ? undefined : (state: unknown) => lineage.form.change(state, amount);
        if (isForgotten) disk.bury("no notes");
        const run = await disk.record(fork.lineage, undefined, {
          branch: "fix/a",
          from: { id: parent.id, at: fork.at },
          changes: { set, params, seed, mutate },
        });
        expect(disk.outputs("main")).toEqual(expected(lineage));
        expect(disk.outputs("fix/a")).toEqual(expected(fork.lineage));
        const step = Math.round(part * run.steps);
        const { files } = disk;
        const made = newOutputs("/project/outputs/there", {
          store: { files, seal: testSeal, local: "/project/.store/local" },
          uniqueName: () => "x",
        });
        expect(await writeOutputs(run.replayer, made, { step })).toHaveLength(2);
        expect(disk.outputs("there")).toEqual(expected(fork.lineage, step));
        expect(
          [...files.contents.keys()].filter((file) => path.basename(file).startsWith(".")),
        ).toEqual([]);
      },
    ),
    { numRuns: runs(60) },
  );
});
