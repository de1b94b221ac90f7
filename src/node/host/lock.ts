import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { type Files, isCode } from "./files.ts";
import { type Life, lifeOf, type Owner, parseOwner, thisProcess } from "./owner.ts";

/** A lock file that is there. */
export interface Held {
  readonly file: string;
  /** Undefined where the file holds no owner: it is being written now, or was torn by a crash. */
  readonly owner: Owner | undefined;
  readonly life: Life;
  /** Whether it has no owner and can get none: something else was written into it. */
  readonly isForeign?: boolean;
  /** How long ago its owner gave a sign of life, in milliseconds. */
  readonly silentMs: number;
}

/** A lock without an owner is given this long to get one, on file systems where that is a second step. */
const UNOWNED_MS = 10_000;

/**
 * Takes the lock that `file` is, and returns what releases it. A lock whose owner is dead is taken
 * over. Returns undefined where it is held by a living owner, or one that cannot be seen from here.
 */
export function tryLock(files: Files, file: string): (() => void) | undefined {
  const release = (): void => {
    held.delete(file);
    try {
      files.remove(file);
    } catch {
      // What it protected is done, and this process ends: the next one finds its owner dead.
    }
  };
  if (!claim(files, file)) {
    if (isHeld(files, file) || !removeDead(files, file) || !claim(files, file)) return undefined;
  }
  held.set(file, files);
  return release;
}

/** The locks of this process. */
const held = new Map<string, Files>();

let lastSign = 0;

/** Gives a sign of life on every lock of this process, unless it gave one a moment ago. */
export function giveSignOfLife(): void {
  if (performance.now() - lastSign < SIGN_MS) return;
  lastSign = performance.now();
  for (const [file, files] of held) {
    try {
      files.touch(file);
    } catch {
      // The lock says less about its owner then, and is held all the same.
    }
  }
}

const SIGN_MS = 5_000;

/**
 * Removes the lock of a dead owner; false where another process is about to do so. Of two that find
 * the same dead owner, the slower must not remove the lock that the faster has taken meanwhile: so
 * removal takes a lock of its own, under which the owner is looked at again.
 */
export function removeDead(files: Files, file: string): boolean {
  const release = tryLock(files, `${file}.removal`);
  if (release === undefined) return false;
  try {
    if (!isHeld(files, file)) files.remove(file);
    return true;
  } finally {
    release();
  }
}

/** Makes the lock file, its owner's name in it from the first moment; false where it is there. */
function claim(files: Files, file: string): boolean {
  const draft = `${file}.${process.pid}`;
  files.remove(draft);
  writeOwner(files, draft);
  try {
    files.link(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    if (!isCode(error, ...NO_LINKS)) throw error;
    return claimWithoutLinks(files, file);
  } finally {
    files.remove(draft);
  }
}

/** What file systems without hard links say: exFAT, many shares, phones. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"];

/** The same in two steps: for a moment the lock is there and has no owner. */
function claimWithoutLinks(files: Files, file: string): boolean {
  try {
    writeOwner(files, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function writeOwner(files: Files, file: string): void {
  const descriptor = files.open(file, "create");
  try {
    const owner = thisProcess(files.stat(path.dirname(file))?.identity ?? "");
    files.write(descriptor, utf8(`${JSON.stringify(owner)}\n`));
  } catch (error) {
    files.remove(file);
    throw error;
  } finally {
    files.close(descriptor);
  }
}

/** Waits up to `patienceMs` for a lock. Throws LOCKED, which names the owner. */
export async function lock(files: Files, file: string, patienceMs: number): Promise<() => void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const release = tryLock(files, file);
    if (release !== undefined) return release;
    const other = inTheWay(files, file);
    // Nobody waits for an owner who may never release it.
    const isLost = other?.life === "unknown" && (other.owner !== undefined || other.isForeign);
    if (other !== undefined && (isLost || performance.now() >= end)) {
      throw locked(other, `holds the lock ${path.basename(other.file)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What keeps a lock from being taken: itself, or where its owner is dead, the lock of its removal. */
function inTheWay(files: Files, file: string): Held | undefined {
  const found = lookAt(files, file);
  return found?.life === "dead" ? (inTheWay(files, `${file}.removal`) ?? found) : found;
}

/** Whether the lock has an owner that lives, or that may live for all that can be seen from here. */
export function isHeld(files: Files, file: string): boolean {
  const found = lookAt(files, file);
  return found !== undefined && found.life !== "dead";
}

/** What there is to know about a lock; undefined where nobody holds it. */
export function lookAt(files: Files, file: string): Held | undefined {
  const found = files.stat(file);
  const text = found && files.readText(file);
  if (found === undefined || text === undefined) return undefined;
  const owner = parseOwner(text);
  const silentMs = Math.max(0, Date.now() - found.modifiedMs);
  if (owner === undefined) {
    const life = silentMs > UNOWNED_MS ? "dead" : "unknown";
    // An owner is written in one go, a line in braces: what has an end, or another beginning, stays.
    const isForeign = text !== "" && (!text.startsWith("{") || isWhole(text));
    return { file, owner, silentMs, life, isForeign };
  }
  const folder = files.stat(path.dirname(file))?.identity ?? "";
  return { file, owner, silentMs, life: lifeOf(owner, folder, silentMs) };
}

function isWhole(text: string): boolean {
  return /[\n}]\s*$/.test(text);
}

/** The error of a lock that another process holds; `action` says what that process does. */
export function locked(
  { file, owner, life, silentMs }: Held,
  action: string,
  data: { readonly branch?: string } = {},
): RewindError {
  const name = `local/${path.basename(file)}`;
  const message =
    life !== "unknown"
      ? `another process ${action}`
      : owner === undefined
        ? `${name} does not say which process ${action}: it was written ${ago(silentMs)} ago`
        : `process ${owner.pid} on ${owner.host || "a host without a name"} ${action}: its last sign of life was ${ago(silentMs)} ago, and whether it still runs cannot be seen from here`;
  return new RewindError("LOCKED", message, { ...data, owner, life, file: name });
}

function ago(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [count, unit] =
    seconds < 120
      ? [seconds, "second"]
      : seconds < 7200
        ? [Math.floor(seconds / 60), "minute"]
        : [Math.floor(seconds / 3600), "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
