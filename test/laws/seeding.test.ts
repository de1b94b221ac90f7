import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../src/codec/decode.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { openRun, recordInto } from "../../src/replay/run/open-run.ts";
import { givenState } from "../../src/repository/given-state.ts";
import {
  branched,
  families,
  forked,
  fractions,
  lineages,
  recorded,
  seeds,
} from "../support/arbitraries.ts";
import { blockSizeOf, bruteForce, encodingOf, type Lineage } from "../support/brute-force.ts";
import { content } from "../support/environments.ts";
import { runs } from "../support/runs.ts";
import type { Knobs } from "../support/simulation-forms.ts";

/** The lineage of a run that begins with a state: like one whose `init` gives that state and draws nothing. */
function beginningWith(lineage: Lineage, bytes: Uint8Array, seed: number | bigint): Lineage {
  const { form } = lineage;
  const { types } = form.simulation;
  const simulation = { ...form.simulation, init: () => decode(bytes, { types }) };
  return { ...lineage, form: { ...form, simulation }, seed, changes: [] };
}

describe("seeding: a run that begins with a saved state", () => {
  test("has the states of a loop from there, wherever the state comes from", async () => {
    await fc.assert(
      fc.asyncProperty(families, fractions, seeds, async ({ lineage, plans }, part, seed) => {
        const env = nodeEnvironment();
        const { form, streams, rng, params } = lineage;
        let run = await recorded(env, lineage);
        let parent = lineage;
        for (const plan of plans) {
          parent = forked(parent, plan).lineage;
          run = await branched(run, parent);
        }
        const step = Math.round(part * run.steps);
        const saved = bruteForce(parent).bytes[step]!;
        const begun = beginningWith(lineage, saved, seed);
        const size = blockSizeOf(begun);
        const given = await givenState({ run, step });
        const options = { steps: lineage.steps, blockSize: size, seed, params, streams, rng };
        const code = codeOf(form.simulation);
        const next = await recordInto<unknown, Knobs>(env, code, { ...options, given });
        const expected = bruteForce({ ...begun, blockSize: size }).bytes;
        for (const at of [0, Math.floor(next.steps / 2), next.steps]) {
          expect(Buffer.compare(encodingOf(form, await next.get(at)), expected[at]!)).toBe(0);
        }
        expect((await next.verify({ full: true })).ok).toBe(true);
        expect(next.parents).toEqual([]);
        expect(next.manifest.meta.from).toEqual({ run: run.id, step });
        // A fork at step 0 that changes the seed and the whole state is the same run.
        if (plans.length > 0 || run.blockSize !== size) return;
        const mutate = () => decode(saved, form.simulation);
        const fork = await run.branch(0, { steps: lineage.steps, seed, params, mutate });
        expect(fork.root).toBe(next.root);
      }),
      { numRuns: runs(60) },
    );
  });

  test("one root, however it came about: extended, resumed, restarted, forked without changes", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, fractions, fractions, seeds, async (lineage, part, cut, seed) => {
        const env = nodeEnvironment();
        const { form, streams, rng, params } = lineage;
        const run = await recorded(env, lineage);
        const code = codeOf(form.simulation);
        const given = await givenState({ run, step: Math.round(part * run.steps) });
        const options = { seed, params, streams, rng, blockSize: run.blockSize, given };
        const record = (steps: number) =>
          recordInto<unknown, Knobs>(env, code, { ...options, steps });
        const whole = await record(lineage.steps);
        const some = await record(Math.round(cut * lineage.steps));
        const extended = await some.branch(some.steps, { steps: lineage.steps });
        const again = await openRun<unknown, Knobs>(whole.id, env);
        const at = Math.round(cut * again.steps);
        for (const other of [extended, await record(lineage.steps), await again.branch(at)]) {
          expect(other.root).toBe(whole.root);
          expect(content(other.manifest)).toEqual(content(whole.manifest));
          // It still begins with that state.
          expect(other.manifest.meta.from).toEqual(whole.manifest.meta.from);
        }
        const changed = await whole.branch(0, { seed: BigInt(seed) ^ 1n });
        expect(changed.manifest.meta.from).toBeUndefined();
      }),
      { numRuns: runs(40) },
    );
  });
});
