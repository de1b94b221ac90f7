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
  /** All that the next draws depend on, as bytes. */
  state(): Uint8Array;
}

/** A way to make generators: what the registry lists and the program object names. */
export interface GeneratorAlgorithm {
  readonly name: string;
  /** Changes whenever the numbers drawn from one seed would change. */
  readonly version: number;
  /**
   * The generator that a plain loop would make of a whole number from 0 to 2^256 - 1, such as
   * `xoshiro(42)` or `numpy(42)`. Throws INVALID_SEED for one that its library does not take.
   */
  seeded(seed: bigint): RandomGenerator;
  /** A generator seeded by 32 bytes, such as a block seed. */
  fromSeed(seed: Uint8Array): RandomGenerator;
  /** The generator whose `state()` gave these bytes. Throws INVALID_ARGUMENT for any others. */
  fromState(state: Uint8Array): RandomGenerator;
  /** A shorter form for the state of a generator that `seeded` made, where there is one. */
  readonly relative?: RelativeState;
}

/** How a generator stands, told from where it began. */
export interface RelativeState {
  write(generator: RandomGenerator): Uint8Array;
  /** Throws INVALID_ARGUMENT for bytes that `write` does not give. */
  read(seed: bigint, bytes: Uint8Array): RandomGenerator;
}
