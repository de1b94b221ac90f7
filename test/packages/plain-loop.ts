import { sha256 } from "../../src/codec/hash.ts";
import type { GeneratorAlgorithm, RandomGenerator } from "../../src/random/generator.ts";
import { numpyAlgorithm } from "../../src/random/numpy/index.ts";
import { deriveSeed, streamSeed } from "../../src/random/seeds.ts";
import { xoshiroAlgorithm } from "../../src/random/xoshiro/index.ts";
import { CHANCE_STREAM } from "../../src/replay/chance.ts";
import type { AnySimulation } from "../../src/replay/simulation.ts";

/**
 * The states of a simulation, computed without rewind's replay: a loop that calls its functions. It
 * draws the numbers that the run draws, and under `chance: "run"` so do `Math.random` and the clock.
 */
export function* plainLoop(
  simulation: AnySimulation,
  options: { readonly steps: number; readonly seed: bigint; readonly blockSize: number },
): Generator<unknown, undefined> {
  const { steps, seed, blockSize } = options;
  const params = Object.freeze({ ...simulation.params });
  const algorithm: GeneratorAlgorithm<RandomGenerator> =
    simulation.rng === "numpy" ? numpyAlgorithm : xoshiroAlgorithm;
  const generator = (master: bigint, stream: string, index: number): RandomGenerator =>
    algorithm.fromSeed(deriveSeed({ hash: sha256, master, stream, index }));
  const bytes = streamSeed(sha256, seed, CHANCE_STREAM);
  const chanceSeed = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  const stream = (name: string): never => {
    throw new Error(`no stream ${name} here`);
  };

  let chance = generator(chanceSeed, "init", 0);
  let rng = generator(seed, "init", 0);
  const within = <T>(step: number, work: () => T): T =>
    simulation.chance === "run" ? withChance(chance, step, work) : work();
  let state: unknown = within(0, () => simulation.init({ params, step: 0, rng, stream } as never));
  yield state;
  for (let step = 0; step < steps; step++) {
    if (step % blockSize === 0) {
      rng = generator(seed, "block", step / blockSize);
      chance = generator(chanceSeed, "block", step / blockSize);
    }
    const context = { step, params, stream } as never;
    state = within(step, () => simulation.step(state as never, rng as never, context)) ?? state;
    yield state;
  }
  return undefined;
}

/** Does `work` with the chance and the clock of a run: 1 ms a step since 1970. */
function withChance<T>(chance: RandomGenerator, time: number, work: () => T): T {
  const own = { random: Math.random, Date };
  Math.random = () => chance.random();
  performance.now = () => time;
  globalThis.Date = class extends own.Date {
    constructor(...values: []) {
      super(...(values.length === 0 ? ([time] as unknown as []) : values));
    }
    static override now(): number {
      return time;
    }
  } as DateConstructor;
  try {
    return work();
  } finally {
    Math.random = own.random;
    // What was there is inherited, and a later file of this process may replace it.
    Reflect.deleteProperty(performance, "now");
    globalThis.Date = own.Date;
  }
}
