// npm run demo
//
// The main job of rewind, end to end, through its command line, in two projects that are removed
// when it is done. It checks what it shows: where anything is not as it should be, it says so and
// fails.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const REWIND = fileURLToPath(new URL("../../bin/rewind.js", import.meta.url));
const SHOCK = fileURLToPath(new URL("../../fixtures/simulations/shock.ts", import.meta.url));

const started = performance.now();
const home = fs.mkdtempSync(path.join(os.tmpdir(), "rewind-demo-"));
const mine = path.join(home, "mine");
const theirs = path.join(home, "theirs");
const problems = [];

try {
  fs.mkdirSync(mine);
  fs.mkdirSync(theirs);
  fs.copyFileSync(SHOCK, path.join(mine, "shock.ts"));
  await demo();
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}

heading("Done");
say(`total time ${seconds(performance.now() - started)}`);
for (const problem of problems) console.error(`error: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else say("everything was as it should be");

async function demo() {
  heading("A project with one simulation, and a store for its runs");
  await rewind(mine, "init");
  check("init made a store", fs.existsSync(path.join(mine, ".rewind/config")));

  heading("Record a million steps");
  const record = await rewind(mine, "record shock.ts --steps 1_000_000 --seed 42");
  expect("record says what it did", record.text, /^recorded 1,000,000 steps on main in /);
  expect("it kept the square root of the steps", record.text, /1,000 checkpoints, 1,000 steps/);
  const main = await json(mine, "show main");
  check("the run has its million steps", main.steps === 1_000_000 && main.checkpoints === 1_000);

  heading("Get any step back");
  const states = {
    "main@0": '{ "x": 1, "volatility": 0.3, "shocks": 0 }',
    "main@500_000": '{ "x": -0.925437487714376, "volatility": 0.3000011757979787, "shocks": 514 }',
    "main@814_505": '{ "x": 7.644732031188893, "volatility": 121.65362248744631, "shocks": 829 }',
  };
  for (const [revision, state] of Object.entries(states)) {
    const get = await rewind(mine, `get ${revision}`);
    expectText(`the state at ${revision}`, get.text, state);
  }

  heading("Where did it go wrong? Find the first NaN, and the shock that did it");
  const find = await rewind(mine, "find main 'Number.isNaN(state.x)'");
  expect("the NaN is found", find.text, /^step 814,513\n.*"\$number": "NaN"/);
  const shock = await rewind(mine, "find main 'state.volatility > 100'");
  expect("the shock is found", shock.text, /^step 814,504\n/);

  heading("Fork just before it, with a fix: clamp what enters a step");
  const branch = await rewind(
    mine,
    "branch fix main@814_503 --param clamp=10 --message 'clamp |x| at 10'",
  );
  expect("the fork is recorded to its end", branch.text, /^forked fix at step 814,503 .*1,000,000/);

  heading("Compare the two timelines, down to the first step and field that differ");
  const diff = await rewind(mine, "diff main fix", 3);
  expect(
    "they part at the fork",
    diff.text,
    /forked at step 814,503 of main\n {2}params.clamp: 0 → 10/,
  );
  expect("they differ from here on", diff.text, /first different step: 814,507\n/);
  expect("in this field", diff.text, /^state\.x +6185\.\d+ +183\.\d+ /m);

  heading("The fix holds: no NaN to the end, and every block replays as it was recorded");
  const healed = await rewind(mine, "find fix 'Number.isNaN(state.x)'", 1);
  expectText("no step has a NaN", healed.text, "no step matches");
  const verify = await rewind(mine, "verify fix --full");
  expect("verify replays all of it", verify.text, /^ok: 1,000 of 1,000 blocks replayed/);

  heading("Save it as one file, and verify it somewhere else");
  const save = await rewind(mine, "save fix -o fix.replay");
  const { size } = fs.statSync(path.join(mine, "fix.replay"));
  expect("save says how large it is", save.text, /^saved [0-9a-f]{12} to fix\.replay, \d/);
  check(`the file has ${size} bytes: less than 100,000`, size < 100_000);
  fs.copyFileSync(path.join(mine, "fix.replay"), path.join(theirs, "fix.replay"));
  say("(fix.replay is now in another project, which has no shock.ts)\n");
  await rewind(theirs, "init");
  const load = await rewind(theirs, "load fix.replay -b fix");
  expect("load checks and names it", load.text, /^loaded 1,000,000 steps as fix/);
  const refused = await rewind(theirs, "verify fix --full", 1);
  expect("foreign code does not run by itself", refused.text, /came from elsewhere/);
  const trust = await rewind(theirs, "trust fix");
  expect("trust says what may run", trust.text, /^shock, from shock\.ts#default\nshock\.ts {2}/);
  const trusted = await rewind(theirs, "verify fix --full");
  expect("trusted, it replays as recorded", trusted.text, /^ok: 1,000 of 1,000 blocks/m);
  const [a, b] = [await json(mine, "show fix"), await json(theirs, "show fix")];
  check("it is the same run, bit for bit", a.run === b.run && a.root === b.root);

  heading("What it takes");
  const fork = await json(mine, "branch");
  check("the store lists both branches", fork.branches.length === 2);
  const bytes = folderBytes(path.join(mine, ".rewind"));
  check(`the store has ${bytes} bytes: less than 1,000,000`, bytes < 1_000_000);
  say(`two runs of 1,000,000 steps in .rewind: ${kilobytes(bytes)}`);
  say(`one of them as a file, with its code:   ${kilobytes(size)}`);
}

/** Runs a command line as it would be typed, and prints it with its output and time. */
async function rewind(cwd, line, status = 0) {
  const before = performance.now();
  const result = await run(cwd, words(line));
  const ms = performance.now() - before;
  say(`$ rewind ${line}`);
  say(`${result.text.trimEnd()}\n${`(${Math.round(ms)} ms)`.padStart(12)}\n`);
  const was = result.status;
  check(
    `\`rewind ${line}\` ends with status ${status}${was === status ? "" : `, not ${was}`}`,
    was === status,
  );
  return result;
}

