import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type Project, projectAt, temporaryFolder } from "../support/run-cli.ts";
import { type Change, type Herd, statesOf } from "./past.ts";

// A day with one herd and its timelines, command by command. The output of each command is compared
// line by line; every state in it comes from a simple loop that knows nothing about the store.

const herd = (steps: number, ...changes: Change[]): Herd[] =>
  statesOf({ steps, blockSize: 20, seed: 7, changes });

const drift: Change = { at: 200, params: { drift: 0.5 } };
const main = herd(500);
const cured = herd(400, {
  at: 123,
  set: (state) => {
    agent(state, 0).ill = true;
  },
});
const drifting = herd(400, drift);
const turned = herd(500, drift, { at: 300, params: { drift: -0.5 } });
const beta = [0.25, 0.5, 0.75].map((value) => herd(400, { at: 100, params: { drift: value } }));
const reseeded = herd(400, { at: 100, params: { drift: 0.5 } }, { at: 300, seed: 9 });

/** A command, its exit status, and what it prints. `…` stands for any text. */
type Turn = readonly [command: string, status: number, prints: string];

const SESSION: readonly Turn[] = [
  ["get main", 1, "error: there is no .rewind here or in a folder above\nhint: create one with …"],
  ["init", 0, "created an empty store in .rewind/"],
  ["recrod herd.js", 2, 'error: there is no command "recrod"; did you mean record?\nhint: …'],
  ["branch", 0, "no branches yet"],
  [
    'record herd.js --steps 400 --seed 7 -m "first herd"',
    0,
    recorded("recorded 400 steps on main in …", 20),
  ],
  [
    "record herd.js --steps 10",
    1,
    "error: the branch main exists already\nhint: … -b NAME, … --restart",
  ],
  ["get main@0", 0, shown(main, 0)],
  ["get main@123", 0, shown(main, 123)],
  ["get main@-1 --path x", 0, `${x(main, 400)}`],
  ["get main@50% --path agents[1]", 0, line(agent(at(main, 200), 1))],
  ["get main@401", 1, "error: expected a step in 0..400, got 401: …\nhint: -1 is the last step, …"],
  ["find main 'state.x > 10'", 1, "no step matches"],
  [
    "find main 'state.x <= -30'",
    0,
    found(
      main,
      first(main, ({ x }) => x <= -30),
    ),
  ],
  [
    "find main 'state.agents[0].ill' --last",
    0,
    found(
      main,
      last(main.slice(0, 401), (s) => agent(s, 0).ill),
    ),
  ],
  [
    "find main 'step > 0 && state.agents[0].ill !== previous.agents[0].ill' --count",
    0,
    counted(changesOf(main.slice(0, 401), (state) => agent(state, 0).ill)),
  ],
  ["find main 'state.agents[0].age >= 250' --bisect", 0, `${found(main, 250)}\nlooked at … states`],
  ["find main@100..main@200 'state.x === 0'", 1, "no step matches"],
  [
    "stats main 'state.agents[0].age'",
    0,
    "401 states\nmean variance min max\nstate.agents[0].age 200 13400 0 400",
  ],
  ["checkout main@200", 0, "HEAD is main at step 200"],
  ["step", 0, stepped(main, 200, 201)],
  ["step 10", 0, stepped(main, 201, 211)],
  ["step 88 --back", 0, stepped(main, 211, 123)],
  ["show", 0, `main at step 123 of 400 (run …)\n${shown(main, 123)}`],
  ["get HEAD~23 --path x", 0, `${x(main, 100)}`],
  [
    "branch cured --set agents[0].ill=true",
    0,
    recorded("forked cured at step 123 of …, recorded to step 400 in …", 20),
  ],
  ["get cured@123", 0, shown(cured, 123)],
  ["get cured@122", 0, shown(main, 122)],
  [
    "branch wrong main@200 --set agents[0].ill=7",
    2,
    "error: expected a boolean for state.agents[0].ill, got 7\nhint: …",
  ],
  [
    'branch drifting main@200 --param drift=0.5 --message "with drift"',
    0,
    recorded("forked drifting at step 200 of …, recorded to step 400 in …", 20),
  ],
  [
    "diff main drifting",
    3,
    `forked at step 200 of main\nparams.drift: 0 → 0.5\nfirst different step: 201\n${differing(201)}\n` +
      `different at the end, step 400: 1 of 5 fields\n${differing(400)}`,
  ],
  [
    "diff main drifting --at 300",
    3,
    `forked at step 200 of main\nparams.drift: 0 → 0.5\ndifferent at step 300\n${differing(300)}`,
  ],
  [
    "branch beta main@100 --matrix drift=0.25,0.5,0.75",
    0,
    `made 3 forks at step 100 of …, recorded to step 400 in …\nbranch params run steps root\nbeta/0.25 drift=0.25 … 400 …\nbeta/0.5 drift=0.5 … 400 …\nbeta/0.75 drift=0.75 … 400 …`,
  ],
  ...[0, 1, 2].map(
    (i): Turn => [`get beta/${[0.25, 0.5, 0.75][i]}@400 --path x`, 0, `${x(beta[i], 400)}`],
  ),
  [
    "branch again beta/0.5@300 --seed 9",
    0,
    recorded("forked again at step 300 of …, recorded to step 400 in …", 20),
  ],
  ["branch -m again reseeded", 0, "renamed the branch again to reseeded"],
  ["get reseeded@350", 0, shown(reseeded, 350)],
  [
    "branch -d beta/0.75",
    0,
    "deleted the branch beta/0.75; its run stays in the store, …\n`rewind undo` brings it back",
  ],
  [
    "get beta/0.75@400",
    1,
    'error: expected the name of a run, got "beta/0.75" in "beta/0.75@400"\nhint: `rewind undo` brings it back; `rewind reflog beta/0.75` lists the runs that it has named',
  ],
  ["undo", 0, "undone: branch -d beta/0.75 (…)\nbeta/0.75 none → …\n`rewind redo` does it again"],
  ["get beta/0.75@399 --path x", 0, `${x(beta[2], 399)}`],
  [
    "reset drifting@300",
    0,
    recorded("reset drifting to step 300; its old run is archive/drifting/1", 15),
  ],
  ["get drifting", 0, shown(drifting, 300)],
  ["get drifting@301", 1, "error: expected a step in 0..300, got 301: …\nhint: …"],
  ["get archive/drifting/1@400", 0, shown(drifting, 400)],
  [
    "extend drifting --by 200 --param drift=-0.5",
    0,
    recorded("extended drifting to step 500 in …", 25),
  ],
  ["get drifting@500", 0, shown(turned, 500)],
  [
    "reset drifting@250",
    0,
    recorded("reset drifting to step 250; its old run is archive/drifting/2", 13),
  ],
  ["extend drifting --steps 400", 0, recorded("extended drifting to step 400 in …", 20)],
  ["get drifting@400 --path x", 0, `${x(drifting, 400)}`],
  ["get archive/drifting/2@-1 --path x", 0, `${x(turned, 500)}`],
  ["diff drifting archive/drifting/1", 0, "the runs are identical"],
  ['tag v1 main -m "as in the paper"', 0, "v1 names …"],
  ["tag v1 drifting", 1, "error: the tag v1 exists already\nhint: move it with --force, …"],
  [
    "branch from-tag v1@399",
    0,
    recorded("forked from-tag at step 399 of …, recorded to step 400 in …", 20),
  ],
  ["diff main from-tag", 0, "the runs are identical"],
  [
    "extend main --steps 300",
    2,
    "error: expected more than the 400 steps that main has, got 300\nhint: …",
  ],
  ["extend main --steps 500", 0, recorded("extended main to step 500 in …", 25)],
  ["get main@500", 0, shown(main, 500)],
  ["get main@{1}@-1", 0, shown(main, 400)],
  ["get v1@-1", 0, shown(main, 400)],
  ["undo", 0, "undone: extend main (…)\nmain … → …\n`rewind redo` does it again"],
  ["get main@500", 1, "error: expected a step in 0..400, got 500: …\nhint: …"],
  ["redo", 0, "done again: extend main (…)\nmain … → …\n`rewind undo` takes it back"],
  ["redo", 1, "error: there is no undone operation to redo\nhint: …"],
  [
    "reflog main",
    0,
    "main@{0} … 500 steps … redo\nmain@{1} … 400 steps … undo\nmain@{2} … 500 steps … extend main\nmain@{3} … 400 steps … record",
  ],
  [
    "log --graph --all",
    0,
    [
      "● … main 500 extends v1@400",
      "├─● … from-tag 400 from v1@399",
      "│ ● … drifting 400 extends drifting@250",
      "│ ● … 250 reset from archive/drifting/2@250",
      "│ ● … archive/drifting/2 500 extends archive/drifting/2@300",
      "│ ● … 300 reset from archive/drifting/1@300",
      "├─● … archive/drifting/1 400 from v1@200 with drift",
      "│ ● … reseeded 400 from beta/0.5@300",
      "├─● … beta/0.5 400 from v1@100",
      "├─● … beta/0.75 400 from v1@100",
      "├─● … beta/0.25 400 from v1@100",
      "├─● … cured 400 from v1@123",
      "○ … v1 400 first herd",
    ].join("\n"),
  ],
  ["verify drifting --full", 0, "ok: 20 of 20 blocks replayed, all as recorded"],
  ["save drifting -o drifting.replay", 0, "saved … to drifting.replay, …"],
  ["load drifting.replay -b loaded", 0, recorded("loaded 400 steps as loaded", 20)],
  ["get loaded@237", 0, shown(drifting, 237)],
  ["diff drifting loaded", 0, "the runs are identical"],
];

