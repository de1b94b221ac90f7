import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { fromLeb128, toLeb128 } from "../../base/leb128.ts";
import type { RelativeState } from "../generator.ts";
import { NumpyGenerator } from "./generator.ts";
import { Pcg64 } from "./pcg64.ts";
import { SeedSequence } from "./seed-sequence.ts";

/**
 * A generator's state as its position: twice the number of outputs drawn since it was seeded, plus
 * one if half an output is left, with seven bits per byte, the lowest first; then the spare 32
 * bits. After 10^7 draws that is 4 bytes, compared with 37 for the whole state. `advance` restores
 * it.
 */
export const numpyRelative: RelativeState = {
  write(generator) {
    if (!(generator instanceof NumpyGenerator))
      throw invalidArgument(`expected a numpy generator, got ${describe(generator)}`);
    const { position, has32, spare32 } = generator.position;
    const bytes = toLeb128(2n * position + BigInt(has32));
    for (let i = 0; i < 32 && has32 === 1; i += 8) bytes.push((spare32 >>> i) & 0xff);
    return Uint8Array.from(bytes);
  },
  read(seed, bytes) {
    const { value: code, end } = fromLeb128(bytes) ?? { value: 0n, end: 0 };
    const has32 = code & 1n;
    const isShortest = end === 1 || bytes[end - 1] !== 0;
    if (end === 0 || !isShortest || code >> 129n > 0n || bytes.length !== end + 4 * Number(has32)) {
      throw invalidArgument("expected the position of a numpy generator, got other bytes");
    }
    const bits = Pcg64.seeded(SeedSequence.of(seed));
    bits.advance(code >> 1n);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (has32 === 1n) bits.keep(view.getUint32(end, true));
    return new NumpyGenerator(bits, undefined);
  },
};
