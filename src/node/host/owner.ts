import fs from "node:fs";
import os from "node:os";
import { isCode } from "./system-error.ts";

/** Who holds a lock. Unknown fields are empty texts. */
export interface Owner {
  readonly host: string;
  /** The id of the machine's installation. */
  readonly machine: string;
  /** The id of the system's boot, the same in all containers of a machine. */
  readonly boot: string;
  /** The namespace of `pid`: each container has its own. */
  readonly namespace: string;
  readonly pid: number;
  /**
   * When the process started, in the system's count; distinguishes it from a later one with the
   * same pid.
   */
  readonly started: string;
  /** The identity of the lock's folder: in a copy of a store, the lock is also a copy. */
  readonly folder: string;
}

/** Whether the owner of a lock is alive; `unknown` if this process cannot tell. */
export type Life = "alive" | "dead" | "unknown";

/** On a machine that was rebooted, an owner without a sign of life for this long is dead. */
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
 * Whether the owner of a lock in `folder` is alive. `silentMs` is the time since its last sign of
 * life. Only a process of this boot and namespace can be found by its pid.
 */
export function lifeOf(owner: Owner, folder: string, silentMs: number): Life {
  const here = thisProcess(folder);
  if (owner.host !== here.host) return "unknown";
  if (owner.boot !== here.boot) {
    // The machine was rebooted, unless another machine has its name.
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
    // EPERM: it exists, and belongs to another user.
    if (!isCode(error, "EPERM")) return false;
  }
  const now = startOf(pid);
  return now === "" || started === "" || now === started;
}

/** Reads the text of a lock; undefined if it is not valid. */
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

/** When a process started, in clock ticks since the boot; empty if the system does not tell. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  // The second field, the command, may contain spaces and parentheses.
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
