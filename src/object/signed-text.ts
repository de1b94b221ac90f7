import { utf8 } from "../base/bytes.ts";
import type { Tag } from "./tag.ts";

/**
 * What the signature of a tag signs: the run, the root of its timeline, and all that the tag says
 * about it. As JSON, no two tags have the same text.
 */
export function signedText({ target, name, time, message }: Tag, root: string): Uint8Array {
  const claims = JSON.stringify({ run: target, root, name, time, message });
  return utf8(`rewind signed tag v1\n${claims}\n`);
}
