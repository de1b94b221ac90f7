import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SIMULATIONS = path.join(ROOT, "fixtures/simulations");

/** Steps of each simulation; fewer for one with a large state. */
const STEPS = 2_000;
const FEWER = { sir: 200 };

/**
 * Verifies the recordings of each Node with the others: every pair with `node`, in both directions,
 * for all simulations of the fixtures. Returns how many runs verified, and the problems of the
 * others.
 *
 * @param {{ path: string, version: string }} node
 * @param {readonly { path: string, version: string }[]} others
 * @returns {{ passed: number, problems: string[] }}
 */
export function crossVerify(node, others) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rewind-engines-"));
  const user = path.join(folder, "user");
  const env = { ...process.env, XDG_CONFIG_HOME: user, XDG_CACHE_HOME: user };
  Object.assign(env, { APPDATA: user, LOCALAPPDATA: user });
  const problems = [];
  let passed = 0;
  const rewind = ({ path: command }, ...args) => {
    const { status, stdout, stderr } = spawnSync(
      command,
      [path.join(ROOT, "bin/rewind.js"), ...args],
      { cwd: folder, env, encoding: "utf8" },
    );
    return { status, stdout, text: `${stdout}${stderr}` };
  };
  try {
    const names = fs.readdirSync(SIMULATIONS).filter((name) => name.endsWith(".ts"));
    for (const name of names)
      fs.copyFileSync(path.join(SIMULATIONS, name), path.join(folder, name));
    rewind(node, "init");
    const pairs = others.flatMap((other) => [
      [node, other],
      [other, node],
    ]);
    for (const recorder of [node, ...others]) {
      for (const file of names) {
        const args = ["record", file, "--steps", stepsOf(file), "--seed", "42"];
        const { status, text } = rewind(recorder, ...args, "-b", branchOf(recorder, file));
        if (status !== 0) problems.push(`${recorder.version} cannot record ${file}: ${text}`);
      }
    }
    for (const [recorder, verifier] of pairs) {
      for (const file of names) {
        const branch = branchOf(recorder, file);
        const { status, text } = rewind(verifier, "verify", branch, "--full");
        const get = ["get", `${branch}@50%`, "--json"];
        const same = rewind(recorder, ...get).stdout === rewind(verifier, ...get).stdout;
        if (status === 0 && same) passed++;
        else {
          const what = status === 0 ? "another state in the middle" : text;
          problems.push(`${verifier.version} on ${file} of ${recorder.version}: ${what}`);
        }
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return { passed, problems };
}

function stepsOf(file) {
  return String(FEWER[path.parse(file).name] ?? STEPS);
}

function branchOf({ version }, file) {
  return `${path.parse(file).name}-${version}`;
}
