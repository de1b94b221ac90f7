import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { jump } from "../mersenne/jump.ts";
import { Mt19937 } from "../mersenne/mt19937.ts";
import { torchSeed } from "./seed.ts";
import { readTorchState, type TorchState, writeTorchState } from "./state.ts";

/** The state of PyTorch's generator for the CPU, and the 32-bit words that it draws. */
export abstract class TorchBits {
  #twister: Mt19937;
  #fresh: boolean;
  #seed: bigint;
  #spareFloat: number | undefined;
  /** The second normal deviate of a pair, if it has not been returned yet. */
  protected spareNormal: number | undefined;

  constructor(state: TorchState) {
    this.#twister = state.twister;
    this.#fresh = state.fresh;
    this.#seed = state.seed;
    this.#spareFloat = state.spareFloat;
    this.spareNormal = state.spareNormal;
  }

  /**
   * Seeds the generator again, as `torch.manual_seed`, and returns it. A spare normal deviate is
   * dropped.
   *
   * @param seed a whole number in -2^63..2^64 - 1, beyond 2^53 as a bigint; 2^64 is added to a
   * negative one. Only its low 32 bits decide the draws.
   * @throws INVALID_SEED for another value.
   *
   * @example
   * ```ts
   * torch(1).manualSeed(-1).initialSeed(); // 18446744073709551615n
   * ```
   */
  manualSeed(seed: number | bigint): this {
    this.#become(seededState(torchSeed(seed)));
    return this;
  }

  /** The 64-bit seed, as `torch.initial_seed`. */
  initialSeed(): bigint {
    return this.#seed;
  }

  /**
   * The state in the 5,056 bytes of `torch.get_rng_state()`. In Python, a file of them loads with
   * `torch.set_rng_state(torch.frombuffer(bytearray(open("state.bin", "rb").read()),
   * dtype=torch.uint8))`.
   */
  getRngState(): Uint8Array<ArrayBuffer> {
    return writeTorchState(this.snapshot());
  }

  /**
   * Moves the generator to a state, as `torch.set_rng_state`, and returns it.
   *
   * @param state the 5,056 bytes that PyTorch or `getRngState` gave
   * @throws INVALID_ARGUMENT for any others; the generator is then unchanged.
   */
  setRngState(state: Uint8Array): this {
    this.#become(readTorchState(state));
    return this;
  }

  /** One draw: 32 random bits as a number. */
  uint32(): number {
    this.#fresh = false;
    return this.#twister.uint32();
  }

  /**
   * Skips `draws` 32-bit draws: a twist of the state for every 624, or, for many millions, a jump
   * that takes as long as 5 million.
   *
   * @throws INVALID_ARGUMENT unless `draws` is a whole number, at least 0.
   */
  skip(draws: number | bigint): void {
    const isCount = typeof draws === "bigint" || Number.isSafeInteger(draws);
    if (!(isCount && draws >= 0)) {
      throw invalidArgument(
        `expected draws to be a whole number, at least 0, got ${describe(draws)}`,
      );
    }
    if (draws > 0) this.#fresh = false;
    jump(this.#twister, draws);
  }

  /** A copy of the state. */
  protected snapshot(): TorchState {
    return {
      twister: Mt19937.restored(this.#twister.words, this.#twister.drawn),
      fresh: this.#fresh,
      seed: this.#seed,
      spareNormal: this.spareNormal,
      spareFloat: this.#spareFloat,
    };
  }

  #become(state: TorchState): void {
    this.#twister = state.twister;
    this.#fresh = state.fresh;
    this.#seed = state.seed;
    this.#spareFloat = state.spareFloat;
    this.spareNormal = state.spareNormal;
  }
}

/** The state after seeding by 64 bits, of which the low 32 reach the words. */
export function seededState(seed: bigint): TorchState {
  return freshState(Mt19937.seeded(Number(BigInt.asUintN(32, seed))), seed);
}

/** The state before the first draw of a twister. */
export function freshState(twister: Mt19937, seed: bigint): TorchState {
  return { twister, fresh: true, seed, spareNormal: undefined, spareFloat: undefined };
}
