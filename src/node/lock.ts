import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { type Files, isCode } from "./files.ts";

/** Who holds a lock. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process started, as the system counts it; tells it from a later one of the same pid. */
  readonly started: string;
}

/** This process. */
export function thisProcess(): Owner {
  return { host: os.hostname(), pid: process.pid, started: startOf(process.pid) ?? "" };
}

/**
 * Takes the lock that `file` is, and returns what releases it. A lock whose owner is dead is taken
 * over. Returns undefined where a living owner holds it.
 */
export function tryLock(files: Files, file: string): (() => void) | undefined {
  const release = (): void => files.remove(file);
  if (claim(files, file)) return release;
  if (isHeld(files, file) || !removeDead(files, file)) return undefined;
  return claim(files, file) ? release : undefined;
}

/**
 * Removes the lock of a dead owner; false where another process is about to do so. Of two that find
 * the same dead owner, the slower must not remove the lock that the faster has taken meanwhile: so
 * removal takes a lock of its own, under which the owner is looked at again.
 */
function removeDead(files: Files, file: string): boolean {
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
  const descriptor = files.open(draft, "create");
  try {
    files.write(descriptor, utf8(`${JSON.stringify(thisProcess())}\n`));
    files.link(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    files.close(descriptor);
    files.remove(draft);
  }
}

/** Waits up to `patienceMs` for a lock. Throws LOCKED, which names the owner. */
export async function lock(files: Files, file: string, patienceMs: number): Promise<() => void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const release = tryLock(files, file);
    if (release !== undefined) return release;
    if (performance.now() >= end) throw locked(files, file);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether a living process holds the lock. */
export function isHeld(files: Files, file: string): boolean {
  const owner = ownerOf(files, file);
  return owner !== undefined && isAlive(owner);
}

function locked(files: Files, file: string): RewindError {
  const owner = ownerOf(files, file);
  const who = owner ? `process ${owner.pid} on ${owner.host}` : "another process";
  return new RewindError("LOCKED", `${who} holds the lock ${path.basename(file)}`, { owner, file });
}

function ownerOf(files: Files, file: string): Owner | undefined {
  const text = files.readText(file);
  if (text === undefined) return undefined;
  try {
    const owner = JSON.parse(text);
    if (typeof owner?.host === "string" && typeof owner.pid === "number") return owner as Owner;
  } catch {
    // A lock that is being written now, or was torn by a crash.
  }
  return { host: "", pid: 0, started: "" };
}

function isAlive(owner: Owner): boolean {
  // Of a process on another machine nothing can be known: it counts as alive.
  if (owner.host === "") return false;
  if (owner.host !== os.hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    if (!isCode(error, "EPERM")) return false;
  }
  const started = startOf(owner.pid);
  return started === undefined || owner.started === "" || started === owner.started;
}

/** When a process started, in clock ticks since the boot; undefined where the system does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the command, may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
