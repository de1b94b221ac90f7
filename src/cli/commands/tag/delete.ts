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
  const run = await (await open()).tags.delete(name);
  out.done(
    { tag: null, was: name, run },
    () => `deleted the tag ${name}; its run stays in the store, ${shortId(run)}`,
  );
  return STATUS.ok;
}
