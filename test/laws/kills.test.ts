import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { fileRefs } from "../../src/node/store/file-refs.ts";
import { FileStore } from "../../src/node/store/file-store.ts";
import { recover } from "../../src/node/store/recover.ts";
import type { Id } from "../../src/object/id.ts";
import { decodeRun } from "../../src/object/run.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { planFork } from "../../src/replay/record/fork.ts";
import { planRecording } from "../../src/replay/record/record.ts";
import { writeRun } from "../../src/replay/record/write-runs.ts";
import { openRun } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { fractions, lineages, recorded } from "../support/arbitraries.ts";
import { blockSizeOf, bruteForce, encodingOf, type Lineage } from "../support/brute-force.ts";
import { content, slicedEnvironment } from "../support/environments.ts";
import { memoryFiles } from "../support/memory-files.ts";
import { bury, mortal, storeFolders } from "../support/mortal-files.ts";
import { notingStore } from "../support/noting-store.ts";
import { runs } from "../support/runs.ts";
import type { Knobs } from "../support/simulation-forms.ts";
import { refTools, storeTools } from "../support/store-tools.ts";

const MAIN = "refs/heads/main";

/** A process that works on the branch main, and is killed. */
interface Life {
  /** Continues the run as it is, or from somewhere in its past. */
  readonly back: number | undefined;
  /** The number of the operation on files in which it is killed. */
  readonly killAt: number;
  /** How many milliseconds pass between two looks at the clock, in turn. */
  readonly jumps: readonly number[];
  readonly selfCheck: boolean;
}

const lives: fc.Arbitrary<Life> = fc.record({
  back: fc.option(fractions, { nil: undefined, freq: 3 }),
  killAt: fc.integer({ min: 1, max: 90 }),
  // Slices of one step or of several, with marks and commits after some of them.
  jumps: fc.array(fc.constantFrom(0, 5, 40, 700, 2_100, 4_500), { minLength: 1, maxLength: 6 }),
  selfCheck: fc.boolean(),
});

/** The store in memory that one process leaves to the next. */
class Disk {
  readonly files = memoryFiles();
  /** The steps that were acknowledged last. */
  acknowledged = 0;

  constructor() {
    storeFolders(this.files, "/store");
  }

  async open(killAt = Number.POSITIVE_INFINITY) {
    const files = mortal(this.files, killAt);
    const store = new FileStore("/store", storeTools(files));
    const refs = fileRefs("/store", refTools(files));
    await recover(store, refs);
    return {
      store: notingStore(store, (_, tip) => {
        this.acknowledged = decodeRun(tip.run).steps;
      }),
      refs,
      id: (await refs.read(MAIN)) as Id<"run"> | undefined,
    };
  }

  /** Lets the locks belong to a process that has ended. */
  bury(): void {
    bury(this.files);
  }
}

async function live(
  disk: Disk,
  lineage: Lineage,
  life: Life | undefined,
): Promise<Run<unknown, Knobs>> {
  const { store, refs, id } = await disk.open(life?.killAt);
  const { form, seed, params, streams, rng, steps } = lineage;
  let turn = 0;
  const jumps = life?.jumps ?? [100];
  const env = slicedEnvironment(() => jumps[turn++ % jumps.length] as number, store);
  env.programs.supply(form.simulation);
  const options = { steps, blockSize: blockSizeOf(lineage), seed, params, streams, rng };
  const parent = id && (await openRun<unknown, Knobs>(id, env));
  const at = parent && Math.round((life?.back ?? 1) * parent.steps);
  const { id: made } = await writeRun(
    env,
    { selfCheck: life?.selfCheck },
    (writer) =>
      parent === undefined
        ? planRecording(env, writer, codeOf(form.simulation), options, MAIN)
        : planFork(parent, writer, at as number, { steps }, MAIN),
    async (recording) => refs.update([{ name: MAIN, from: id, to: recording.id }], "record"),
  );
  return openRun<unknown, Knobs>(made, env);
}

test("killed anywhere, marked anywhere: nothing acknowledged is lost, and the root is the same", async () => {
  let [killed, inside] = [0, 0];
  await fc.assert(
    fc.asyncProperty(lineages, fc.array(lives, { maxLength: 6 }), async (lineage, plan) => {
      const whole = await recorded(nodeEnvironment(), lineage);
      const { bytes } = bruteForce(lineage);
      const disk = new Disk();
      for (const life of plan) {
        disk.acknowledged = 0;
        try {
          await live(disk, lineage, life);
        } catch {
          disk.bury();
          killed++;
        }
        const { store, id } = await disk.open();
        if (disk.acknowledged > 0) expect(id).toBeDefined();
        if (id === undefined) continue;
        const env = slicedEnvironment(() => 0, store);
        env.programs.supply(lineage.form.simulation);
        const run = await openRun<unknown, Knobs>(id, env);
        expect(run.steps).toBeGreaterThanOrEqual(disk.acknowledged);
        if (!run.finished && run.steps % run.blockSize !== 0) inside++;
        const last = encodingOf(lineage.form, await run.get(run.steps));
        expect(Buffer.compare(last, bytes[run.steps]!)).toBe(0);
        expect(await run.verify({ full: true })).toMatchObject({ ok: true });
      }
      const run = await live(disk, lineage, undefined);
      expect(content(run.manifest)).toEqual(content(whole.manifest));
      expect(run.root).toBe(whole.root);
      const left = [...disk.files.contents.keys()].filter((file) =>
        file.startsWith("/store/objects/journal"),
      );
      expect(left).toEqual([]);
    }),
    { numRuns: runs(150) },
  );
  // The law is not about nothing.
  expect(killed).toBeGreaterThan(20);
  expect(inside).toBeGreaterThan(5);
});
