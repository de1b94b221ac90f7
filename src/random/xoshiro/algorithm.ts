import { checkBytes } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { sha256 } from "../../codec/hash.ts";
import type { GeneratorAlgorithm } from "../generator.ts";
import { checkSeed, deriveSeed } from "../seeds.ts";
import { STATE_BYTES, XoshiroGenerator } from "./generator.ts";

/**
 * xoshiro128++ as the generator of a simulation; recordings use it by default.
 *
 * `fromSeed` takes the first 16 of the seed's 32 bytes as the state. If they are all zero, the one
 * state that xoshiro cannot leave, it takes the fixed state 9e3779b9, 243f6a88, b7e15162, 6a09e667
 * (the first fraction bits of the golden ratio, pi, e - 2 and the root of 2) instead.
 *
 * `state()` is the four words of the reference, 16 bytes, each word little-endian. `fromState` throws
 * INVALID_ARGUMENT for any other length and for 16 zeros.
 *
 * @example
 * ```ts
 * const rng = xoshiroAlgorithm.fromSeed(new Uint8Array(32).fill(7));
 * const twin = xoshiroAlgorithm.fromState(rng.state());
 * rng.random() === twin.random(); // true
 * ```
 */
export const xoshiroAlgorithm: GeneratorAlgorithm<XoshiroGenerator> = {
  name: "xoshiro128++",
  version: 1,
  // Hashed, so that neighbouring seeds give unrelated streams.
  seeded: (master) => fromSeed(deriveSeed({ hash: sha256, master, stream: "direct", index: 0 })),
  fromSeed,
  fromState(state) {
    checkBytes(state, "a xoshiro128++ state", STATE_BYTES);
    const generator = ofWords(state);
    if (generator !== undefined) return generator;
    throw invalidArgument("expected a xoshiro128++ state with a bit set, got 16 zero bytes", {
      generator: "xoshiro128++",
    });
  },
};

function fromSeed(seed: Uint8Array): XoshiroGenerator {
  checkSeed(seed);
  return ofWords(seed) ?? new XoshiroGenerator(0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667);
}

/** The generator whose state is the first 16 bytes; undefined if they are all zero. */
function ofWords(bytes: Uint8Array): XoshiroGenerator | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, STATE_BYTES);
  const s0 = view.getInt32(0, true);
  const s1 = view.getInt32(4, true);
  const s2 = view.getInt32(8, true);
  const s3 = view.getInt32(12, true);
  return (s0 | s1 | s2 | s3) === 0 ? undefined : new XoshiroGenerator(s0, s1, s2, s3);
}
