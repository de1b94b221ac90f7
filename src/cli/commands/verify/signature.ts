import path from "node:path";
import { shortId } from "../../../object/id.ts";
import type { SignatureCheck } from "../../../repository/tags.ts";
import { type Context, STATUS } from "../../command.ts";
import { noteText } from "../../terminal/text.ts";

/** The keys of what it prints as JSON. */
export const SIGNATURE_KEYS: readonly string[] = ["ok", "tag", "run", "signer", "key", "problem"];

/** Checks who has signed a tag. */
export async function verifySignature(
  tag: string,
  allowed: string | undefined,
  { out, cwd, open }: Pick<Context, "out" | "cwd" | "open">,
): Promise<number> {
  const { tags } = await open();
  const allowedSigners = allowed === undefined ? undefined : path.resolve(cwd, allowed);
  const check = await tags.verify(tag, { allowedSigners });
  const { ok, run, signer, key, problem } = check;
  out.result(
    () => ({ ok, tag, run, signer: signer ?? null, key: key ?? null, problem: problem ?? null }),
    () => `${tag}: ${checkText(check)}`,
  );
  return ok ? STATUS.ok : STATUS.differs;
}

function checkText({ run, signer = "", key, problem }: SignatureCheck): string {
  switch (problem) {
    case "unsigned":
      return "the tag has no signature";
    case "content":
      return "the signature is not of this tag: its run, name, time or message is another";
    case "name":
      return "the signature is of a tag of another name";
    case "signer":
      return `no allowed signer has the key that signed it, ${noteText(key ?? "")}`;
    case undefined:
      return `${shortId(run)} is signed by ${noteText(signer)}, ${noteText(key ?? "")}`;
  }
}
