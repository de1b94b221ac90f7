import crypto from "node:crypto";
import zlib from "node:zlib";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import type { BackgroundHash, Hash } from "../../codec/hash.ts";
import { type Crc32, crc32 as portableCrc32 } from "../../store/crc32.ts";
import type { Compression } from "../../store/pack.ts";

/** SHA-256 as Node computes it, about ten times faster than the portable one; the same digest. */
export const nodeHash: Hash = (bytes) => hashOnce("sha256", bytes);

// crypto.hash came with Node 20.12 and skips making an object for each digest.
const hashOnce: (algorithm: string, bytes: Uint8Array) => Uint8Array =
  typeof crypto.hash === "function"
    ? (algorithm, bytes) => plain(crypto.hash(algorithm, bytes, "buffer"))
    : (algorithm, bytes) => plain(crypto.createHash(algorithm).update(bytes).digest());

/** SHA-256 in hexadecimal. */
export function digestOf(contents: Uint8Array | string): string {
  return crypto.createHash("sha256").update(contents).digest("hex");
}

/** The same in another thread, while this one goes on. */
export const backgroundHash: BackgroundHash = async (bytes) =>
  new Uint8Array(await crypto.webcrypto.subtle.digest("SHA-256", bytes));

/** An incremental SHA-256. */
export function runningHash(): { update(bytes: Uint8Array): void; digest(): Uint8Array } {
  const hash = crypto.createHash("sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => plain(hash.copy().digest()),
  };
}

/** CRC-32 by zlib, if this Node has it. */
export const nodeCrc32: Crc32 =
  typeof zlib.crc32 === "function" ? (bytes, start = 0) => zlib.crc32(bytes, start) : portableCrc32;

/** The best quality packs about 1 MB per second, so it is used only for small inputs. */
const BEST_QUALITY_BYTES = 1 << 18;

/** Brotli: quality 1 for journals, as fast as a copy to disk; a higher one for artifacts. */
export const nodeCompression: Compression = {
  compress(bytes, effort) {
    const quality = effort === "fast" ? 1 : bytes.length <= BEST_QUALITY_BYTES ? 11 : 5;
    return plain(
      zlib.brotliCompressSync(bytes, {
        // Otherwise Node makes a buffer of 16 KiB for each call.
        chunkSize: Math.max(64, bytes.length),
        params: {
          [zlib.constants.BROTLI_PARAM_QUALITY]: quality,
          [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
    );
  },
  decompress(bytes, length) {
    // The declared length is a limit: a small file must not unpack to fill the memory.
    const options = {
      maxOutputLength: Math.max(1, length),
      // One buffer that has room left: Node would put several together, or make another.
      chunkSize: Math.max(64, length + 1),
      info: true,
    };
    // With `info`, the result is the buffer and the engine that made it; the types do not say so.
    const { buffer, engine } = zlib.brotliDecompressSync(bytes, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    const unpacked = plain(buffer);
    // zlib ignores bytes after the end of the Brotli data.
    if (unpacked.length === length && engine.bytesWritten === bytes.length) return unpacked;
    throw new RewindError(
      "OBJECT_CORRUPT",
      `expected ${count(length)} bytes packed in ${count(bytes.length)}, got ${count(unpacked.length)} in ${count(engine.bytesWritten)}`,
    );
  },
};

/** A Buffer as a plain Uint8Array over the same bytes. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
