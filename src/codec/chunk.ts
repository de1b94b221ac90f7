const MIN_BYTES = 16 * 1024;
const NORMAL_BYTES = 32 * 1024;
const MAX_BYTES = 64 * 1024;
/** A chunk ends where the top bits of the hash are 0: 16 of them up to the normal size, then 13. */
const STRICT_SHIFT = 32 - 16;
const LOOSE_SHIFT = 32 - 13;

/**
 * Cuts `bytes` into views of 16 to 64 KiB, about 36 KiB on average; the last may be shorter. The
 * content decides where the cuts are: after a change, even an insertion, the chunks soon become the
 * same again. A gear hash with normalised chunking, after FastCDC (Xia et al., USENIX ATC 2016). The
 * places of the cuts are part of the format.
 *
 * @example
 * ```ts
 * chunks(new Uint8Array(200_000)).map((chunk) => chunk.length); // [65536, 65536, 65536, 3392]
 * ```
 */
export function chunks(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = cut(bytes, start);
    parts.push(bytes.subarray(start, end));
    start = end;
  }
  return parts;
}

function cut(bytes: Uint8Array, start: number): number {
  const end = Math.min(start + MAX_BYTES, bytes.length);
  if (end - start <= MIN_BYTES) return end;
  const normal = Math.min(start + NORMAL_BYTES, end);
  let at = start + MIN_BYTES;
  let hash = 0;
  for (; at < normal; at++) {
    hash = roll(hash, bytes[at] as number);
    if (hash >>> STRICT_SHIFT === 0) return at + 1;
  }
  for (; at < end; at++) {
    hash = roll(hash, bytes[at] as number);
    if (hash >>> LOOSE_SHIFT === 0) return at + 1;
  }
  return end;
}

// Each byte shifts out of the hash after 32 more, so a cut depends on the bytes just before it.
function roll(hash: number, byte: number): number {
  return ((hash << 1) + (GEAR[byte] as number)) | 0;
}

/**
 * A 32-bit number for each byte value: the first 256 outputs of xorshift32 (Marsaglia 2003, shifts
 * 13, 17, 5) from the state 0x72657769, "rewi" in ASCII.
 */
const GEAR: Int32Array = gearTable();

function gearTable(): Int32Array {
  const table = new Int32Array(256);
  let state = 0x72657769;
  for (let i = 0; i < table.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    table[i] = state;
  }
  return table;
}
