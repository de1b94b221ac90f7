import { PCG_MULTIPLIER, PCG_WORDS, type PcgFill } from "./pcg64-step.ts";
import { pcgFill } from "./pcg64-wasm.ts";
import type { SeedSequence } from "./seed-sequence.ts";

/**
 * A PCG64 as numpy keeps it. `has32` and `spare32` are numpy's `has_uint32` and `uinteger`: if
 * `has32` is 1, the next 32-bit draw is `spare32`; if it is 0, `spare32` means nothing.
 */
export interface Pcg64State {
  readonly state: bigint;
  readonly increment: bigint;
  readonly has32: 0 | 1;
  readonly spare32: number;
}

/**
 * The number of outputs made at once, at first and later. A call into WebAssembly costs as much as
 * about twenty outputs; but a generator that draws few, such as that of one step, should not make
 * many more.
 */
const FILLS: readonly number[] = [4, 32, 256];

/**
 * The bit generator PCG64: a 128-bit linear congruential generator whose output is its halves
 * combined by exclusive or and rotated (PCG XSL RR 128/64). Melissa O'Neill, "PCG: A family of
 * simple fast space-efficient statistically good algorithms for random number generation", Harvey
 * Mudd College HMC-CS-2014-0905 (2014). Its period is 2^128 outputs.
 *
 * Outputs are made ahead, into a buffer; `state` counts only those that were drawn. Allocating a
 * buffer costs more than seeding a generator, and in a run each block or step has its own
 * generator, so all generators share one buffer. A generator that needs the buffer takes it. If the
 * generator that had it draws again, it makes its outputs once more, this time into a buffer that
 * it does not share.
 */
export class Pcg64 {
  /** The index of the next output in the buffer, and the number of outputs in it. */
  #at = 0;
  #filled = 0;
  #has32 = 0;
  #spare32 = 0;
  #buffer: OutputBuffer = NOTHING;
  #doubles: Float64Array = NOTHING.doubles;
  /** The index in `FILLS` of the buffer's size; -1 before the first fill. */
  #level = -1;
  /** Whether the buffer belongs to this generator alone. */
  #owns = false;
  /** The index of the next output in the buffer that was taken away; -1 if no buffer was. */
  #lostAt = -1;
  /** State and increment before the first output of the buffer, and after the last one. */
  readonly #before = new Uint32Array(PCG_WORDS);
  readonly #words: Uint32Array;
  readonly #fill: PcgFill;
  /** The number of outputs made since `origin`, which counts from the seeding of the generator. */
  #made = 0;
  #origin = 0n;

  private constructor(words: Uint32Array, fill: PcgFill) {
    this.#words = words;
    this.#fill = fill;
  }

  static seeded(sequence: SeedSequence, fill: PcgFill = pcgFill()): Pcg64 {
    const seed = sequence.generateState(8);
    const words = new Uint32Array(PCG_WORDS);
    // Increment: twice the second half of the seed, plus one. numpy has 64-bit halves high first.
    let carry = 1;
    for (let i = 0; i < 4; i++) {
      const word = seed[4 + (i ^ 2)] as number;
      words[4 + i] = (word << 1) | carry;
      carry = word >>> 31;
    }
    // State: one step from 0 leaves the increment; then the seed is added, and a step follows.
    carry = 0;
    for (let i = 0; i < 4; i++) {
      const sum = (words[4 + i] as number) + (seed[i ^ 2] as number) + carry;
      words[i] = sum;
      carry = sum > 0xffffffff ? 1 : 0;
    }
    fill(words, DISCARDED.words, DISCARDED.doubles);
    return new Pcg64(words, fill);
  }

  static restored(from: Pcg64State, fill: PcgFill = pcgFill()): Pcg64 {
    const words = new Uint32Array(PCG_WORDS);
    write(words, 0, from.state);
    write(words, 4, from.increment);
    const generator = new Pcg64(words, fill);
    generator.#has32 = from.has32;
    generator.#spare32 = from.spare32;
    return generator;
  }

