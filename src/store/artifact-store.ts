import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import type { Id, Kind } from "../object/id.ts";
import { type ArtifactObject, type Frame, openArtifact, unpackFrame } from "./artifact.ts";
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

/**
 * Verifies an artifact and gives its objects as a read-only store. They stay packed: only the last
 * frame that was read is in memory, and the place of each object. Throws INVALID_ARTIFACT.
 */
export async function artifactStore(
  bytes: Uint8Array,
  compression: Compression,
  hash: Hash,
): Promise<{ readonly id: Id<"run">; readonly store: ObjectStore }> {
  const places = new Map<Id, Place>();
  const kept = new Map<Id, Uint8Array>();
  let keptBytes = 0;
  const id = await openArtifact(bytes, compression, hash).read(({ id, body, kind, frame, at }) => {
    const { length } = body;
    places.set(id, { kind, frame, at, length });
    if (!OF_SEGMENTS.includes(kind) || length > LARGEST_KEPT || keptBytes + length > MOST_KEPT)
      return;
    kept.set(id, body.slice());
    keptBytes += length;
  });
  const unpacked = unpacker(compression, MOST_UNPACKED + UNPACKED_RATIO * bytes.length);
  return {
    id,
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
      throw new RewindError(
        "INVALID_ARTIFACT",
        `not a valid replay file: over ${most} bytes have to be unpacked to describe its run`,
      );
    }
    // Lets go of one frame before the next is unpacked.
    last = undefined;
    last = { frame, raw: unpackFrame(frame, compression) };
    return last.raw;
  };
}
