import { describe, expect, expectTypeOf, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { defineSimulation, record } from "../../src/index.ts";
import type { RandomGenerator } from "../../src/random/generator.ts";
import { type NumpyGenerator, numpy } from "../../src/random/numpy/index.ts";
import type { PythonGenerator } from "../../src/random/python/generator.ts";

const clinic = defineSimulation({
  name: "clinic",
  rng: "numpy",
  streams: "continuous",
  params: { rate: 3 },
  init: ({ rng }) => ({ waiting: rng.integers(0, 5) }),
  step: (state: { waiting: number }, rng, { params }) => ({
    waiting: state.waiting + rng.poisson(params.rate) - rng.binomial(state.waiting, 0.5),
  }),
});

const greedy = (call: (rng: never) => unknown) =>
  defineSimulation({
    name: "greedy",
    init: () => 0,
    step: (_: number, rng) => call(rng as never) as number,
  });

describe("a simulation that declares its generator", () => {
  test("is recorded with it, as a plain loop", async () => {
    const run = await record(clinic, { steps: 500, seed: 42 });
    const rng = numpy(42);
    let waiting = rng.integers(0, 5);
    for (let step = 0; step <= 500; step++) {
      expect(await run.get(step)).toEqual({ waiting });
      waiting = waiting + rng.poisson(3) - rng.binomial(waiting, 0.5);
    }
  });

  test("gives its steps that generator's type", () => {
    defineSimulation({
      name: "types",
      rng: "python",
      init: ({ rng, stream }) => {
        expectTypeOf(rng).toEqualTypeOf<PythonGenerator>();
        expectTypeOf(stream("a")).toEqualTypeOf<PythonGenerator>();
        return 0;
      },
      step: (_: number, rng) => {
        expectTypeOf(rng).toEqualTypeOf<PythonGenerator>();
      },
    });
    defineSimulation({
      name: "any",
      init: () => 0,
      step: (_: number, rng) => {
        expectTypeOf(rng).toEqualTypeOf<RandomGenerator>();
      },
    });
    expectTypeOf<Parameters<typeof clinic.step>[1]>().toEqualTypeOf<NumpyGenerator>();
  });

  test("accepts the same name and other streams, but no other name", async () => {
    const named = await record(clinic, { steps: 50, seed: 1, rng: "numpy" });
    expect(named.root).toBe((await record(clinic, { steps: 50, seed: 1 })).root);
    await expect(record(clinic, { steps: 50, seed: 1, rng: "python" })).rejects.toThrow(
      'expected rng to be numpy, the generator of "clinic", got "python"',
    );
    const block = await record(clinic, { steps: 50, seed: 1, streams: "block" });
    expect(block.root).not.toBe(named.root);
  });

  test("does not continue a run with another generator", async () => {
    const run = await record({ ...clinic, rng: undefined } as never, {
      steps: 9,
      seed: 1,
      rng: "numpy",
    });
    const python = { ...clinic, rng: "python" } as never;
    await expect(run.branch(4, { simulation: python })).rejects.toThrow(
      'expected rng to be python, the generator of "clinic", got "numpy"',
    );
    await expect(run.branch(4, { simulation: clinic as never })).resolves.toBeDefined();
  });

  test.each([
    [{ rng: 5 }, "expected rng to be the name of a generator, got 5"],
    [{ streams: "daily" }, 'expected streams to be block, continuous or step, got "daily"'],
  ])("%j is refused", async (wrong, message) => {
    const refused = record({ ...clinic, ...wrong } as never, { steps: 1 });
    await expect(refused).rejects.toThrow(message);
  });

  test("an unknown generator", async () => {
    const wrong = { ...clinic, rng: "mt19937" } as never;
    await expect(record(wrong, { steps: 1 })).rejects.toThrow("expected a generator among");
  });
});

describe("a method that the generator lacks", () => {
  test("gets no hint if it was called on something in a state", async () => {
    const simulation = defineSimulation({
      name: "lists",
      init: () => ({ agents: [] as number[] }),
      step: (state) => (state.agents as unknown as { sample(n: number): never }).sample(3),
    });
    await expect(record(simulation, { steps: 1, seed: 1 })).rejects.toSatisfy(
      (error: unknown) => isRewindError(error, "STEP_FAILED") && error.data.hint === undefined,
    );
  });

  test("gets a hint for a stream too", async () => {
    const simulation = defineSimulation({
      name: "stream",
      init: () => 0,
      step: (_: number, _rng, { stream }) =>
        (stream("a") as unknown as { binomial(n: number, p: number): number }).binomial(3, 0.5),
    });
    await expect(record(simulation, { steps: 1, seed: 1 })).rejects.toSatisfy(
      (error: unknown) =>
        isRewindError(error, "STEP_FAILED") && String(error.data.hint).includes("--rng numpy"),
    );
  });

  test.each([
    [
      "xoshiro128++",
      (rng: { binomial(n: number, p: number): number }) => rng.binomial(9, 0.5),
      'binomial is a method of numpy, but this run draws from xoshiro128++: record with --rng numpy, or set rng: "numpy" in the simulation',
    ],
    [
      "numpy",
      (rng: { standard_normal(): number }) => rng.standard_normal(),
      "its name here is standardNormal",
    ],
    [
      "numpy",
      (rng: { gauss(a: number, b: number): number }) => rng.gauss(0, 1),
      'gauss is a method of python, but this run draws from numpy: record with --rng python, or set rng: "python" in the simulation',
    ],
    ["numpy", (rng: { zipf(): number }) => rng.zipf(), undefined],
    ["numpy", (rng: { random(): { x(): number } }) => rng.random().x(), undefined],
  ] as const)("of %s", async (rng, call, hint) => {
    const failed = record(greedy(call), { steps: 3, seed: 1, rng });
    await expect(failed).rejects.toSatisfy(
      (error: unknown) => isRewindError(error, "STEP_FAILED") && error.data.hint === hint,
    );
  });
});
