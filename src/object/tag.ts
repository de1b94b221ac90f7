import { decodeBody, encodeBody, idBytes } from "./body.ts";
import type { Id } from "./id.ts";

/** A lasting name for a run. */
export interface Tag {
  readonly target: Id<"run">;
  readonly name: string;
  readonly message: string;
  /** When it was made, as ISO 8601 text. */
  readonly time: string;
}

/** The bytes of a tag object. */
export function encodeTag(tag: Tag): Uint8Array {
  return encodeBody("tag", format(tag));
}

/** Reads a tag object. */
export function decodeTag(body: Uint8Array): Tag {
  return decodeBody(
    "tag",
    body,
    (fields) => ({
      target: fields.expectLength(4).id<"run">(),
      name: fields.text(),
      message: fields.text(),
      time: fields.text(),
    }),
    format,
  );
}

function format(tag: Tag): readonly unknown[] {
  return [idBytes(tag.target), tag.name, tag.message, tag.time];
}
