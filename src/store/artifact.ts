import { concatBytes, equalBytes, utf8 } from "../base/bytes.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { objectsOf } from "../object/closure.ts";
import { type Id, KINDS, type Kind, objectId } from "../object/id.ts";
import { decodeRun } from "../object/run.ts";
import type { ReadObject } from "../object/state.ts";
import type { StoredObject } from "./object-store.ts";
import type { Compression } from "./pack.ts";

/**
 * A `.replay` file: one run with every object that it needs, whole and by itself.
 *
 * | bytes | content |
 * | --- | --- |
 * | 16 | "rewind replay v1" |
 * | … | frames: unpacked length (u32), packed length (u32), brotli data |
 * | 8 | zeros: no more frames |
 * | 32 | SHA-256 of all of the above |
 *
 * Unpacked, a frame is a sequence of objects: kind (u8), length (u32), body; the run comes first.
 * Ids are not stored: the reader computes them. Numbers are little-endian.
 */
const HEADER: Uint8Array = utf8("rewind replay v1");
const HASH_BYTES = 32;
const FRAME_HEADER_BYTES = 8;
const OBJECT_HEADER_BYTES = 5;
/** A frame ends with the object that brings it to this size. */
const FRAME_BYTES = 4 << 20;
/** A frame that declares more is refused before it is unpacked. */
const LARGEST_FRAME = 128 << 20;
/** An artifact that unpacks to more is refused. */
const LARGEST_CONTENT = 2 ** 32;
/**
 * Nor may it unpack to more than this plus a multiple of its length: a few kilobytes must not fill
 * the memory. It holds each object once, so real runs never compress that well.
 */
const SMALL_CONTENT = 1 << 26;
const LARGEST_RATIO = 1000;

function largestContent(length: number): number {
  return Math.min(LARGEST_CONTENT, SMALL_CONTENT + LARGEST_RATIO * length);
}

/** The bytes of the artifact of a run. `withCode: false` leaves the source of its programs out. */
export async function encodeArtifact(
  id: Id<"run">,
  readObject: ReadObject,
  compression: Compression,
  hash: Hash,
  options: { readonly withCode: boolean },
): Promise<Uint8Array> {
  const body = await readObject("run", id);
  const parts: Uint8Array[] = [HEADER];
  let frame: Uint8Array[] = encodeObject("run", body);
  let frameBytes = OBJECT_HEADER_BYTES + body.length;
  let contentBytes = 0;
  const endFrame = (): void => {
    contentBytes += frameBytes;
    if (contentBytes > LARGEST_CONTENT) throw tooLarge(id, LARGEST_CONTENT);
    parts.push(...encodeFrame(concatBytes(frame), compression));
    frame = [];
    frameBytes = 0;
  };
  for await (const needed of objectsOf(decodeRun(body), readObject)) {
    const content = await readNeeded(needed, readObject, options.withCode);
    if (content === undefined) continue;
    frame.push(...encodeObject(needed.kind, content));
    frameBytes += OBJECT_HEADER_BYTES + content.length;
    if (frameBytes >= FRAME_BYTES) endFrame();
  }
  if (frameBytes > 0) endFrame();
  parts.push(new Uint8Array(FRAME_HEADER_BYTES));
  const bytes = concatBytes(parts);
  // `decodeArtifact` must accept what this function writes.
  const most = largestContent(bytes.length + HASH_BYTES);
  if (contentBytes > most) throw tooLarge(id, most);
  return concatBytes([bytes, hash(bytes)]);
}

function tooLarge(id: Id<"run">, most: number): RewindError {
  return new RewindError(
    "INVALID_ARTIFACT",
    `run ${id} needs over ${most} bytes of objects, too many for its file`,
    { run: id },
  );
}

/** The checked contents of an artifact. */
export interface ArtifactContent {
  readonly run: Id<"run">;
  /** The run and every object that it needs; its programs' sources may be missing. */
  readonly objects: ReadonlyMap<Id, StoredObject>;
}

/**
 * Reads an artifact: checks its hash first, unpacks within the declared sizes, and makes sure that
 * the run is complete and that the file holds nothing else. Throws INVALID_ARTIFACT.
 */
export async function decodeArtifact(
  bytes: Uint8Array,
  compression: Compression,
  hash: Hash,
  limits: { readonly content: number } = { content: largestContent(bytes.length) },
): Promise<ArtifactContent> {
  const end = bytes.length - HASH_BYTES;
  if (end < HEADER.length || !equalBytes(bytes.subarray(0, HEADER.length), HEADER)) {
    throw invalid("it does not begin with the header of one");
  }
  if (!equalBytes(hash(bytes.subarray(0, end)), bytes.subarray(end))) {
    throw invalid("its bytes do not match its hash: it is damaged or cut short");
  }
  try {
    const frames = readFrames(bytes.subarray(HEADER.length, end), limits.content);
    const content = readObjects(frames, compression, hash);
    await checkComplete(content);
    return content;
  } catch (error) {
    if (!isRewindError(error) || error.code === "INVALID_ARTIFACT") throw error;
    throw new RewindError(
      "INVALID_ARTIFACT",
      `not a valid replay file: ${error.message}`,
      {},
      { cause: error },
    );
  }
}