describe("a session", () => {
  let project: Project;
  beforeAll(async () => {
    project = projectAt(await temporaryFolder());
    const source = readFileSync(new URL("herd.js", import.meta.url), "utf8");
    await project.write("herd.js", source);
  });

  test("has about 60 commands", () => {
    expect(SESSION.length).toBeGreaterThanOrEqual(60);
  });

  test.each(SESSION.map((turn, i) => [i + 1, ...turn] as const))(
    "%i: rewind %s",
    async (_number, command, status, prints) => {
      const result = await project.run(...words(command));
      const printed = lines(result.stdout + result.stderr);
      expect(printed).toEqual(matching(lines(prints), printed));
      expect(result.status).toBe(status);
    },
  );

  test("undo takes back every operation, one by one, and loses no run", async () => {
    const runs = (await project.ok("log", "--all", "--json")).json.runs;
    let undone = 0;
    while ((await project.run("undo")).status === 0) undone++;
    expect(undone).toBe(15);
    expect((await project.ok("branch", "--json")).json.branches).toEqual([]);
    for (const { run, steps } of runs) {
      expect((await project.ok("get", `${run}@${steps}`, "--json")).json.step).toBe(steps);
    }
  });
});

/** The lines to compare, without alignment. */
function lines(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((each) => each.trim().replace(/ +/g, " "));
}

