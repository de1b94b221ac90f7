import { concatBytes } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import type { Hash } from "../codec/hash.ts";
import { type Id, KINDS, type Kind, objectId } from "../object/id.ts";
import { invalidArtifact } from "./invalid-artifact.ts";
import type { StoredObject } from "./object-store.ts";
import type { Compression } from "./pack.ts";

/**
 * The objects of a `.replay` file, in frames that are unpacked one at a time. A frame is its unpacked
 * length (u32), its packed length (u32) and brotli data; unpacked, it is a sequence of objects: kind
 * (u8), length (u32), body. Eight zeros follow the last frame. Numbers are little-endian.
 */
const FRAME_HEADER_BYTES = 8;
const OBJECT_HEADER_BYTES = 5;
/** A frame ends with the object that brings it to this size. */
const FRAME_BYTES = 4 << 20;
/** A frame that declares more is refused before it is unpacked. */
const LARGEST_FRAME = 128 << 20;

/** A frame that is still packed. */
export interface Frame {
  readonly packed: Uint8Array;
  readonly rawLength: number;
}

/** An object of an artifact. */
export interface ArtifactObject extends StoredObject {
  readonly id: Id;
  /** The frame that holds it, and where in the unpacked frame its body begins. */
  readonly frame: Frame;
  readonly at: number;
}

/** Packs objects into frames. */
export class FrameWriter {
  readonly #compression: Compression;
  readonly #largestContent: number;
  readonly #packed: Uint8Array[] = [];
  #frame: Uint8Array[] = [];
  #frameBytes = 0;
  #contentBytes = 0;

  constructor(compression: Compression, largestContent: number) {
    this.#compression = compression;
    this.#largestContent = largestContent;
  }

  /** The bytes of the frames before they are packed. */
  get contentBytes(): number {
    return this.#contentBytes;
  }

  /** Adds an object. Throws INVALID_ARTIFACT if there are too many for a file. */
  add(kind: Kind, body: Uint8Array): void {
    this.#frame.push(encodeObjectHeader(kind, body.length), body);
    this.#frameBytes += OBJECT_HEADER_BYTES + body.length;
    if (this.#frameBytes >= FRAME_BYTES) this.#endFrame();
  }

  /** The frames, and the zeros after them. */
  end(): readonly Uint8Array[] {
    if (this.#frameBytes > 0) this.#endFrame();
    return [...this.#packed, new Uint8Array(FRAME_HEADER_BYTES)];
  }

  #endFrame(): void {
    this.#contentBytes += this.#frameBytes;
    if (this.#contentBytes > this.#largestContent) throw tooLarge(this.#largestContent);
    const raw = concatBytes(this.#frame);
    const packed = this.#compression.compress(raw, "small");
    const header = new Uint8Array(FRAME_HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint32(0, raw.length, true);
    view.setUint32(4, packed.length, true);
    this.#packed.push(header, packed);
    this.#frame = [];
    this.#frameBytes = 0;
  }
}

/** The error for runs that do not fit into one file. */
export function tooLarge(most: number): Error {
  return invalidArtifact(
    `these runs need over ${count(most)} bytes of objects, too many for one file`,
  );
}

function encodeObjectHeader(kind: Kind, length: number): Uint8Array {
  const header = new Uint8Array(OBJECT_HEADER_BYTES);
  header[0] = KINDS.indexOf(kind);
  new DataView(header.buffer).setUint32(1, length, true);
  return header;
}

/**
 * The frames in these bytes. Their declared sizes are added up before any frame is unpacked. Throws
 * INVALID_ARTIFACT.
 */
export function readFrames(bytes: Uint8Array, largestContent: number): Frame[] {
  const frames: Frame[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let content = 0;
  for (;;) {
    if (at + FRAME_HEADER_BYTES > bytes.length) throw invalidArtifact("it ends inside a frame");
    const rawLength = view.getUint32(at, true);
    const packedLength = view.getUint32(at + 4, true);
    at += FRAME_HEADER_BYTES;
    if (rawLength === 0 && packedLength === 0) break;
    if (rawLength > LARGEST_FRAME)
      throw invalidArtifact(`a frame declares ${count(rawLength)} bytes`);
    content += rawLength;
    if (content > largestContent)
      throw invalidArtifact(`it declares over ${count(largestContent)} bytes`);
    if (at + packedLength > bytes.length) throw invalidArtifact("it ends inside a frame");
    frames.push({ packed: bytes.subarray(at, at + packedLength), rawLength });
    at += packedLength;
  }
  if (at !== bytes.length) throw invalidArtifact("bytes follow its last frame");
  return frames;
}

/** Every object, in the order of the file. Throws INVALID_ARTIFACT. */
export function* readObjects(
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

/** The bytes of a frame. Throws INVALID_ARTIFACT. */
export function unpackFrame({ packed, rawLength }: Frame, compression: Compression): Uint8Array {
  try {
    return compression.decompress(packed, rawLength);
  } catch (cause) {
    throw invalidArtifact(`a frame does not unpack to ${count(rawLength)} bytes`, cause);
  }
}

/** The objects of a frame, one after the other. */
function* objectsIn(raw: Uint8Array): Generator<StoredObject & { readonly at: number }> {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  for (let at = 0; at < raw.length; ) {
    if (at + OBJECT_HEADER_BYTES > raw.length) {
      throw invalidArtifact("a frame ends inside an object");
    }
    const kind = KINDS[view.getUint8(at)];
    const length = view.getUint32(at + 1, true);
    at += OBJECT_HEADER_BYTES;
    if (kind === undefined) throw invalidArtifact("it holds an object of an unknown kind");
    if (at + length > raw.length) throw invalidArtifact("a frame ends inside an object");
    yield { kind, body: raw.subarray(at, at + length), at };
    at += length;
  }
}
