import { utf8 } from "../base/bytes.ts";
import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { isWellFormed } from "../codec/state/strings.ts";
import type { SeedRule } from "../object/seeds.ts";
import type { GeneratorAlgorithm, RandomGenerator } from "../random/generator.ts";
import { deriveSeed, seeder, streamSeed } from "../random/seeds.ts";

/** The states of a position's generators: the main one and the named ones. */
export interface StreamStates {
  readonly main: Uint8Array;
  /** Sorted by name. */
  readonly named: readonly (readonly [name: string, state: Uint8Array])[];
}

/**
 * The generators of one live position: the one that steps get, and those that they ask for by name.
 * A named one is made at the first request, so that it depends on nothing else.
 */
export class Streams {
  readonly main: RandomGenerator;
  readonly #named = new Map<string, RandomGenerator>();
  readonly #make: (name: string) => RandomGenerator;
  readonly #write: (main: RandomGenerator) => Uint8Array;

  constructor(
    main: RandomGenerator,
    options: {
      /** Makes a named generator, ready for its first draw. */
      make(name: string): RandomGenerator;
      /** Encodes the state of the main one. */
      write(main: RandomGenerator): Uint8Array;
      readonly named?: Iterable<readonly [string, RandomGenerator]>;
    },
  ) {
    this.main = main;
    this.#make = options.make;
    this.#write = options.write;
    for (const [name, generator] of options.named ?? []) this.#named.set(name, generator);
  }

  /** The generator of this name. */
  stream(name: string): RandomGenerator {
    let generator = this.#named.get(name);
    if (generator === undefined) {
      generator = this.#make(checkName(name));
      this.#named.set(name, generator);
    }
    return generator;
  }

  /** The states of all of them. */
  states(): StreamStates {
    const named = [...this.#named].map(([name, generator]) => [name, generator.state()] as const);
    named.sort(([a], [b]) => (a < b ? -1 : 1));
    return { main: this.#write(this.main), named };
  }
}

/**
 * Makes the generators of a segment. Under the rule `block` they are seeded again at the first step
 * of each block, under `step` at every step, each time by hashing. Under `continuous` one generator
 * goes through the whole run, seeded with the master seed as its own library does it.
 */
export class StreamSource {
  readonly rule: SeedRule;
  readonly #algorithm: GeneratorAlgorithm;
  readonly #hash: Hash;
  readonly #master: bigint;
  readonly #blockSize: number;
  /** For the main stream and each named one: the seed of a block or step by its number. */
  readonly #seeders = new Map<string | undefined, (index: number) => Uint8Array>();

  constructor(options: {
    readonly rule: SeedRule;
    readonly algorithm: GeneratorAlgorithm;
    readonly master: bigint;
    readonly blockSize: number;
    readonly hash: Hash;
  }) {
    this.rule = options.rule;
    this.#algorithm = options.algorithm;
    this.#hash = options.hash;
    this.#master = options.master;
    this.#blockSize = options.blockSize;
  }

  /** Whether the generators are seeded again at `step`. */
  beginsAt(step: number): boolean {
    if (this.rule === "continuous") return false;
    return this.rule === "step" || step % this.#blockSize === 0;
  }

  /** Fresh generators, as at the first step of the block that contains `step`. */
  at(step: number): Streams {
    if (this.rule === "continuous") return this.#ofRun();
    const index = this.rule === "step" ? step : Math.floor(step / this.#blockSize);
    const make = (name?: string): RandomGenerator =>
      this.#algorithm.fromSeed(this.#seeder(name)(index));
    return new Streams(make(), { make, write });
  }

  /** The generators for `init`. In a continuous run, the steps continue with them. */
  ofInit(): Streams {
    if (this.rule === "continuous") return this.#ofRun();
    const hash = this.#hash;
    const seeded = (master: bigint): RandomGenerator =>
      this.#algorithm.fromSeed(deriveSeed({ hash, master, stream: "init", index: 0 }));
    return new Streams(seeded(this.#master), {
      make: (name) => seeded(this.#masterOf(name)),
      write,
    });
  }

  /** Generators in the given states, at `step`. Throws INVALID_ARGUMENT. */
  restored(step: number, states: StreamStates): Streams {
    const algorithm = this.#algorithm;
    const { relative } = algorithm;
    const isRelative = this.rule === "continuous" && relative !== undefined;
    const main = isRelative
      ? relative.read(this.#master, states.main)
      : algorithm.fromState(states.main);
    const fresh = this.at(step);
    return new Streams(main, {
      make: (name) => fresh.stream(name),
      write: isRelative ? relative.write : write,
      named: states.named.map(([name, state]) => [name, algorithm.fromState(state)]),
    });
  }

  #ofRun(): Streams {
    const algorithm = this.#algorithm;
    return new Streams(algorithm.seeded(this.#master), {
      make: (name) => algorithm.fromSeed(streamSeed(this.#hash, this.#master, name)),
      write: algorithm.relative?.write ?? write,
    });
  }

  #seeder(name: string | undefined): (index: number) => Uint8Array {
    let seedOf = this.#seeders.get(name);
    if (seedOf === undefined) {
      const master = name === undefined ? this.#master : this.#masterOf(name);
      seedOf = seeder(this.#hash, master, this.rule);
      this.#seeders.set(name, seedOf);
    }
    return seedOf;
  }

  /** A named stream is seeded like the main stream of a run with this master seed. */
  #masterOf(name: string): bigint {
    const bytes = streamSeed(this.#hash, this.#master, name);
    return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }
}

function write(main: RandomGenerator): Uint8Array {
  return main.state();
}

const LONGEST_NAME_BYTES = 256;

function checkName(name: unknown): string {
  const isName = typeof name === "string" && name !== "" && isWellFormed(name);
  if (isName && utf8(name).length <= LONGEST_NAME_BYTES) return name;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected the name of a stream to be a text of 1 to ${count(LONGEST_NAME_BYTES)} bytes, got ${describe(name)}`,
    { name },
  );
}
