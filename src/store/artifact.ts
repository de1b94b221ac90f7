import { concatBytes, equalBytes, utf8 } from "../base/bytes.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { objectsOf } from "../object/closure.ts";
import { type Id, KINDS, type Kind, objectId } from "../object/id.ts";
import { decodeRun } from "../object/run.ts";
import type { ReadObject } from "../object/state.ts";
import { LARGEST_CONTENT, largestContent } from "./content-limit.ts";
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

/** An object of an artifact. */
export interface ArtifactObject extends StoredObject {
  readonly id: Id;
  /** The frame that holds it, and where in the unpacked frame its body begins. */
  readonly frame: Frame;
  readonly at: number;
}

/** An artifact whose hash is right. */
export interface Artifact {
  /**
   * Unpacks one frame after the other and gives each object to `take`, the run first. Returns the
   * run's id. If the run turns out to be incomplete, or the file holds anything else, this throws
   * INVALID_ARTIFACT, and the objects that were taken must be dropped.
   */
  read(take: (object: ArtifactObject) => void | Promise<void>): Promise<Id<"run">>;
}

/**
 * Checks the hash of an artifact, and the sizes that it declares, before anything is unpacked.
 * Throws INVALID_ARTIFACT.
 */
export function openArtifact(
  bytes: Uint8Array,
  compression: Compression,
  hash: Hash,
  limits: { readonly content: number } = { content: largestContent(bytes.length) },
): Artifact {
  const end = bytes.length - HASH_BYTES;
  if (end < HEADER.length || !equalBytes(bytes.subarray(0, HEADER.length), HEADER)) {
    throw invalid("it does not begin with the header of one");
  }
  if (!equalBytes(hash(bytes.subarray(0, end)), bytes.subarray(end))) {
    throw invalid("its bytes do not match its hash: it is damaged or cut short");
  }
  const frames = readFrames(bytes.subarray(HEADER.length, end), limits.content);
  return {
    async read(take) {
      try {
        return await readRun(readObjects(frames, compression, hash), take);
      } catch (error) {
        if (!isRewindError(error) || error.code === "INVALID_ARTIFACT") throw error;
        throw new RewindError(
          "INVALID_ARTIFACT",
          `not a valid replay file: ${error.message}`,
          {},
          { cause: error },
        );
      }
    },
  };
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

/** Every object, in the order of the file. */
function* readObjects(
  frames: readonly Frame[],
  compression: Compression,
  hash: Hash,
): Generator<ArtifactObject, undefined> {
  for (const frame of frames) {
    for (const { at, kind, body } of objectsIn(unpackFrame(frame, compression))) {
      yield { id: objectId(hash, kind, body), kind, body, frame, at };
    }
  }
}

/**
 * Gives a run and the objects that it needs to `take`. They come in the order in which `objectsOf`
 * gives them, so that no more than one frame has to be in memory.
 */
async function readRun(
  objects: Iterator<ArtifactObject, undefined>,
  take: (object: ArtifactObject) => void | Promise<void>,
): Promise<Id<"run">> {
  const first = objects.next().value;
  if (first === undefined) throw invalid("it is empty");
  if (first.kind !== "run") throw invalid("its first object is not a run");
  // A copy: the manifest has views of its body, which must not keep the frame in memory.
  const run: ArtifactObject = { ...first, body: first.body.slice() };
  const manifest = decodeRun(run.body);
  await take(run);
  let taken = run;
  let next = objects.next().value;
  // `objectsOf` reads an object right before it gives it, or right after.
  const readObject: ReadObject = async (kind, id) => {
    if (next?.id === id) return next.body;
    if (taken.id === id) return taken.body;
    throw unexpected({ kind, id }, next);
  };
  for await (const needed of objectsOf(manifest, readObject)) {
    if (next?.id === needed.id) {
      // The same id as in the list that needs it, so that many ids are in memory once.
      taken = { ...next, id: needed.id };
      await take(taken);
      next = objects.next().value;
    } else if (!needed.optional) throw unexpected(needed, next);
  }
  if (next !== undefined) throw invalid("it holds objects that its run does not need");
  return run.id as Id<"run">;
}

type Named = Pick<ArtifactObject, "kind" | "id">;

function unexpected({ kind, id }: Named, found: Named | undefined): RewindError {
  const got = found === undefined ? "but the file ends" : `got the ${found.kind} ${found.id}`;
  return invalid(`expected the ${kind} ${id}, ${got}`);
}

/** A frame that is still packed. */
export interface Frame {
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

/** The bytes of a frame. Throws INVALID_ARTIFACT. */
export function unpackFrame({ packed, rawLength }: Frame, compression: Compression): Uint8Array {
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

/** The objects of a frame, one after the other. */
function* objectsIn(raw: Uint8Array): Generator<StoredObject & { readonly at: number }> {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  for (let at = 0; at < raw.length; ) {
    if (at + OBJECT_HEADER_BYTES > raw.length) throw invalid("a frame ends inside an object");
    const kind = KINDS[view.getUint8(at)];
    const length = view.getUint32(at + 1, true);
    at += OBJECT_HEADER_BYTES;
    if (kind === undefined) throw invalid("it holds an object of an unknown kind");
    if (at + length > raw.length) throw invalid("a frame ends inside an object");
    yield { kind, body: raw.subarray(at, at + length), at };
    at += length;
  }
}

function invalid(problem: string): RewindError {
  return new RewindError("INVALID_ARTIFACT", `not a valid replay file: ${problem}`);
}
