import { RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";
import { encodeTag } from "../object/tag.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { checkBranchName } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";

const TAGS = "refs/tags/";

/** Names a run for good, with a message. Throws REF_EXISTS, unless `force` moves the tag. */
export async function createTag(
  store: ObjectStore,
  refs: RefStore,
  tag: {
    readonly name: string;
    readonly target: Id<"run">;
    readonly message: string;
    readonly time: string;
    readonly force: boolean;
  },
): Promise<Id<"tag">> {
  const ref = `${TAGS}${checkBranchName(tag.name)}`;
  const before = await refs.read(ref);
  if (before !== undefined && !tag.force) {
    throw new RewindError("REF_EXISTS", `the tag ${tag.name} exists already`, {
      tag: tag.name,
      run: before,
    });
  }
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

/** Removes a tag. Throws REF_NOT_FOUND. */
export async function deleteTag(refs: RefStore, name: string): Promise<void> {
  const ref = `${TAGS}${checkBranchName(name)}`;
  const target = await refs.read(ref);
  if (target === undefined) {
    throw new RewindError("REF_NOT_FOUND", `there is no tag ${name}`, { tag: name });
  }
  await refs.update([{ name: ref, from: target, to: undefined }], `tag -d ${name}`);
}
