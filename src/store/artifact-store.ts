import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import type { Id, Kind } from "../object/id.ts";
import { openArtifact } from "./artifact.ts";
import type { ArtifactContents } from "./artifact-contents.ts";
import { type ArtifactObject, type Frame, unpackFrame } from "./artifact-frames.ts";
import type { LeftOut } from "./artifact-reader.ts";
import { invalidArtifact } from "./invalid-artifact.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Compression } from "./pack.ts";

/** Where an object is in its frame. */
interface Place extends Omit<ArtifactObject, "body" | "id"> {
  readonly length: number;
}

/** The parts of segments. They are read in any order, so short ones are kept in memory. */
const OF_SEGMENTS: readonly Kind[] = ["program", "seeds", "params"];
/** The longest body that is kept, and the limit for all of them together. */
const LARGEST_KEPT = 1 << 17;
const MOST_KEPT = 1 << 25;
/** The limit for all reads together: in a hostile order, each read would unpack a frame. */
const MOST_UNPACKED = 1 << 29;
/** Per byte of the file: large files hold many objects, so more of their frames are read twice. */
const UNPACKED_RATIO = 16;

/** What an artifact holds. */
export interface ArtifactStore extends ArtifactContents {
  readonly leftOut: LeftOut;
  readonly store: ObjectStore;
}

/**
 * Verifies an artifact and gives its objects as a read-only store. They stay packed: only the last
 * frame that was read is in memory, the manifests, and the place of each object. What the runs have
 * that the artifact requires is taken on trust. Throws INVALID_ARTIFACT.
 */
export async function artifactStore(
  bytes: Uint8Array,
  compression: Compression,
  hash: Hash,
): Promise<ArtifactStore> {
  const places = new Map<Id, Place>();
  const kept = new Map<Id, Uint8Array>();
  let keptBytes = 0;
  const artifact = openArtifact(bytes, compression, hash);
  const take = ({ id, body, kind, frame, at }: ArtifactObject): void => {
    const { length } = body;
    places.set(id, { kind, frame, at, length });
    const isKept =
      // Of these a file has a limited number of bytes, and the body is a copy.
      kind === "run" ||
      (OF_SEGMENTS.includes(kind) && length <= LARGEST_KEPT && keptBytes + length <= MOST_KEPT);
    if (!isKept) return;
    kept.set(id, body.slice());
    if (kind !== "run") keptBytes += length;
  };
  const leftOut = await artifact.read(take, () => true);
  const unpacked = unpacker(compression, MOST_UNPACKED + UNPACKED_RATIO * bytes.length);
  return {
    ...artifact.contents,
    leftOut,
    store: {
      hash,
      async get(id) {
        const place = places.get(id);
        if (place === undefined) return undefined;
        const { kind, frame, at, length } = place;
        const body = kept.get(id) ?? unpacked(frame).subarray(at, at + length);
        return { kind, body: body.slice() };
      },
      has: async (id) => places.has(id),
      size: async (id) => places.get(id)?.length,
      withPrefix: async (prefix, limit) =>
        [...places.keys()]
          .filter((id) => id.startsWith(prefix))
          .sort()
          .slice(0, limit),
      async writer() {
        throw new RewindError("STORE_READ_ONLY", "a replay file cannot be written to", {
          file: ".",
        });
      },
    },
  };
}

/** Unpacks frames and remembers the last one. */
function unpacker(compression: Compression, most: number): (frame: Frame) => Uint8Array {
  let last: { readonly frame: Frame; readonly raw: Uint8Array } | undefined;
  let bytes = 0;
  return (frame) => {
    if (last?.frame === frame) return last.raw;
    bytes += frame.rawLength;
    if (bytes > most) {
      throw invalidArtifact(`over ${count(most)} bytes have to be unpacked to describe its run`);
    }
    // Lets go of one frame before the next is unpacked.
    last = undefined;
    last = { frame, raw: unpackFrame(frame, compression) };
    return last.raw;
  };
}