/** What a command gives as JSON, for a check; it is not shown. */
async function json(cwd, line) {
  const { text } = await run(cwd, [...words(line), "--json", "-q"]);
  try {
    return JSON.parse(text);
  } catch {
    problems.push(`expected JSON from \`rewind ${line}\`, got ${text}`);
    return {};
  }
}

/** Runs the command line with this Node; its two streams come as one text, in order. */
function run(cwd, args) {
  return new Promise((resolve, reject) => {
    // Each project is another user's: what one trusts the other does not.
    const user = path.join(home, "users", path.basename(cwd));
    const env = { ...process.env, XDG_CONFIG_HOME: user, XDG_CACHE_HOME: user };
    Object.assign(env, { APPDATA: user, LOCALAPPDATA: user });
    const child = spawn(process.execPath, [REWIND, ...args], { cwd, env, stdio: "pipe" });
    const parts = [];
    child.stdout.on("data", (data) => parts.push(data));
    child.stderr.on("data", (data) => parts.push(data));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, text: Buffer.concat(parts).toString() }));
  });
}

/** The words of a line, as a shell would split it: spaces part them, single quotes hold together. */
function words(line) {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/, "$1"));
}

function check(what, holds) {
  if (!holds) problems.push(`not so: ${what}`);
}

function expect(what, text, pattern) {
  check(`${what} (expected ${pattern}, got ${JSON.stringify(text)})`, pattern.test(text));
}

function expectText(what, text, wanted) {
  check(`${what} (expected ${wanted}, got ${text.trim()})`, text.trim() === wanted);
}

/** The bytes of all files in a folder and below. */
function folderBytes(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

function heading(text) {
  say(`\n== ${text}\n`);
}

function say(text) {
  console.log(text);
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
