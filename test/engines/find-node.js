import { spawnSync } from "node:child_process";

/**
 * The Node of a major version: this one, or the registry's package `node`, which npm keeps in its
 * cache. `problem` says why it was not found.
 *
 * @param {number} major
 * @returns {{ path: string, version: string } | { problem: string }}
 */
export function findNode(major) {
  if (process.version.startsWith(`v${major}.`)) {
    return { path: process.execPath, version: process.version };
  }
  const { status, stdout, stderr, error } = npm(
    ...["exec", "--yes", "--prefer-offline", `--package=node@${major}`, "--"],
    ...["node", "-p", "process.execPath + ' ' + process.version"],
  );
  const [, path, version] = /^(.*) (v\d+\.\S+)$/m.exec(stdout ?? "") ?? [];
  if (path !== undefined && version?.startsWith(`v${major}.`)) return { path, version };
  const said = /^npm error code (\S+)/m.exec(stderr ?? "")?.[1];
  const problem =
    error?.message ?? said ?? (status === 0 ? `it is ${version}` : `status ${status}`);
  return { problem: problem.trim() };
}

function npm(...args) {
  const script = process.env.npm_execpath;
  const words = script?.endsWith(".js") ? [process.execPath, script, ...args] : ["npm", ...args];
  return spawnSync(words[0], words.slice(1), { encoding: "utf8", timeout: 300_000 });
}
