import type { EpochAction } from "./events.ts";
import type { DrawsStep, PlanGenerator } from "./plan.ts";

/** A generator as a plan consumes it. */
export interface Consumer {
  /** The outputs drawn in all, without seeding: 32-bit words, or 64-bit ones of numpy. */
  readonly drawn: number;
  seed(seed: bigint): void;
  draws(count: number, unit: DrawsStep["unit"]): void;
  /** The order of one permutation, which is consumed. */
  permutation(length: number): ArrayLike<number>;
  /** The order of one epoch, which is consumed, and the base seed of its workers. */
  epoch(action: EpochAction): ConsumedEpoch;
  /** Consumes what `permutation` does. */
  passPermutation(length: number): void;
  /** Consumes what `epoch` does. */
  passEpoch(action: EpochAction): void;
  /** The state in the form that `loadingLines` load. */
  state(): Uint8Array;
}

/** An epoch as a loader counts its samples. */
export interface ConsumedEpoch {
  readonly order: ArrayLike<number>;
  /** The seed of worker w is this plus w; undefined without workers. */
  readonly baseSeed: bigint | undefined;
}

/** A generator of a library without data loaders: each epoch is a permutation. */
export abstract class PermutingConsumer implements Consumer {
  abstract readonly drawn: number;
  abstract seed(seed: bigint): void;
  abstract draws(count: number, unit: DrawsStep["unit"]): void;
  abstract permutation(length: number): ArrayLike<number>;
  abstract passPermutation(length: number): void;
  abstract state(): Uint8Array;

  epoch({ loader }: EpochAction): ConsumedEpoch {
    const { length, shuffle } = loader;
    const order = shuffle ? this.permutation(length) : upTo(length);
    return { order, baseSeed: undefined };
  }

  passEpoch({ loader }: EpochAction): void {
    if (loader.shuffle) this.passPermutation(loader.length);
  }
}

/** The numbers 0..length - 1. */
export function upTo(length: number): Uint32Array {
  const numbers = new Uint32Array(length);
  for (let i = 0; i < length; i++) numbers[i] = i;
  return numbers;
}

/** How a state is loaded. */
export interface LoadingOptions {
  /** Whether it is the state of `g`, the generator that PyTorch's data loader was given. */
  readonly own?: boolean;
  /**
   * The loaders whose persistent workers had been started by then, as plans write them. Starting
   * workers draws, so they must be started before the state is loaded.
   */
  readonly started?: readonly string[];
}

/**
 * The lines of Python, of TypeScript for xoshiro, that load a state of `stateBefore` from a file:
 * into PyTorch's default generator, or into `g` if the data loader has its own, as `own` says; into
 * a numpy generator `rng`; into the module `random`. They belong right before the loop, after all
 * else that draws: the model, `random_split`, and the start of persistent workers, which is one of
 * the lines.
 *
 * @example
 * ```ts
 * loadingLines({ name: "torch" }, "state.bin")[0]; // "import torch"
 * ```
 */
export function loadingLines(
  { name }: PlanGenerator,
  file: string,
  { own = false, started = [] }: LoadingOptions = {},
): readonly string[] {
  const path = JSON.stringify(file);
  const bytes = `torch.frombuffer(bytearray(open(${path}, "rb").read()), dtype=torch.uint8)`;
  switch (name) {
    case "torch":
      return [
        own ? "import torch  # g is the generator that the loader was given" : "import torch",
        ...started.map(
          (loader) => `iter(loader)  # starts its workers, which draws; loader is ${loader}`,
        ),
        own ? `g.set_state(${bytes})` : `torch.set_rng_state(${bytes})`,
      ];
    case "numpy":
      return [
        "import json, numpy as np",
        `rng = np.random.default_rng(); rng.bit_generator.state = json.load(open(${path}))`,
      ];
    case "python":
      return [
        "import json, random",
        `v, w, g = json.load(open(${path})); random.setstate((v, tuple(w), g))`,
      ];
    case "xoshiro":
      return [
        'import { readFileSync } from "node:fs"; import { generatorNamed } from "rewind-engine/random";',
        `const rng = generatorNamed("xoshiro128++").fromState(readFileSync(${path}));`,
      ];
  }
}

/** The language in which a generator's states are loaded. */
export function languageOf({ name }: PlanGenerator): "Python" | "TypeScript" {
  return name === "xoshiro" ? "TypeScript" : "Python";
}

/**
 * The expression of that language that gives the first digits of a state's digest, as `explain`
 * does.
 */
export function digestExpression({ name }: PlanGenerator, digits: number): string {
  if (name === "xoshiro") {
    return `createHash("sha256").update(rng.state()).digest("hex").slice(0, ${digits})`;
  }
  const state = {
    torch: "torch.get_rng_state().numpy().tobytes()",
    numpy: "json.dumps(rng.bit_generator.state).encode()",
    python: "json.dumps(random.getstate()).encode()",
  }[name];
  return `hashlib.sha256(${state}).hexdigest()[:${digits}]`;
}
