/**
 * A seeded stream of random numbers. Its whole state is data: `fromState(rng.state())` continues
 * exactly where `rng` stands.
 */
export interface RandomGenerator {
  /** The next double in [0, 1), a multiple of 2^-53. */
  random(): number;
  /** The next whole number in 0..2^32 - 1. */
  uint32(): number;
  /** A whole number in low..high - 1, each equally likely; `high - low` is at most 2^53. */
  integer(low: number, high: number): number;
  /** A normal deviate with the given mean (0) and standard deviation (1). */
  normal(mean?: number, standardDeviation?: number): number;
  /** An exponential deviate with the given mean (1). */
  exponential(mean?: number): number;
  /** Shuffles `items` in place, every order equally likely, and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /** One of `items`, each equally likely. */
  choice<T>(items: ArrayLike<T>): T;
  /** Everything that the next draws depend on, as bytes. */
  state(): Uint8Array;
}

/** A way to make generators: what recordings name, and what `generatorNamed` finds. */
export interface GeneratorAlgorithm<G extends RandomGenerator = RandomGenerator> {
  readonly name: string;
  /** Changes whenever the numbers drawn from one seed would change. */
  readonly version: number;
  /**
   * The generator that a plain loop would make of a whole number from 0 to 2^256 - 1, such as
   * `xoshiro(42)` or `numpy(42)`. Throws INVALID_SEED if the library that is followed does not
   * accept the number.
   */
  seeded(seed: bigint): G;
  /** A generator seeded by 32 bytes, such as a block seed. */
  fromSeed(seed: Uint8Array): G;
  /** The generator whose `state()` gave these bytes. Throws INVALID_ARGUMENT for any others. */
  fromState(state: Uint8Array): G;
  /** A shorter form for the state of a generator that `seeded` made, if the algorithm has one. */
  readonly relative?: RelativeState;
}

/** A generator's state told as the distance from where it began. */
export interface RelativeState {
  write(generator: RandomGenerator): Uint8Array;
  /** Throws INVALID_ARGUMENT for bytes that `write` does not give. */
  read(seed: bigint, bytes: Uint8Array): RandomGenerator;
}