/** The expected lines, each replaced by the printed line if it matches. */
function matching(expected: readonly string[], printed: readonly string[]): string[] {
  return expected.map((each, i) => {
    const parts = each.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`^${parts.join(".*")}$`);
    return pattern.test(printed[i] ?? "") ? (printed[i] as string) : each;
  });
}

function recorded(text: string, checkpoints: number): string {
  return `${text}\nrun …\nroot …\n${checkpoints} checkpoints, 20 steps apart`;
}

function shown(states: readonly Herd[], step: number): string {
  return line(at(states, step));
}

function found(states: readonly Herd[], step: number): string {
  return `step ${step}\n${shown(states, step)}`;
}

function counted(steps: readonly number[]): string {
  return `${steps.length} steps match: the first ${steps[0]}, the last ${steps.at(-1)}`;
}

/** What a step prints: each field that changed, before and after. */
function stepped(states: readonly Herd[], from: number, to: number): string {
  const [before, after] = [fields(at(states, from)), fields(at(states, to))];
  const changed = Object.keys(before).filter((path) => before[path] !== after[path]);
  const rows = changed.map((path) => `${path} ${before[path]} → ${after[path]}`);
  return [`step ${to}`, ...rows].join("\n");
}

/** How main and drifting differ at a step: only in x. */
function differing(step: number): string {
  const [a, b] = [at(main, step), at(drifting, step)];
  expect(b.agents).toEqual(a.agents);
  return `main drifting difference\nstate.x ${a.x} ${b.x} ${b.x - a.x}`;
}

function fields(state: Herd): Record<string, unknown> {
  const entries = state.agents.flatMap(({ age, ill }, i) => [
    [`state.agents[${i}].age`, age],
    [`state.agents[${i}].ill`, ill],
  ]);
  return { "state.x": state.x, ...Object.fromEntries(entries) };
}

/** A value as JSON on one line. */
function line(value: unknown): string {
  return JSON.stringify(value, undefined, 1).replace(/\n\s*/g, " ");
}

function first(states: readonly Herd[], holds: (state: Herd) => boolean): number {
  return states.findIndex(holds);
}

function last(states: readonly Herd[], holds: (state: Herd) => boolean): number {
  return states.findLastIndex(holds);
}

function changesOf(states: readonly Herd[], of: (state: Herd) => unknown): number[] {
  return states.flatMap((state, step) =>
    step > 0 && of(state) !== of(at(states, step - 1)) ? [step] : [],
  );
}

function x(states: readonly Herd[] | undefined, step: number): number {
  return at(states ?? [], step).x;
}

function at(states: readonly Herd[], step: number): Herd {
  return states[step] as Herd;
}

function agent(state: Herd, index: number): { age: number; ill: boolean } {
  return state.agents[index] as { age: number; ill: boolean };
}

/** The words of a command line, split as a shell would. */
function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}
