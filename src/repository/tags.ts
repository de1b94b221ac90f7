import { clock } from "../base/clock.ts";
import { checkOptionsOf, type OptionKinds } from "../base/options.ts";
import { checkRecorded, type Live, type SeenStore } from "../history/live.ts";
import { peel, resolve } from "../history/resolve.ts";
import type { Damage } from "../history/sound-refs.ts";
import { createTag, deleteTag, listTags, readTag } from "../history/tags.ts";
import type { Id } from "../object/id.ts";
import { decodeRun, type RunManifest, rootOf } from "../object/run.ts";
import { checkMessage } from "../object/run-meta.ts";
import { signedText } from "../object/signed-text.ts";
import type { Tag } from "../object/tag.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import { checkBranchName } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";

/** How to make a tag. */
export interface TagOptions {
  /** A description of the run; empty unless given. */
  readonly message?: string | undefined;
  /** Moves a tag that exists. */
  readonly force?: boolean | undefined;
  /** Signs the tag with an SSH key. */
  readonly sign?: boolean | undefined;
  /** The file of the key; by default that of the setting `signing.key`, else Git's own. */
  readonly key?: string | undefined;
}

const TAG_OPTIONS: OptionKinds<TagOptions> = {
  ...{ message: "text", force: "flag", sign: "flag", key: "text" },
};

/** Who may sign. */
export interface VerifyTagOptions {
  /**
   * The file of allowed signers, in the form of `ssh-keygen`; by default that of the setting
   * `signing.allowed`, else Git's own.
   */
  readonly allowedSigners?: string | undefined;
}

/** What the signature of a tag proves. */
export interface SignatureCheck {
  /** Whether an allowed signer has signed this tag. */
  readonly ok: boolean;
  /** The run that the tag names. */
  readonly run: Id<"run">;
  /** The signer, as the file of allowed signers calls them. */
  readonly signer: string | undefined;
  /** The key that has signed, such as `ED25519 SHA256:…`. */
  readonly key: string | undefined;
  /**
   * Why it is not ok: the tag has no signature; the signature is of a tag of another name, or of
   * another content; or its key is not that of an allowed signer.
   */
  readonly problem: "unsigned" | "name" | "content" | "signer" | undefined;
}

/** The tags of a repository: names that stay on their runs when branches move on. */
export class Tags {
  readonly #store: ObjectStore;
  readonly #refs: RefStore;
  readonly #seen: RefStore;
  readonly #live: Live;
  readonly #root: string;

  /** `root` is the folder of the project. */
  constructor(given: SeenStore & { readonly refs: RefStore; readonly root: string }) {
    this.#store = given.objects;
    this.#refs = given.refs;
    this.#seen = given.seen;
    this.#live = given.live;
    this.#root = given.root;
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
   * before. Throws REF_EXISTS unless `force` moves the tag, LOCKED while the run is being recorded, and
   * with `sign` SIGNING_FAILED.
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
    const { message = "", force = false, sign, key } = checkOptionsOf(options, TAG_OPTIONS);
    checkBranchName(name);
    checkMessage(message);
    const resolved = await resolve(this.#store, this.#seen, revision);
    checkRecorded(this.#live, resolved);
    const { id: run, run: manifest } = resolved;
    const before = await this.#refs.read(`refs/tags/${name}`);
    const time = clock.iso();
    const tag: Tag = { name, target: run, message, time };
    const signature = sign === true ? await this.#sign(tag, manifest, key) : undefined;
    await createTag(this.#store, this.#refs, { ...tag, signature, force });
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

  /**
   * Whether an allowed signer has signed a tag. Starts `ssh-keygen`, and no program that a store or
   * a project names. Throws REF_NOT_FOUND, SIGNING_FAILED and FILE_FAILED.
   *
   * @example
   * ```ts
   * await repo.tags.create("v1");
   * await repo.tags.verify("v1"); // { ok: false, problem: "unsigned", … }
   * ```
   */
  async verify(name: string, options: VerifyTagOptions = {}): Promise<SignatureCheck> {
    const { allowedSigners: given } = checkOptionsOf(options, { allowedSigners: "text" });
    const tag = await readTag(this.#store, this.#refs, name);
    const { target: run, signature } = tag;
    const nothing = { ok: false, run, signer: undefined, key: undefined } as const;
    if (signature === undefined) return { ...nothing, problem: "unsigned" };
    const { allowedSigners, sshVerify } = await signing();
    const manifest = decodeRun(await objectReader(this.#store)("run", run));
    const text = signedText(tag, rootOf(this.#store.hash, manifest));
    const signers = await allowedSigners(this.#root, given);
    const { signer, key } = await sshVerify(text, signature, signers, tag.time);
    if (key === undefined) return { ...nothing, problem: "content" };
    if (tag.name !== name) return { ...nothing, key, problem: "name" };
    return { ok: signer !== undefined, run, signer, key, problem: signer ? undefined : "signer" };
  }

  async #sign(tag: Tag, manifest: RunManifest, key: string | undefined): Promise<string> {
    const { signingKey, sshSign } = await signing();
    const text = signedText(tag, rootOf(this.#store.hash, manifest));
    return sshSign(text, await signingKey(this.#root, key));
  }
}

/** Loaded when it is used: few commands have to do with signatures. */
async function signing(): Promise<
  typeof import("../node/signing/signing-files.ts") & typeof import("../node/signing/ssh-keygen.ts")
> {
  const files = await import("../node/signing/signing-files.ts");
  return { ...files, ...(await import("../node/signing/ssh-keygen.ts")) };
}
