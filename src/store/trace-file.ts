import { concatBytes, equalBytes, utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import type { Hash } from "../codec/hash.ts";
import { Fields, idBytes } from "../object/body.ts";
import type { Id } from "../object/id.ts";
import { checkMeta, type RunMeta } from "../object/run-meta.ts";
import type { Compression } from "./pack.ts";

/** What a machine saw when it replayed a block of a run. */
export interface Trace {
  readonly run: Id<"run">;
  /** The machine, as a run notes it. */
  readonly host: NonNullable<RunMeta["host"]>;
  readonly stretches: readonly TracedStretch[];
}

/** Steps that follow each other, up to the end of the block or the next segment. */
export interface TracedStretch {
  readonly from: number;
  /** One digest for each state, that at `from` included. */
  readonly digests: Uint8Array;
  /** The first step whose state is held as a whole. */
  readonly wholeFrom: number;
  /** The encodings of the states from there on; empty for a state that has none. */
  readonly states: readonly Uint8Array[];
}

/** The first 16 bytes of a state's SHA-256; zeros for a state without an encoding. */
export const DIGEST_BYTES = 16;

/** The states of a trace: a longer block is refused, and so is a file that declares more. */
export const MOST_STATES: number = 1 << 20;

/** The states that are held as a whole have at most this many bytes together. */
export const STATES_BYTES: number = 16 << 20;

const HEADER: Uint8Array = utf8("rewind trace v1\n");
const HASH_BYTES = 32;
/** The digests, the states, and room for all else. */
const LARGEST_CONTENT = 40 << 20;

/** The bytes of a trace file, as FORMAT.md says. */
export function encodeTrace(trace: Trace, compression: Compression, hash: Hash): Uint8Array {
  const { run, host, stretches } = trace;
  const content = encode([
    idBytes(run),
    host,
    stretches.map(({ from, digests, wholeFrom, states }) => [from, digests, wholeFrom, states]),
  ]);
  const packed = compression.compress(content, "small");
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, content.length, true);
  const bytes = concatBytes([HEADER, length, packed]);
  return concatBytes([bytes, hash(bytes)]);
}

/**
 * Reads a trace file, which may come from anyone: nothing is unpacked before its declared length is
 * checked. Throws INVALID_TRACE.
 */
export function decodeTrace(bytes: Uint8Array, compression: Compression, hash: Hash): Trace {
  const end = bytes.length - HASH_BYTES;
  const at = HEADER.length + 4;
  if (end < at || !equalBytes(bytes.subarray(0, HEADER.length), HEADER)) {
    throw invalidTrace("it does not begin with the header of one");
  }
  if (!equalBytes(hash(bytes.subarray(0, end)), bytes.subarray(end))) {
    throw invalidTrace("its bytes do not match its hash: it is damaged or cut short");
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEADER.length, true);
  if (length > LARGEST_CONTENT) throw invalidTrace(`it declares ${count(length)} bytes`);
  try {
    const content = compression.decompress(bytes.subarray(at, end), length);
    return readContent(decode(content, { limits: limitsFor(content) }), hash);
  } catch (cause) {
    throw invalidTrace((cause as Error).message.replace(/^not a valid trace: /, ""), cause);
  }
}

/** Each state brings a digest, so a small file has few values. */
function limitsFor(content: Uint8Array): { readonly items: number; readonly depth: number } {
  return { items: 1_000 + Math.floor(content.length / DIGEST_BYTES), depth: 8 };
}

/** The error for a trace that cannot be used. */
export function invalidTrace(problem: string, cause?: unknown): RewindError {
  return new RewindError("INVALID_TRACE", `not a valid trace: ${problem}`, {}, { cause });
}

function readContent(value: unknown, hash: Hash): Trace {
  const fields = new Fields(value, "trace").expectLength(3);
  const run = fields.id<"run">();
  const { host = {} } = checkMeta({ host: fields.record() });
  const stretches = fields.list((each) => readStretch(each.nested(), hash));
  const states = stretches.reduce((sum, { digests }) => sum + digests.length / DIGEST_BYTES, 0);
  if (states === 0 || states > MOST_STATES) throw new Error(`it has ${states} states`);
  const follows = stretches.every(
    (stretch, i) => i === 0 || stretch.from === endOf(stretches[i - 1]),
  );
  if (!follows) throw new Error("its stretches do not follow each other");
  return { run, host, stretches };
}

/** The last step of a stretch. */
export function endOf(stretch: TracedStretch | undefined): number {
  return stretch === undefined ? 0 : stretch.from + stretch.digests.length / DIGEST_BYTES - 1;
}

function readStretch(fields: Fields, hash: Hash): TracedStretch {
  fields.expectLength(4);
  const from = fields.integer();
  const digests = fields.bytes();
  if (digests.length === 0 || digests.length % DIGEST_BYTES !== 0) {
    throw new Error(`its digests have ${count(digests.length)} bytes`);
  }
  const last = from + digests.length / DIGEST_BYTES - 1;
  const wholeFrom = fields.integer(from, last + 1);
  const states = fields.list((each) => each.bytes());
  if (states.length > last + 1 - wholeFrom) throw new Error("it has more states than digests");
  const stretch = { from, digests, wholeFrom, states };
  const isTrue = (state: Uint8Array, i: number): boolean =>
    equalBytes(digestOf(state, hash), digestAt(stretch, wholeFrom + i));
  if (!states.every(isTrue)) throw new Error("a state does not have its digest");
  return stretch;
}

/** The digest of a state's encoding: zeros if the encoding is empty. */
export function digestOf(encoded: Uint8Array, hash: Hash): Uint8Array {
  return encoded.length === 0 ? NO_DIGEST : hash(encoded).subarray(0, DIGEST_BYTES);
}

const NO_DIGEST = new Uint8Array(DIGEST_BYTES);

/** The digest of the state at a step of the stretch. */
export function digestAt({ from, digests }: TracedStretch, step: number): Uint8Array {
  return digests.subarray((step - from) * DIGEST_BYTES, (step - from + 1) * DIGEST_BYTES);
}
