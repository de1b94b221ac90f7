import { RewindError } from "../base/errors.ts";

/** The first line of `info/refs`, the list of the files below `refs/` that a folder keeps for HTTP. */
const HEADER = "rewind refs 1";

/** A list of more bytes is refused. */
export const LARGEST_WEB_LIST: number = 1 << 24;

/** So is a list of more names: each takes far more memory than its letters do. */
export const MOST_NAMES: number = 1 << 20;

/** The text of the list. */
export function webList(names: readonly string[]): string {
  return `${[HEADER, ...names].join("\n")}\n`;
}

/** Reads the list. Throws REMOTE_INVALID. */
export function parseWebList(text: string, url: string): readonly string[] {
  const lines = text.split("\n", MOST_NAMES + 2);
  if (lines.length > MOST_NAMES + 1) {
    const message = `${url} has a list of over ${MOST_NAMES} names`;
    throw new RewindError("REMOTE_INVALID", message, { url });
  }
  if (lines[0] === HEADER) return lines.slice(1).filter((name) => name !== "");
  throw new RewindError("REMOTE_INVALID", `${url} is not a remote of rewind`, { url });
}
