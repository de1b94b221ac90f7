// npm run test:engines [-- --newest] [--part] [test files]
//
// Runs the tests under every supported major version of Node except the oldest, and verifies the
// runs that one version recorded with another, in both directions. `--newest` uses only the newest
// version; `--part` runs the build, the demo and a part of the tests. The versions come from the
// registry's package `node`. A version that it lacks is skipped and named.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { crossVerify } from "./cross.js";
import { findNode } from "./find-node.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The maintained major versions, without the oldest supported one, 20. */
const MAJORS = [22, 24, 26];

/**
 * The tests that depend most on the engine: its messages, numbers, module loaders and processes.
 */
const PART = [
  ...["test/cli/errors.test.ts", "test/cli/process.test.ts", "test/docs/readme.test.ts"],
  ...["test/codec", "test/random", "test/fixtures", "test/node/load-program.test.ts"],
];

const VITEST = ["run", "--config", "test/vitest.config.ts"];

const { values, positionals } = parseArgs({
  options: { newest: { type: "boolean" }, part: { type: "boolean" } },
  allowPositionals: true,
});
const majors = values.newest ? MAJORS.slice(-1) : MAJORS;
const files = positionals.length > 0 ? positionals : values.part ? PART : [];

const summary = [];
const found = [];
let failed = false;
for (const major of majors) {
  const node = findNode(major);
  if ("problem" in node)
    summary.push(`Node ${major}: SKIPPED, the registry brings none: ${node.problem}`);
  else found.push(node);
}
for (const node of found) {
  if (values.part) {
    const npm = process.env.npm_execpath;
    if (npm?.endsWith(".js")) run(node, "build", npm, "run", "build");
    run(node, "demo", "test/demo/demo.js");
  }
  run(node, "tests", "node_modules/vitest/vitest.mjs", ...VITEST, ...files);
}
const here = { path: process.execPath, version: process.version };
const others = found.filter(({ version }) => version !== here.version);
if (others.length > 0) {
  const { passed, problems } = crossVerify(here, others);
  for (const problem of problems) console.error(`error: ${problem}`);
  const versions = others.map(({ version }) => version).join(", ");
  note(
    problems.length === 0,
    `runs of ${here.version} and ${versions}, verified by each other: ${passed}`,
  );
}
console.log(`\n${summary.join("\n")}`);
if (failed) process.exitCode = 1;

/** Runs a module under a Node, which its child processes find too. */
function run({ path: command, version }, what, ...args) {
  console.log(`\n--- Node ${version}: ${what}`);
  const PATH = `${path.dirname(command)}${path.delimiter}${process.env.PATH}`;
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, PATH },
  });
  note(status === 0, `Node ${version}: ${what}`);
}

function note(passed, what) {
  summary.push(`${what}: ${passed ? "passed" : "FAILED"}`);
  if (!passed) failed = true;
}
