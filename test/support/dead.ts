import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { nodeFiles } from "../../src/node/host/files.ts";
import { thisProcess } from "../../src/node/host/owner.ts";
import { emptyStore } from "./store-tools.ts";

/** The contents of a lock of a process that has ended. */
export function deadOwner(): string {
  deadPid ??= spawnSync(process.execPath, ["-e", ""]).pid;
  return JSON.stringify({ ...thisProcess(""), pid: deadPid, started: "1" });
}

/** The contents of a lock that this process holds in a folder. */
export function lockText(folder: string): string {
  return JSON.stringify(thisProcess(nodeFiles.stat(folder)?.identity ?? ""));
}

let deadPid: number | undefined;

/** The store as a power cut would leave it now: a copy in which dead processes hold all locks. */
export function deadCopy(root: string, journals: readonly string[]): string {
  const copy = emptyStore();
  for (const folder of ["objects", "refs", "logs"]) {
    cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true });
  }
  mkdirSync(path.join(copy, "local"), { recursive: true });
  for (const name of journals) writeFileSync(path.join(copy, "local", `${name}.lock`), deadOwner());
  return copy;
}
