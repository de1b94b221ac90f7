import fs from "node:fs";
import os from "node:os";
import { isCode } from "./files.ts";

/** Who holds a lock. What the system does not tell is an empty text. */
export interface Owner {
  readonly host: string;
  /** The machine that the host name stands for, by its installation. */
  readonly machine: string;
  /** The start of the system that the process runs in: the same in all containers of a machine. */
  readonly boot: string;
  /** The namespace that `pid` counts in: each container has its own. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process started, as the system counts it; tells it from a later one of the same pid. */
  readonly started: string;
  /** The folder that the lock lies in: in a copy of a store the lock is a copy as well. */
  readonly folder: string;
}

/** Whether the owner of a lock lives: `unknown` where this process cannot see it. */
export type Life = "alive" | "dead" | "unknown";

/** A lock whose owner gave no sign for this long, on a machine that was started anew, is a dead one's. */
const SILENCE_MS = 60_000;

/** This process, as the owner of a lock in the folder with this identity. */
export function thisProcess(folder: string): Owner {
  system ??= {
    host: os.hostname(),
    machine: textOf("/etc/machine-id"),
    boot: textOf("/proc/sys/kernel/random/boot_id"),
    namespace: linkOf("/proc/self/ns/pid"),
    pid: process.pid,
    started: startOf(process.pid),
  };
  return { ...system, folder };
}

let system: Omit<Owner, "folder"> | undefined;

/**
 * Whether the owner of a lock in `folder` lives. `silentMs` is how long ago it gave its last sign.
 * Only a process of this system and of this namespace can be looked for by its number.
 */
export function lifeOf(owner: Owner, folder: string, silentMs: number): Life {
  const here = thisProcess(folder);
  if (owner.host !== here.host) return "unknown";
  if (owner.boot !== here.boot) {
    // The machine was started anew, unless another one has its name.
    const isThisMachine = owner.machine !== "" && owner.machine === here.machine;
    return isThisMachine && silentMs > SILENCE_MS ? "dead" : "unknown";
  }
  if (owner.folder !== folder) return "dead";
  if (owner.namespace !== here.namespace) return "unknown";
  return isRunning(owner) ? "alive" : "dead";
}

function isRunning({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    if (!isCode(error, "EPERM")) return false;
  }
  const now = startOf(pid);
  return now === "" || started === "" || now === started;
}

/** Reads the text of a lock; undefined where it is none. */
export function parseOwner(text: string): Owner | undefined {
  let parsed: Partial<Record<keyof Owner, unknown>> | null;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { pid } = parsed ?? {};
  if (!Number.isInteger(pid) || (pid as number) <= 0) return undefined;
  const word = (value: unknown): string => (typeof value === "string" ? value.slice(0, 256) : "");
  return {
    host: word(parsed?.host),
    machine: word(parsed?.machine),
    boot: word(parsed?.boot),
    namespace: word(parsed?.namespace),
    pid: pid as number,
    started: word(parsed?.started),
    folder: word(parsed?.folder),
  };
}

/** When a process started, in clock ticks since the boot; empty where the system does not tell. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  // The second field, the command, may itself hold spaces and parentheses.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

function linkOf(file: string): string {
  try {
    return fs.readlinkSync(file);
  } catch {
    return "";
  }
}
