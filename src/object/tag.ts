import { RewindError } from "../base/errors.ts";
import { decodeBody, encodeBody, type Fields, idBytes } from "./body.ts";
import type { Id } from "./id.ts";

/** A lasting name for a run. */
export interface Tag {
  readonly target: Id<"run">;
  readonly name: string;
  readonly message: string;
  /** When it was made, as ISO 8601 text. */
  readonly time: string;
  /** An SSH signature of `signedText`, as `ssh-keygen -Y sign` writes it; a tag may have none. */
  readonly signature?: string | undefined;
}

/** The bytes of a tag object. */
export function encodeTag(tag: Tag): Uint8Array {
  return encodeBody("tag", format(tag));
}

/** Reads a tag object. */
export function decodeTag(body: Uint8Array): Tag {
  return decodeBody("tag", body, readTag, format);
}

function readTag(fields: Fields): Tag {
  const isSigned = fields.expectLength(4, 5).length === 5;
  const tag = {
    target: fields.id<"run">(),
    name: fields.text(),
    message: fields.text(),
    time: fields.text(),
  };
  return isSigned ? { ...tag, signature: checkSignature(fields.text()) } : tag;
}

/** The form of a signature, so that nothing else of a stranger's comes to `ssh-keygen`. */
export function checkSignature(text: string): string {
  if (text.length <= LONGEST_SIGNATURE && SIGNATURE.test(text)) return text;
  throw new RewindError("OBJECT_INVALID", "not a valid tag: expected an SSH signature", {
    kind: "tag",
  });
}

/** A key of 16,384 bits signs in 6 kB. */
const LONGEST_SIGNATURE = 1 << 14;
const SIGNATURE =
  /^-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]+\n-----END SSH SIGNATURE-----\n$/;

function format({ target, name, message, time, signature }: Tag): readonly unknown[] {
  const fields = [idBytes(target), name, message, time];
  return signature === undefined ? fields : [...fields, signature];
}
