import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { emptyStore } from "./store-tools.ts";

/** What stands in the lock of a process that has ended. */
export function deadOwner(): string {
  deadPid ??= spawnSync(process.execPath, ["-e", ""]).pid;
  return JSON.stringify({ host: os.hostname(), pid: deadPid, started: "1" });
}

let deadPid: number | undefined;

/** The store as a power cut would leave it now: a copy, in which all locks are a dead process's. */
export function deadCopy(root: string, journals: readonly string[]): string {
  const copy = emptyStore();
  for (const folder of ["objects", "refs", "logs"]) {
    cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true });
  }
  mkdirSync(path.join(copy, "local"), { recursive: true });
  for (const name of journals) writeFileSync(path.join(copy, "local", `${name}.lock`), deadOwner());
  return copy;
}
