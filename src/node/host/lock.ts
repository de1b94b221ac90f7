import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { clock } from "../../base/clock.ts";
import { RewindError } from "../../base/errors.ts";
import type { Files } from "./files.ts";
import { type Life, lifeOf, type Owner, parseOwner, thisProcess } from "./owner.ts";
import { sleep } from "./pause.ts";
import { isCode } from "./system-error.ts";

/** An existing lock file. */
export interface Held {
  readonly file: string;
  /** Undefined if the file names no owner: it is being written, or a crash cut it short. */
  readonly owner: Owner | undefined;
  readonly life: Life;
  /** Whether the file holds something else, so that it can never name an owner. */
  readonly isForeign?: boolean;
  /** The time since its owner's last sign of life, in milliseconds; negative if the file is dated ahead. */
  readonly silentMs: number;
}

/**
 * How long a lock may be without an owner, on file systems where writing the owner is a second
 * step.
 */
const UNOWNED_MS = 10_000;

/**
 * Takes the lock `file`, and returns a function that releases it. Takes over the lock of a dead
 * owner. Returns undefined if the owner is alive or cannot be checked from here.
 */
export function tryLock(files: Files, file: string): (() => void) | undefined {
  const release = (): void => {
    held.delete(file);
    try {
      files.remove(file);
    } catch {
      // The protected work is done, and this process is ending: the next one finds the owner dead.
    }
  };
  if (!claim(files, file)) {
    if (isHeld(files, file) || !removeDead(files, file) || !claim(files, file)) return undefined;
  }
  held.set(file, files);
  return release;
}

/** The locks that this process holds. */
const held = new Map<string, Files>();

let lastSign = 0;

/** Gives a sign of life on every lock of this process, unless it gave one a moment ago. */
export function giveSignOfLife(): void {
  if (clock.now() - lastSign < SIGN_MS) return;
  lastSign = clock.now();
  for (const [file, files] of held) {
    try {
      files.touch(file);
    } catch {
      // The lock then says less about its owner, but it is still held.
    }
  }
}

const SIGN_MS = 5_000;

/**
 * Removes the lock of a dead owner; false if another process is doing so. If two processes find the
 * same dead owner, the slower one must not remove the lock that the faster one has taken meanwhile.
 * So removal has a separate lock, under which the owner is checked again.
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

/** Makes the lock file, with its owner in it from the start; false if the file exists. */
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

/** The error codes of file systems without hard links: exFAT, many shares, phones. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"];

/** The same in two steps: for a moment the lock has no owner. */
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
  const end = clock.now() + patienceMs;
  for (;;) {
    const release = tryLock(files, file);
    if (release !== undefined) return release;
    const other = inTheWay(files, file);
    // Do not wait for an owner that may never release the lock.
    const isLost = other?.life === "unknown" && (other.owner !== undefined || other.isForeign);
    if (other !== undefined && (isLost || clock.now() >= end)) {
      throw locked(other, `holds the lock ${path.basename(other.file)}`);
    }
    await sleep(10);
  }
}

/** What blocks a lock: the lock itself or, if its owner is dead, the lock of its removal. */
function inTheWay(files: Files, file: string): Held | undefined {
  const found = lookAt(files, file);
  return found?.life === "dead" ? (inTheWay(files, `${file}.removal`) ?? found) : found;
}

/** Whether the owner of the lock is alive, or may be as far as can be seen from here. */
export function isHeld(files: Files, file: string): boolean {
  const found = lookAt(files, file);
  return found !== undefined && found.life !== "dead";
}

/** The state of a lock; undefined if nobody holds it. */
export function lookAt(files: Files, file: string): Held | undefined {
  const found = files.stat(file);
  const text = found && files.readText(file);
  if (found === undefined || text === undefined) return undefined;
  const owner = parseOwner(text);
  const silentMs = clock.time() - found.modifiedMs;
  if (owner === undefined) {
    const life = silentMs > UNOWNED_MS ? "dead" : "unknown";
    // An owner is one write: a line in braces. Text that is complete, or begins otherwise, will not
    // change.
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
  data: { readonly branch?: string; readonly ensemble?: string } = {},
): RewindError {
  const name = `local/${path.basename(file)}`;
  const message =
    life !== "unknown"
      ? `another process ${action}`
      : owner === undefined
        ? `it is unknown which process ${action}: the lock file ${name} names no owner and ${writtenText(silentMs)}`
        : `process ${owner.pid} on ${owner.host || "a host without a name"} ${action}: ${signOfLifeText(silentMs)}, and it cannot be told from here whether it is still running`;
  return new RewindError("LOCKED", message, {
    ...data,
    owner,
    life,
    file: name,
    ...(inFuture(silentMs) && { inFuture: true }),
  });
}

/** When something happened; by a clock that is ahead of this one, it has not happened yet. */
function writtenText(silentMs: number): string {
  return inFuture(silentMs)
    ? `is dated ${duration(-silentMs)} in the future`
    : `was written ${duration(Math.max(0, silentMs))} ago`;
}

function signOfLifeText(silentMs: number): string {
  return inFuture(silentMs)
    ? `its file ${writtenText(silentMs)}`
    : `its last sign of life was ${duration(Math.max(0, silentMs))} ago`;
}

/** The clocks of two machines always differ a little. */
function inFuture(silentMs: number): boolean {
  return silentMs <= -1000;
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [count, unit] =
    seconds < 120
      ? [seconds, "second"]
      : seconds < 7200
        ? [Math.floor(seconds / 60), "minute"]
        : [Math.floor(seconds / 3600), "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
