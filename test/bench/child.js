import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Runs a script of children/ in a process of its own, and returns the JSON that it prints. */
export async function runChild(script, ...args) {
  const file = fileURLToPath(new URL(`children/${script}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args.map(String)]);
  return JSON.parse(stdout);
}
