import type { EpochAction } from "./events.ts";
import type { DrawsStep, PlanGenerator } from "./plan.ts";

/** A generator as a plan consumes it. */
export interface Consumer {
  /** The outputs drawn in all, seeding apart: 32-bit words of torch and python, 64-bit of numpy. */
  readonly drawn: number;
  seed(seed: bigint): void;
  draws(count: number, unit: DrawsStep["unit"]): void;
  /** The order of one permutation, which is consumed. */
  permutation(length: number): ArrayLike<number>;
  /** The order of one epoch, which is consumed. */
  epoch(action: EpochAction): ArrayLike<number>;
  /** Consumes what `permutation` does. */
  passPermutation(length: number): void;
  /** Consumes what `epoch` does. */
  passEpoch(action: EpochAction): void;
  /** The state in the form that `loadingLines` load. */
  state(): Uint8Array;
}

/** What a generator of a library without data loaders makes of epochs: a permutation each. */
export abstract class PermutingConsumer implements Consumer {
  abstract readonly drawn: number;
  abstract seed(seed: bigint): void;
  abstract draws(count: number, unit: DrawsStep["unit"]): void;
  abstract permutation(length: number): ArrayLike<number>;
  abstract state(): Uint8Array;

  epoch({ loader }: EpochAction): ArrayLike<number> {
    const { length, shuffle } = loader;
    return shuffle ? this.permutation(length) : Array.from({ length }, (_, i) => i);
  }

  passPermutation(length: number): void {
    this.permutation(length);
  }

  passEpoch({ loader }: EpochAction): void {
    if (loader.shuffle) this.permutation(loader.length);
  }
}

/**
 * The two lines of Python that load a state of `stateBefore` from a file: into PyTorch's default
 * generator, or into `g` where `own` says that the data loader was given one of its own; into a numpy
 * generator `rng`; into the module `random`.
 *
 * @example
 * ```ts
 * loadingLines({ name: "torch" }, "state.bin")[0]; // "import torch"
 * ```
 */
export function loadingLines(
  { name }: PlanGenerator,
  file: string,
  { own = false }: { readonly own?: boolean } = {},
): readonly string[] {
  const path = JSON.stringify(file);
  const bytes = `torch.frombuffer(bytearray(open(${path}, "rb").read()), dtype=torch.uint8)`;
  switch (name) {
    case "torch":
      return own
        ? ["import torch; g = torch.Generator()", `g.set_state(${bytes})`]
        : ["import torch", `torch.set_rng_state(${bytes})`];
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
  }
}

/** The expression of Python that gives the digest of a state as `explain` does. */
export function digestExpression({ name }: PlanGenerator): string {
  const state = {
    torch: "torch.get_rng_state().numpy().tobytes()",
    numpy: "json.dumps(rng.bit_generator.state).encode()",
    python: "json.dumps(random.getstate()).encode()",
  }[name];
  return `hashlib.sha256(${state}).hexdigest()`;
}
