import type { ErrorCode } from "../../base/errors.ts";

/** What an error of the system means: in words, and as an error of a store. */
interface Meaning {
  readonly words: string;
  readonly store?: ErrorCode;
}

const FULL: Meaning = { words: "the disk is full", store: "STORE_FULL" };
const DENIED: Meaning = { words: "permission denied", store: "STORE_READ_ONLY" };

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ...{ ENOSPC: FULL, EFBIG: FULL },
  EDQUOT: { words: "the disk quota is used up", store: "STORE_FULL" },
  ...{ EACCES: DENIED, EPERM: DENIED },
  EROFS: { words: "the file system is read-only", store: "STORE_READ_ONLY" },
  EISDIR: { words: "it is a folder" },
  ENOTDIR: { words: "it is not a folder" },
  ENOENT: { words: "there is no such file or folder" },
  ENXIO: { words: "nobody reads this pipe" },
};

/** Whether `error` is the system's error with one of these codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(codeOf(error) ?? "");
}

/** The code of an error of the system, such as `ENOENT`; undefined for any other. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/** What is wrong, in words; the system's own message for an error that is not known here. */
export function problemOf(error: unknown): string {
  const { message = "" } = error as { readonly message?: string };
  const code = codeOf(error);
  return code === undefined ? message : (MEANINGS[code]?.words ?? message.replace(/,.*$/s, ""));
}

/** The error of a store that an error of the system means. */
export function storeCodeOf(error: unknown): ErrorCode {
  return MEANINGS[codeOf(error) ?? ""]?.store ?? "STORE_FAILED";
}
