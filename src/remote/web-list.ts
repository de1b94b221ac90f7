import { RewindError } from "../base/errors.ts";

/** The first line of `info/refs`, the list of the files below `refs/` that a folder keeps for HTTP. */
const HEADER = "rewind refs 1";

/** A list of more bytes is refused. */
export const LARGEST_WEB_LIST: number = 1 << 24;

/** The text of the list. */
export function webList(names: readonly string[]): string {
  return `${[HEADER, ...names].join("\n")}\n`;
}

/** Reads the list. Throws REMOTE_INVALID. */
export function parseWebList(text: string, url: string): readonly string[] {
  const [header, ...names] = text.split("\n");
  if (header === HEADER) return names.filter((name) => name !== "");
  throw new RewindError("REMOTE_INVALID", `${url} is not a remote of rewind`, { url });
}
