import { plural } from "../../../base/count.ts";
import { type Context, STATUS } from "../../command.ts";

/** `rewind trust --forget REV`. */
export async function forgetTrust(revision: string, { out, open }: Context): Promise<number> {
  const forgotten = await (await open()).untrust(revision);
  out.result({ forgotten }, () =>
    forgotten.length === 0
      ? "its code was not trusted"
      : `no longer trusted: ${plural(forgotten.length, "program")}`,
  );
  return STATUS.ok;
}
