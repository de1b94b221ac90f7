import { RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Id } from "../object/id.ts";
import { checkMessage } from "../object/run-meta.ts";
import { decodeTag, encodeTag, type Tag } from "../object/tag.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { checkBranchName, TAGS } from "../store/ref-name.ts";
import { RefSpace } from "../store/ref-space.ts";
import type { RefStore } from "../store/ref-store.ts";
import { goneOf } from "./gone.ts";
import { type Damage, idIn, soundRefs } from "./sound-refs.ts";

/**
 * Every tag, sorted by name, and what is damaged among them. A ref that names a run itself has no
 * message and no time.
 */
export async function listTags(
  store: ObjectStore,
  refs: RefStore,
): Promise<{ readonly tags: readonly Tag[]; readonly damaged: readonly Damage[] }> {
  const { sound, damaged } = await soundRefs(store, refs, TAGS);
  const tags = sound.map(({ name, id, tag = { target: id, message: "", time: "" } }) => ({
    ...tag,
    name: name.slice(TAGS.length),
  }));
  return { tags, damaged };
}

/** Names a run for good, with a message. Throws REF_EXISTS, unless `force` moves the tag. */
export async function createTag(
  store: ObjectStore,
  refs: RefStore,
  tag: Tag & { readonly force: boolean },
): Promise<Id<"tag">> {
  const ref = `${TAGS}${checkBranchName(tag.name)}`;
  checkMessage(tag.message);
  const before = await refs.read(ref);
  if (before !== undefined && !tag.force) {
    throw new RewindError("REF_EXISTS", `the tag ${tag.name} exists already`, {
      tag: tag.name,
      run: before,
    });
  }
  // Before the tag is stored: it would stay there.
  if (before === undefined) new RefSpace(await refs.names("refs/")).check(ref);
  const writer = await store.writer();
  try {
    const id = writer.put("tag", encodeTag(tag));
    await writer.close();
    await refs.update([{ name: ref, from: before, to: id }], `tag ${tag.name}`);
    return id;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/**
 * A tag by the name of its ref; one that names a run itself has no message and no time. Throws
 * REF_NOT_FOUND.
 */
export async function readTag(store: ObjectStore, refs: RefStore, name: string): Promise<Tag> {
  const id = await targetOf(refs, name);
  const object = await store.get(id);
  if (object?.kind === "tag") return decodeTag(object.body);
  return { target: id as Id<"run">, name, message: "", time: "" };
}

/** Removes a tag, and returns what it named. Throws REF_NOT_FOUND, with the nearest names. */
export async function deleteTag(refs: RefStore, name: string): Promise<Id> {
  const target = await targetOf(refs, name);
  await refs.update([{ name: `${TAGS}${name}`, from: target, to: undefined }], `tag -d ${name}`);
  return target;
}

/** What a tag's ref names. Throws REF_NOT_FOUND, with the nearest names. */
async function targetOf(refs: RefStore, name: string): Promise<Id> {
  const ref = `${TAGS}${checkBranchName(name)}`;
  const target = await refs.read(ref);
  if (target !== undefined) return idIn(ref, target);
  const names = (await refs.names(TAGS)).map((tag) => tag.slice(TAGS.length));
  throw new RewindError("REF_NOT_FOUND", `there is no tag ${name}`, {
    tag: name,
    names: nearest(name, names),
    gone: await goneOf(refs, [ref], false),
  });
}
