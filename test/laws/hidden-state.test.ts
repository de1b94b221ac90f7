import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { encode } from "../../src/codec/encode.ts";
import type { Run } from "../../src/replay/run/run.ts";
import {
  type HiddenProgram,
  hiddenProgram,
  hiddenPrograms,
  type RecordedProgram,
  recordProgram,
  transientPrograms,
} from "../support/hidden-programs.ts";
import { runs } from "../support/runs.ts";

const SHAPES = fc.record({
  steps: fc.integer({ min: 1, max: 60 }),
  blockSize: fc.integer({ min: 1, max: 16 }),
  seed: fc.nat(99),
});

/** The result of a look; undefined if it is refused because the replay does not match. */
async function shown<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isRewindError(error, "REPLAY_MISMATCH")) return undefined;
    throw error;
  }
}

/** Whether a given state is the one that the run had. */
function isTrue(state: unknown, truth: Uint8Array | undefined): boolean {
  return Buffer.compare(encode(state), truth as Uint8Array) === 0;
}

/** Checks every way to read a state: each gives the state that the run had, or refuses. */
async function expectTrueOrRefused({ truth, again }: RecordedProgram, says: string) {
  const run = await again();
  const refused = new Set<number>();
  for (const [step, state] of truth.entries()) {
    const got = await shown(async () => ({ state: await run.get(step) }));
    if (got === undefined) refused.add(step);
    else expect(isTrue(got.state, state), `get ${step} of ${says}`).toBe(true);
  }
  const other = await again();
  for (const step of [1, Math.floor(truth.length / 2), truth.length - 1]) {
    if (step >= truth.length) continue;
    const at = (_: unknown, ctx: { readonly step: number }) => ctx.step === step;
    const found = await shown(() => other.find(at as never, { from: step }));
    if (found !== undefined) {
      expect(isTrue(found.state, truth[step]), `find ${step} of ${says}`).toBe(true);
    }
    const fork = await shown(() => other.branch(step, { steps: step }));
    if (fork !== undefined) {
      const forked = await shown(async () => ({ state: await fork.get(step) }));
      if (forked) expect(isTrue(forked.state, truth[step]), `branch ${step} of ${says}`).toBe(true);
    }
    const diff = await shown(() => other.diff(other));
    expect(diff?.identical ?? true).toBe(true);
  }
  // No false certificate: a run that verifies in full gives every state.
  const verified = await (await again()).verify({ full: true });
  if (verified.ok) expect([...refused], says).toEqual([]);
  return { ok: verified.ok, refused };
}

describe("hidden state: every state given is one that the run had", () => {
  test("every generated program that hides state is refused, or every state is the recorded one", async () => {
    let caught = 0;
    await fc.assert(
      fc.asyncProperty(hiddenPrograms, SHAPES, async (program, shape) => {
        const recorded = await recordProgram(program, shape);
        const { ok } = await expectTrueOrRefused(recorded, program.kind);
        if (!ok) caught++;
      }),
      { numRuns: 120 },
    );
    // It would prove nothing if every generated program replayed by chance.
    expect(caught).toBeGreaterThan(60);
  });

  test("a self-check refuses what verify --full would refuse", async () => {
    await fc.assert(
      fc.asyncProperty(hiddenPrograms, SHAPES, async (program, shape) => {
        const plain = await recordProgram(program, shape);
        const verified = await plain.run.verify({ full: true });
        // A registry outlives the instances, so it has another value when this recording begins.
        if (verified.ok || program.kind.startsWith("a registry")) return;
        const checked = recordProgram(program, { ...shape, selfCheck: true });
        await expect(checked).rejects.toMatchObject({ code: "SELF_CHECK_FAILED" });
      }),
      { numRuns: 40 },
    );
  });

  test("the examples: a counter beside zero, and a solver's warm start", async () => {
    const counter = `let n = 0; export default { name: "cnt", init: () => 0, step: (x) => { n++; return x * 0 + n; } };`;
    const solver = `let y = 1; export default { name: "root", init: () => ({ a: 2, root: 0 }), step: (s) => {
      while (Math.abs(y * y - s.a) > 1e-9 * s.a) y = (y + s.a / y) / 2;
      s.root = y; s.a *= 1.0001; } };`;
    for (const text of [counter, solver]) {
      const recorded = await recordProgram({ text }, { steps: 10_000, blockSize: 100, seed: 1 });
      const { run, truth } = recorded;
      expect((await run.verify({ full: true })).ok).toBe(false);
      const got = await shown(async () => ({ state: await run.get(5_050) }));
      if (got !== undefined) expect(isTrue(got.state, truth[5_050])).toBe(true);
    }
  });
});

/**
 * The blocks of a run whose replay gives wrong states, and those among them that are not noticed.
 */
async function slips(run: Run<unknown, never>, truth: readonly Uint8Array[]) {
  let different = 0;
  let unnoticed = 0;
  for (let from = 0; from < run.steps; from += run.blockSize) {
    const to = Math.min(run.steps, from + run.blockSize);
    const steps = Array.from({ length: to - from }, (_, i) => from + i);
    const unlike: number[] = [];
    for (const step of steps) {
      const state = await run.get(step, { check: false });
      if (!isTrue(state, truth[step])) unlike.push(step);
    }
    const [first] = unlike;
    if (first === undefined) continue;
    different++;
    if ((await shown(async () => ({ state: await run.get(first) }))) !== undefined) unnoticed++;
  }
  return { different, unnoticed };
}

/** The steps at which an unchecked replay gives a state that the run did not have. */
async function untrue({ again, truth }: RecordedProgram): Promise<number[]> {
  const run = await again();
  const steps: number[] = [];
  for (const [step, state] of truth.entries()) {
    const got = await run.get(step, { check: false });
    if (!isTrue(got, state)) steps.push(step);
  }
  return steps;
}

describe("transient effects: verify --full certifies no run with a wrong state", () => {
  test("in every generated program whose hidden state shows now and then", async () => {
    let [wrong, certified] = [0, 0];
    await fc.assert(
      fc.asyncProperty(transientPrograms, SHAPES, async (program, shape) => {
        const recorded = await recordProgram(program, shape);
        const { ok } = await (await recorded.again()).verify({ full: true });
        const steps = await untrue(recorded);
        if (steps.length > 0) wrong++;
        if (ok) certified++;
        if (ok) expect(steps, program.kind).toEqual([]);
      }),
      { numRuns: runs(500) },
    );
    // It would prove nothing if every generated program replayed by chance, or if none were
    // certified.
    expect([wrong > 50, certified > 0]).toEqual([true, true]);
  });
});

describe("transient effects, as get finds them", () => {
  // The witness digests the first state and three more, so an effect on a single state may slip
  // through.
  test.each([
    ["in every 2nd state", 2, 0.05],
    ["in every 3rd state", 3, 0.1],
    ["in every 7th state", 7, 0.4],
    ["in every 31st state", 31, 0.9],
  ])("%s (period %d): at most a part of %d of the blocks is not noticed", async (_, k, most) => {
    const program: HiddenProgram = hiddenProgram("a counter", `s.seen = h % ${k} === 0 ? 1 : 0`, k);
    let [different, unnoticed] = [0, 0];
    for (const blockSize of [17, 32, 45]) {
      const recorded = await recordProgram(program, { steps: blockSize * 20, blockSize, seed: k });
      const found = await slips(recorded.run, recorded.truth);
      different += found.different;
      unnoticed += found.unnoticed;
    }
    expect(unnoticed / Math.max(1, different)).toBeLessThanOrEqual(most);
  });
});
