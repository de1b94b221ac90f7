import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import {
  type OpenFile,
  readPieces,
  readWhole,
  UNSAID,
  whileOpen,
} from "../../host/regular-file.ts";
import { isCode } from "../../host/system-error.ts";

/** A file's SHA-256, in hexadecimal, and its length in bytes. */
export interface Digested {
  readonly digest: string;
  readonly length: number;
}

/** What lies at a path. A file has its bytes unless they are too many, or may be secrets. */
export type OnDisk =
  | { readonly kind: "absent" }
  | { readonly kind: "folder"; readonly listing: readonly string[] }
  | ({ readonly kind: "file"; readonly bytes?: Uint8Array } & Digested)
  | { readonly kind: "unread"; readonly why: string };

/**
 * Reads what lies at a path: the bytes of a file up to the limit, the names in a folder. Pipes and
 * devices are not opened, and no file is read beyond the size that it has when it is opened.
 */
export function lookOnDisk(file: string, limitBytes: number): OnDisk {
  try {
    return whileOpen(file, (opened): OnDisk => {
      if (opened.kind === "folder") return { kind: "folder", listing: namesIn(file) };
      if (opened.kind !== "file") return { kind: "unread", why: `is a ${opened.kind}` };
      const most = Math.max(opened.sizeBytes, limitBytes);
      if (opened.sizeBytes > limitBytes || mayHoldSecrets(file)) {
        const digested = digestOf(opened, most);
        return digested.length > most ? GROWING : { kind: "file", ...digested };
      }
      const bytes = readWhole(opened, limitBytes)?.slice();
      if (bytes === undefined) return GROWING;
      return { kind: "file", digest: sha256(bytes), length: bytes.length, bytes };
    });
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return { kind: "absent" };
    return { kind: "unread", why: problemOf(error) };
  }
}

const GROWING: OnDisk = { kind: "unread", why: UNSAID };

/**
 * The digest of a regular file, of one byte beyond the limit at most. For anything else, a text
 * that says what it is, such as "is a pipe".
 */
export function digestOnDisk(file: string, limitBytes: number): Digested | string {
  try {
    return whileOpen(file, (opened) =>
      opened.kind === "file" ? digestOf(opened, limitBytes) : `is a ${opened.kind}`,
    );
  } catch (error) {
    return problemOf(error);
  }
}

/** The bytes of a regular file that has these; undefined if there are others now. */
export function bytesOnDisk(file: string, { digest, length }: Digested): Uint8Array | undefined {
  try {
    const bytes = whileOpen(file, (opened) =>
      opened.kind === "file" ? readWhole(opened, length) : undefined,
    );
    return bytes !== undefined && sha256(bytes) === digest ? bytes : undefined;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === "string") return undefined;
    throw error;
  }
}

/** Ordered by code units: the order on disk differs between file systems. */
function namesIn(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .map((name) => (isFolder(path.join(folder, name)) ? `${name}/` : name))
    .sort();
}

function isFolder(file: string): boolean {
  try {
    return fs.statSync(file).isDirectory();
  } catch {
    return false; // a link that leads nowhere
  }
}

/** Files for environment variables: their values are never stored. */
function mayHoldSecrets(file: string): boolean {
  return /^\.env(\.|$)/.test(path.basename(file));
}

function digestOf(opened: OpenFile, limitBytes: number): Digested {
  const hash = createHash("sha256");
  const length = readPieces(opened, limitBytes, (piece) => hash.update(piece));
  return { digest: hash.digest("hex"), length };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function problemOf(error: unknown): string {
  if (isCode(error, "ENOENT", "ENOTDIR")) return "does not exist";
  if (isCode(error, "EACCES", "EPERM")) return "may not be read by this user";
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") throw error;
  return `cannot be read (${code})`;
}