async function readNeeded(
  needed: { readonly kind: Kind; readonly id: Id; readonly optional: boolean },
  readObject: ReadObject,
  withCode: boolean,
): Promise<Uint8Array | undefined> {
  if (needed.optional && !withCode) return undefined;
  try {
    return await readObject(needed.kind, needed.id);
  } catch (error) {
    if (needed.optional && isRewindError(error, "OBJECT_MISSING")) return undefined;
    throw error;
  }
}

function encodeObject(kind: Kind, body: Uint8Array): Uint8Array[] {
  const header = new Uint8Array(OBJECT_HEADER_BYTES);
  header[0] = KINDS.indexOf(kind);
  new DataView(header.buffer).setUint32(1, body.length, true);
  return [header, body];
}

function encodeFrame(raw: Uint8Array, compression: Compression): Uint8Array[] {
  const packed = compression.compress(raw, "small");
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, raw.length, true);
  view.setUint32(4, packed.length, true);
  return [header, packed];
}

function readObjects(
  frames: readonly Frame[],
  compression: Compression,
  hash: Hash,
): ArtifactContent {
  const objects = new Map<Id, StoredObject>();
  let run: Id<"run"> | undefined;
  for (const { packed, rawLength } of frames) {
    for (const object of readFrame(unpack(packed, rawLength, compression))) {
      const id = objectId(hash, object.kind, object.body);
      if (run === undefined) {
        if (object.kind !== "run") throw invalid("its first object is not a run");
        run = id as Id<"run">;
      }
      if (objects.has(id)) throw invalid(`it holds the ${object.kind} ${id} twice`);
      objects.set(id, object);
    }
  }
  if (run === undefined) throw invalid("it is empty");
  return { run, objects };
}

/** A frame that is still packed. */
interface Frame {
  readonly packed: Uint8Array;
  readonly rawLength: number;
}

/** The frames. Their declared sizes are added up before any frame is unpacked. */
function readFrames(bytes: Uint8Array, largestContent: number): Frame[] {
  const frames: Frame[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let content = 0;
  for (;;) {
    if (at + FRAME_HEADER_BYTES > bytes.length) throw invalid("it ends inside a frame");
    const rawLength = view.getUint32(at, true);
    const packedLength = view.getUint32(at + 4, true);
    at += FRAME_HEADER_BYTES;
    if (rawLength === 0 && packedLength === 0) break;
    if (rawLength > LARGEST_FRAME) throw invalid(`a frame declares ${rawLength} bytes`);
    content += rawLength;
    if (content > largestContent) throw invalid(`it declares over ${largestContent} bytes`);
    if (at + packedLength > bytes.length) throw invalid("it ends inside a frame");
    frames.push({ packed: bytes.subarray(at, at + packedLength), rawLength });
    at += packedLength;
  }
  if (at !== bytes.length) throw invalid("bytes follow its last frame");
  return frames;
}

function unpack(packed: Uint8Array, rawLength: number, compression: Compression): Uint8Array {
  try {
    return compression.decompress(packed, rawLength);
  } catch (cause) {
    throw new RewindError(
      "INVALID_ARTIFACT",
      `not a valid replay file: a frame does not unpack to ${rawLength} bytes`,
      {},
      { cause },
    );
  }
}

function* readFrame(raw: Uint8Array): Generator<StoredObject> {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  for (let at = 0; at < raw.length; ) {
    if (at + OBJECT_HEADER_BYTES > raw.length) throw invalid("a frame ends inside an object");
    const kind = KINDS[view.getUint8(at)];
    const length = view.getUint32(at + 1, true);
    at += OBJECT_HEADER_BYTES;
    if (kind === undefined) throw invalid("it holds an object of an unknown kind");
    if (at + length > raw.length) throw invalid("a frame ends inside an object");
    yield { kind, body: raw.subarray(at, at + length) };
    at += length;
  }
}

async function checkComplete({ run, objects }: ArtifactContent): Promise<void> {
  const readObject: ReadObject = async (kind, id) => {
    const object = objects.get(id);
    if (object?.kind === kind) return object.body;
    throw invalid(`it lacks the ${kind} ${id}`);
  };
  let expected = 1;
  for await (const needed of objectsOf(decodeRun(await readObject("run", run)), readObject)) {
    const object = objects.get(needed.id);
    if (object === undefined && needed.optional) continue;
    if (object?.kind !== needed.kind) throw invalid(`it lacks the ${needed.kind} ${needed.id}`);
    expected++;
  }
  if (expected !== objects.size) throw invalid("it holds objects that its run does not need");
}

function invalid(problem: string): RewindError {
  return new RewindError("INVALID_ARTIFACT", `not a valid replay file: ${problem}`);
}
