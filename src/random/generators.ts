import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import type { GeneratorAlgorithm, RandomGenerator } from "./generator.ts";
import type { NumpyGenerator } from "./numpy/generator.ts";
import type { PythonGenerator } from "./python/generator.ts";
import type { TorchGenerator } from "./torch/generator.ts";
import type { XoshiroGenerator } from "./xoshiro/generator.ts";

/** The generator of each name, as a step gets it. */
export interface Generators {
  readonly "xoshiro128++": XoshiroGenerator;
  readonly numpy: NumpyGenerator;
  readonly python: PythonGenerator;
  readonly torch: TorchGenerator;
}

/** The name of a generator. */
export type GeneratorName = keyof Generators;

/**
 * The generator of a name; if the name may be any of them, the methods that all generators share.
 */
export type GeneratorOf<G extends GeneratorName> = [GeneratorName] extends [G]
  ? RandomGenerator
  : Generators[G];

/** The generator that a recording uses unless it asks for another. */
export const DEFAULT_GENERATOR = "xoshiro128++";

/** The facts about a generator that are known before its code is loaded. */
interface Entry<G extends RandomGenerator> {
  /** Its folder, its function, and the end of its own export: `rewind-engine/random/<family>`. */
  readonly family: string;
  /** Its methods beyond those of every generator. The compiler checks that all of them are here. */
  readonly methods: { readonly [Name in OwnMethod<G>]: true };
  /** Loads its code. A program pays for the generator that it uses, and for no other. */
  load(): Promise<GeneratorAlgorithm<G>>;
}

type OwnMethod<G> = Exclude<
  { [Name in keyof G]: G[Name] extends (...args: never) => unknown ? Name : never }[keyof G],
  keyof RandomGenerator
>;

/** Every generator, the default first. */
const ALGORITHMS = {
  "xoshiro128++": {
    family: "xoshiro",
    methods: { advance: true },
    load: async () => (await import("./xoshiro/index.ts")).xoshiroAlgorithm,
  },
  numpy: {
    family: "numpy",
    methods: {
      integers: true,
      uniform: true,
      standardNormal: true,
      standardExponential: true,
      standardGamma: true,
      gamma: true,
      beta: true,
      poisson: true,
      binomial: true,
      permutation: true,
      randomRaw: true,
      advance: true,
      jumped: true,
      spawn: true,
    },
    load: async () => (await import("./numpy/index.ts")).numpyAlgorithm,
  },
  python: {
    family: "python",
    methods: {
      getrandbits: true,
      randrange: true,
      randint: true,
      choices: true,
      sample: true,
      uniform: true,
      triangular: true,
      normalvariate: true,
      gauss: true,
      lognormvariate: true,
      expovariate: true,
      gammavariate: true,
      betavariate: true,
      getstate: true,
      setstate: true,
    },
    load: async () => (await import("./python/index.ts")).pythonAlgorithm,
  },
  torch: {
    family: "torch",
    methods: {
      rand: true,
      randint: true,
      random_: true,
      randperm: true,
      randn: true,
      randomSplit: true,
      dataLoader: true,
      copy: true,
      skip: true,
      manualSeed: true,
      initialSeed: true,
      getRngState: true,
      setRngState: true,
    },
    load: async () => (await import("./torch/index.ts")).torchAlgorithm,
  },
} satisfies { readonly [Name in GeneratorName]: Entry<Generators[Name]> };

/** The names of all generators, the default first. */
export function generatorNames(): GeneratorName[] {
  return Object.keys(ALGORITHMS) as GeneratorName[];
}

/**
 * Loads the algorithm called `name`. A recording also names the `version` that it was drawn with.
 *
 * @throws UNKNOWN_GENERATOR for any other name, with the known ones as `data.known`;
 * GENERATOR_CHANGED if the version is not the present one.
 */
export async function loadGenerator(name: string, version?: number): Promise<GeneratorAlgorithm> {
  const algorithm = await ALGORITHMS[checkName(name)].load();
  return checkVersion(algorithm, version);
}

/** The generators that add one of these methods. Loads no generator. */
export function generatorsWith(...methods: string[]): GeneratorName[] {
  return generatorNames().filter((name) =>
    methods.some((method) => Object.hasOwn(ALGORITHMS[name].methods, method)),
  );
}

/** The folders of all generators, each a separate export: `rewind-engine/random/numpy`. */
export function generatorFamilies(): string[] {
  return Object.values(ALGORITHMS).map(({ family }) => family);
}

/** Checks that a generator of this name exists. Throws UNKNOWN_GENERATOR. */
export function checkName(name: string): GeneratorName {
  if (Object.hasOwn(ALGORITHMS, name)) return name as GeneratorName;
  throw new RewindError(
    "UNKNOWN_GENERATOR",
    `expected a generator among ${generatorNames().join(", ")}, got ${describe(name)}`,
    { name, known: generatorNames() },
  );
}

/**
 * Checks that an algorithm still draws what it drew when `version` was recorded. Throws
 * GENERATOR_CHANGED.
 */
export function checkVersion(
  algorithm: GeneratorAlgorithm,
  version: number | undefined,
): GeneratorAlgorithm {
  if (version === undefined || version === algorithm.version) return algorithm;
  const { name, version: current } = algorithm;
  throw new RewindError(
    "GENERATOR_CHANGED",
    `expected version ${describe(version)} of the generator ${name}, got version ${current}, ` +
      "which draws other numbers from the same seed",
    { name, recorded: version, current },
  );
}
