import { peel } from "../../../history/resolve.ts";
import { deleteTag } from "../../../history/tags.ts";
import { shortId } from "../../../object/id.ts";
import { type Context, STATUS } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";

/** `rewind tag -d NAME`. */
export async function deleteTagNamed(
  name: string,
  extra: string | undefined,
  { out, open }: Context,
): Promise<number> {
  if (extra !== undefined) throw usageError("expected one name: rewind tag -d NAME");
  const { store } = await open();
  const run = await peel(store.objects, await deleteTag(store.refs, name));
  out.done(
    { tag: null, was: name, run },
    () => `deleted the tag ${name}; its run stays in the store, ${shortId(run)}`,
  );
  return STATUS.ok;
}
