import { checkOptionsOf, type OptionKinds } from "../base/options.ts";
import { peel, resolve } from "../history/resolve.ts";
import type { Damage } from "../history/sound-refs.ts";
import { createTag, deleteTag, listTags } from "../history/tags.ts";
import type { Id } from "../object/id.ts";
import type { Tag } from "../object/tag.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { checkBranchName } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";

/** How to make a tag. */
export interface TagOptions {
  /** A description of the run; empty unless given. */
  readonly message?: string | undefined;
  /** Moves a tag that exists. */
  readonly force?: boolean | undefined;
}

const TAG_OPTIONS: OptionKinds<TagOptions> = { message: "text", force: "flag" };

/** The tags of a repository: names that stay on their runs when branches move on. */
export class Tags {
  readonly #store: ObjectStore;
  readonly #refs: RefStore;

  constructor(store: ObjectStore, refs: RefStore) {
    this.#store = store;
    this.#refs = refs;
  }

  /**
   * All tags, sorted by name, and the damaged refs among them. A ref that names a run directly,
   * without a tag object, has an empty message and time.
   *
   * @example
   * ```ts
   * const { tags } = await repo.tags.list();
   * ```
   */
  list(): Promise<{ readonly tags: readonly Tag[]; readonly damaged: readonly Damage[] }> {
    return listTags(this.#store, this.#refs);
  }

  /**
   * Gives the run of a revision a lasting name. Returns the run, and the run that the tag named
   * before. Throws REF_EXISTS unless `force` moves the tag.
   *
   * @example
   * ```ts
   * await repo.tags.create("v1", "main", { message: "as in the paper" });
   * ```
   */
  async create(
    name: string,
    revision = "HEAD",
    options: TagOptions = {},
  ): Promise<{ readonly run: Id<"run">; readonly was: Id<"run"> | undefined }> {
    const { message = "", force = false } = checkOptionsOf(options, TAG_OPTIONS);
    checkBranchName(name);
    const { id: run } = await resolve(this.#store, this.#refs, revision);
    const before = await this.#refs.read(`refs/tags/${name}`);
    const time = new Date().toISOString();
    await createTag(this.#store, this.#refs, { name, target: run, message, time, force });
    const was = before === undefined ? undefined : await peel(this.#store, before as Id);
    return { run, was };
  }

  /**
   * Deletes a tag and returns its run, which stays in the store. Throws REF_NOT_FOUND.
   *
   * @example
   * ```ts
   * await repo.tags.create("v1");
   * await repo.tags.delete("v1");
   * ```
   */
  async delete(name: string): Promise<Id<"run">> {
    return peel(this.#store, await deleteTag(this.#refs, name));
  }
}