  /** Half an output, still to be drawn if `has32` is 1. */
  get spare(): Pick<Pcg64State, "has32" | "spare32"> {
    return { has32: this.#has32 as 0 | 1, spare32: this.#spare32 };
  }

  /** Keeps half an output for the next 32-bit draw. */
  keep(spare32: number): void {
    this.#has32 = 1;
    this.#spare32 = spare32;
  }

  /** The next double in [0, 1): the upper 53 bits of one output. */
  random(): number {
    if (this.#at === this.#filled) this.#refill();
    return this.#doubles[this.#at++] as number;
  }

  /** Half an output: its low word, and at the next call its high word. */
  uint32(): number {
    if (this.#has32 === 1) {
      this.#has32 = 0;
      return this.#spare32;
    }
    const at = this.#next();
    this.#has32 = 1;
    this.#spare32 = this.#buffer.words[at + 1] as number;
    return this.#buffer.words[at] as number;
  }

  /** The next output. A spare half of an output stays for `uint32`. */
  uint64(): bigint {
    const at = this.#next();
    return (
      (BigInt(this.#buffer.words[at + 1] as number) << 32n) |
      BigInt(this.#buffer.words[at] as number)
    );
  }

  /** Draws an output for a reader of its two words, `low` and `high`. */
  draw(): void {
    const at = this.#next();
    this.low = this.#buffer.words[at] as number;
    this.high = this.#buffer.words[at + 1] as number;
  }

  /** The words of the output that `draw` drew last. */
  low = 0;
  high = 0;

  state(): Pcg64State {
    const state = wide(this.#words, 0);
    const increment = wide(this.#words, 4);
    return { state: jumped(state, increment, -BigInt(this.#unread)), increment, ...this.spare };
  }

  /** The number of outputs drawn since the generator was seeded or restored, modulo 2^128. */
  get position(): bigint {
    return BigInt.asUintN(128, this.#origin + BigInt(this.#made - this.#unread));
  }

  /**
   * Moves forward by `outputs`, or back if negative, in O(log n). A spare half of an output is
   * dropped.
   */
  advance(outputs: bigint): void {
    const { state, increment } = this.state();
    this.#origin = BigInt.asUintN(128, this.position + outputs);
    write(this.#words, 0, jumped(state, increment, outputs));
    this.#made = 0;
    this.#at = this.#filled;
    this.#lostAt = -1;
    this.#has32 = 0;
    this.#spare32 = 0;
  }

  /** The index of the next output's low word in the buffer. */
  #next(): number {
    if (this.#at === this.#filled) this.#refill();
    const at = 2 * this.#at;
    this.#at++;
    return at;
  }

  /** The number of outputs that were made but not drawn. */
  get #unread(): number {
    return this.#filled - (this.#lostAt < 0 ? this.#at : this.#lostAt);
  }

  #refill(): void {
    if (this.#lostAt >= 0) {
      this.#makeAgain();
      return;
    }
    const level = Math.min(this.#level + 1, FILLS.length - 1);
    if (!this.#owns) this.#share(level);
    else if (level > this.#level) this.#own(level);
    this.#makeOutputs();
    this.#made += this.#filled;
    this.#at = 0;
  }

  /** Remakes the outputs of the buffer that was taken away. */
  #makeAgain(): void {
    this.#words.set(this.#before);
    this.#own(this.#level);
    this.#makeOutputs();
    this.#at = this.#lostAt;
    this.#lostAt = -1;
  }

  #makeOutputs(): void {
    for (let i = 0; i < PCG_WORDS; i++) this.#before[i] = this.#words[i] as number;
    this.#fill(this.#words, this.#buffer.words, this.#doubles);
  }

  /** Takes the buffer that all generators share. */
  #share(level: number): void {
    if (sharing !== undefined && sharing !== this) sharing.#lose();
    sharing = this;
    this.#use(level, SHARED[level] as OutputBuffer);
  }

  /** The shared buffer goes to another generator. */
  #lose(): void {
    if (this.#at === this.#filled) return;
    this.#lostAt = this.#at;
    this.#at = this.#filled;
  }

  #own(level: number): void {
    this.#owns = true;
    this.#use(level, outputBuffer(FILLS[level] as number));
  }

  #use(level: number, buffer: OutputBuffer): void {
    this.#level = level;
    this.#buffer = buffer;
    this.#doubles = buffer.doubles;
    this.#filled = buffer.doubles.length;
  }
}

/** Outputs as doubles in [0, 1), and as words, the low one of each first. */
interface OutputBuffer {
  readonly doubles: Float64Array;
  readonly words: Uint32Array;
}

function outputBuffer(size: number): OutputBuffer {
  return { doubles: new Float64Array(size), words: new Uint32Array(2 * size) };
}

const NOTHING = outputBuffer(0);
/** Receives the output of the step that belongs to seeding. */
const DISCARDED = outputBuffer(1);
const SHARED = FILLS.map(outputBuffer);

/** The generator whose outputs are in the shared buffer. */
let sharing: Pcg64 | undefined;

/**
 * The state of the recurrence after `steps` more steps: Forrest Brown, "Random number generation
 * with arbitrary strides", Transactions of the American Nuclear Society 71 (1994), 202.
 */
function jumped(state: bigint, increment: bigint, steps: bigint): bigint {
  let [multiplier, plus] = [1n, 0n];
  let [power, sum] = [PCG_MULTIPLIER, increment];
  for (let rest = BigInt.asUintN(128, steps); rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      multiplier = BigInt.asUintN(128, multiplier * power);
      plus = BigInt.asUintN(128, plus * power + sum);
    }
    sum = BigInt.asUintN(128, (power + 1n) * sum);
    power = BigInt.asUintN(128, power * power);
  }
  return BigInt.asUintN(128, multiplier * state + plus);
}

/** 128 bits from four words, the lowest first. */
function wide(words: Uint32Array, at: number): bigint {
  let value = 0n;
  for (let i = 3; i >= 0; i--) value = (value << 32n) | BigInt(words[at + i] as number);
  return value;
}

function write(words: Uint32Array, at: number, value: bigint): void {
  for (let i = 0; i < 4; i++) words[at + i] = Number((value >> BigInt(32 * i)) & 0xffffffffn);
}
