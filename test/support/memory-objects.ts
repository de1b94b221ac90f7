import { createHash } from "node:crypto";
import { RewindError } from "../../src/base/errors.ts";
import type { Id, Kind } from "../../src/object/id.ts";
import { objectId } from "../../src/object/id.ts";
import type { PutObject, ReadObject } from "../../src/object/state.ts";

/** SHA-256 by Node, independent of the code under test. */
export function hash(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

/** Objects in a Map, with a count of the reads. */
export interface Objects {
  readonly bodies: Map<Id, { readonly kind: Kind; readonly body: Uint8Array }>;
  readonly reads: { tile: number; state: number; chunk: number; all: number };
  readonly put: PutObject;
  readonly get: ReadObject;
}

export function objects(): Objects {
  const bodies = new Map<Id, { readonly kind: Kind; readonly body: Uint8Array }>();
  const reads = { tile: 0, state: 0, chunk: 0, all: 0 };
  return {
    bodies,
    reads,
    put(kind, body) {
      const id = objectId(hash, kind, body);
      bodies.set(id, { kind, body });
      return id;
    },
    async get(kind, id) {
      const object = bodies.get(id);
      if (object?.kind !== kind) throw new RewindError("OBJECT_MISSING", `no ${kind} ${id}`);
      reads.all++;
      if (kind === "tile" || kind === "state" || kind === "chunk") reads[kind as "tile"]++;
      return object.body;
    },
  };
}

/** The id of 32 bytes that are all `byte`. */
export function idOf<K extends Kind>(byte: number): Id<K> {
  return byte.toString(16).padStart(2, "0").repeat(32) as Id<K>;
}

/** Random-looking bytes that depend only on the seed. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed + 1) * 0x9e3779b1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 11;
  }
  return bytes;
}
