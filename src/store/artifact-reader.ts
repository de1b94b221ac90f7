import { count } from "../base/count.ts";
import type { RewindError } from "../base/errors.ts";
import { type Needed, objectsOf, type WalkOptions } from "../object/closure.ts";
import type { Id, Kind } from "../object/id.ts";
import { decodeRun } from "../object/run.ts";
import type { ReadObject } from "../object/state.ts";
import type { ArtifactContents } from "./artifact-contents.ts";
import type { ArtifactObject } from "./artifact-frames.ts";
import { invalidArtifact } from "./invalid-artifact.ts";
import { missing } from "./object-store.ts";

/** Whether an object is where the file is to be loaded. */
export type HasObject = (id: Id) => boolean | Promise<boolean>;

/** What a file does not have of its runs. */
export interface LeftOut {
  /** Whether source of their programs is missing, or what these read while they were loaded. */
  readonly code: boolean;
  /** The number of states of checkpoints that are missing: a replay gives them. */
  readonly checkpoints: number;
}

/** What reading an artifact needs. */
interface Reading {
  readonly take: (object: ArtifactObject) => void | Promise<void>;
  readonly has: HasObject | undefined;
  /** The most bytes of all manifests together. */
  readonly most: number;
}

/**
 * Gives the runs of an artifact and the objects that they need to `take`. They come in the order in
 * which `objectsOf` gives them, so that no more than one frame has to be in memory.
 */
export class ArtifactReader {
  readonly #objects: Iterator<ArtifactObject, undefined>;
  readonly #reading: Reading;
  /** The objects of the runs before. */
  readonly #present = new Set<Id>();
  #next: ArtifactObject | undefined;
  #taken: ArtifactObject | undefined;
  #manifestBytes = 0;
  #leftOut = { code: false, checkpoints: 0 };

  constructor(objects: Iterator<ArtifactObject, undefined>, reading: Reading) {
    this.#objects = objects;
    this.#reading = reading;
  }

  /** Reads all of the file. Throws INVALID_ARTIFACT. */
  async read({ runs, requires }: ArtifactContents): Promise<LeftOut> {
    const { has } = this.#reading;
    this.#next = this.#objects.next().value;
    for (const { run } of runs) await this.#run(run, requires.length > 0 ? has : undefined);
    if (this.#next !== undefined) {
      throw invalidArtifact("it holds objects that its runs do not need");
    }
    return this.#leftOut;
  }

  async #run(id: Id<"run">, has: HasObject | undefined): Promise<void> {
    const found = this.#next;
    if (found?.id !== id) throw unexpected({ kind: "run", id }, found);
    this.#manifestBytes += found.body.length;
    if (this.#manifestBytes > this.#reading.most) {
      throw invalidArtifact(`its manifests have over ${count(this.#reading.most)} bytes`);
    }
    // A copy: the manifest has views of its body, which must not keep the frame in memory.
    const body = found.body.slice();
    const manifest = decodeRun(body);
    await this.#take({ ...found, body });
    const skip: WalkOptions["skip"] = async (id) =>
      this.#present.has(id) || (has !== undefined && this.#next?.id !== id && (await has(id)));
    for await (const needed of objectsOf(manifest, this.#readObject, { skip })) {
      if (this.#next?.id !== needed.id) this.#lacks(needed);
      // The same id as in the list that needs it, so that many ids are in memory once.
      else await this.#take({ ...this.#next, id: needed.id });
    }
  }

  async #take(object: ArtifactObject): Promise<void> {
    this.#taken = object;
    this.#present.add(object.id);
    await this.#reading.take(object);
    this.#next = this.#objects.next().value;
  }

  /** `objectsOf` reads an object right before it gives it, or right after. */
  readonly #readObject: ReadObject = async (kind, id) => {
    if (this.#next?.id === id) return this.#next.body;
    if (this.#taken?.id === id) return this.#taken.body;
    if (kind === "state") throw missing(kind, id);
    throw unexpected({ kind, id }, this.#next);
  };

  #lacks(needed: Needed): void {
    const isCheckpoint = needed.derivable && needed.kind === "state";
    if (isCheckpoint) this.#leftOut.checkpoints++;
    else if (needed.optional) this.#leftOut.code = true;
    else throw unexpected(needed, this.#next);
  }
}

function unexpected(
  { kind, id }: { readonly kind: Kind; readonly id: Id },
  found: ArtifactObject | undefined,
): RewindError {
  const got = found === undefined ? "but the file ends" : `got the ${found.kind} ${found.id}`;
  return invalidArtifact(`expected the ${kind} ${id}, ${got}`);
}
