import { concatBytes, equalBytes, utf8 } from "../base/bytes.ts";
import { isRewindError } from "../base/errors.ts";
import { withData } from "../base/with-data.ts";
import type { Hash } from "../codec/hash.ts";
import { type Needed, objectsOf, type WalkOptions } from "../object/closure.ts";
import type { Id } from "../object/id.ts";
import { decodeRun } from "../object/run.ts";
import type { ReadObject } from "../object/state.ts";
import { type ArtifactContents, decodeContents, encodeContents } from "./artifact-contents.ts";
import {
  type ArtifactObject,
  FrameWriter,
  readFrames,
  readObjects,
  tooLarge,
} from "./artifact-frames.ts";
import { ArtifactReader, type HasObject, type LeftOut } from "./artifact-reader.ts";
import { LARGEST_CONTENT, largestContent } from "./content-limit.ts";
import { invalidArtifact } from "./invalid-artifact.ts";
import type { Compression } from "./pack.ts";

/**
 * A `.replay` file: runs with the objects that they need.
 *
 * | bytes | content |
 * | --- | --- |
 * | 16 | "rewind replay v1" |
 * | 4 | the length of the next (u32, little-endian) |
 * | … | the list of runs |
 * | … | the frames with the objects |
 * | 32 | SHA-256 of all of the above |
 *
 * The objects are those of the first run, then what the second needs in addition, and so on; of each
 * run the manifest comes first. Ids are not stored: the reader computes them.
 */
const HEADER: Uint8Array = utf8("rewind replay v1");
const LENGTH_BYTES = 4;
const HASH_BYTES = 32;
/** All manifests together: who loads the file keeps them in memory, to write them last. */
const LARGEST_MANIFESTS = 1 << 26;

/** What of the runs goes into an artifact. */
export interface EncodeOptions extends Pick<WalkOptions, "checkpoints"> {
  /** Whether the source of programs goes in. */
  readonly withCode: boolean;
  /** Whether the runs that the artifact requires have an object, or can derive it. */
  readonly had?: WalkOptions["skip"];
}

/** The bytes of the artifact of runs. */
export async function encodeArtifact(
  contents: ArtifactContents,
  readObject: ReadObject,
  compression: Compression,
  hash: Hash,
  { withCode, checkpoints, had = () => false }: EncodeOptions,
): Promise<Uint8Array> {
  const list = encodeContents(contents);
  const frames = new FrameWriter(compression, LARGEST_CONTENT);
  const present = new Set<Id>();
  const skip: WalkOptions["skip"] = (id, derivable) => present.has(id) || had(id, derivable);
  let manifestBytes = 0;
  for (const { run } of contents.runs) {
    const manifest = await readObject("run", run);
    manifestBytes += manifest.length;
    if (manifestBytes > LARGEST_MANIFESTS) throw tooLarge(LARGEST_MANIFESTS);
    frames.add("run", manifest);
    for await (const needed of objectsOf(decodeRun(manifest), readObject, { skip, checkpoints })) {
      const body = await readNeeded(needed, readObject, withCode);
      if (body === undefined) continue;
      frames.add(needed.kind, body);
      present.add(needed.id);
    }
  }
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, list.length, true);
  const bytes = concatBytes([HEADER, length, list, ...frames.end()]);
  // `openArtifact` must accept what this function writes.
  const most = largestContent(bytes.length + HASH_BYTES);
  if (frames.contentBytes > most) throw tooLarge(most);
  return concatBytes([bytes, hash(bytes)]);
}

async function readNeeded(
  needed: Needed,
  readObject: ReadObject,
  withCode: boolean,
): Promise<Uint8Array | undefined> {
  if (needed.optional && !withCode) return undefined;
  try {
    return await readObject(needed.kind, needed.id);
  } catch (error) {
    if (!isRewindError(error, "OBJECT_MISSING")) throw error;
    if (needed.optional) return undefined;
    throw needed.derivable ? withData(error, { derivable: true }) : error;
  }
}

/** An artifact whose hash is right. */
export interface Artifact {
  readonly contents: ArtifactContents;
  /**
   * Unpacks one frame after the other and gives each object to `take`, each run before the objects
   * that it needs. `has` tells whether the runs that the file requires have an object. If a run turns
   * out to be incomplete, or the file holds anything else, this throws INVALID_ARTIFACT, and the
   * objects that were taken must be dropped.
   */
  read(take: (object: ArtifactObject) => void | Promise<void>, has?: HasObject): Promise<LeftOut>;
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
  const start = HEADER.length + LENGTH_BYTES;
  if (end < start || !equalBytes(bytes.subarray(0, HEADER.length), HEADER)) {
    throw invalidArtifact("it does not begin with the header of one");
  }
  if (!equalBytes(hash(bytes.subarray(0, end)), bytes.subarray(end))) {
    throw invalidArtifact("its bytes do not match its hash: it is damaged or cut short");
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEADER.length, true);
  if (start + length > end) throw invalidArtifact("it ends inside its list of runs");
  const contents = decodeContents(bytes.subarray(start, start + length));
  const frames = readFrames(bytes.subarray(start + length, end), limits.content);
  return {
    contents,
    async read(take, has) {
      const objects = readObjects(frames, compression, hash);
      try {
        return await new ArtifactReader(objects, { take, has, most: LARGEST_MANIFESTS }).read(
          contents,
        );
      } catch (error) {
        if (!isRewindError(error) || error.code === "INVALID_ARTIFACT") throw error;
        throw invalidArtifact(error.message, error);
      }
    },
  };
}
