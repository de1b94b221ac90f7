import { execFileSync } from "node:child_process";
import path from "node:path";
import { outputFile } from "fs-extra/esm";
import { beforeAll, describe, expect, test } from "vitest";
import { COMMAND_NAMES, COMMANDS, GROUPS, isCommandName } from "../../src/cli/command-list.ts";
import { TOPICS } from "../../src/cli/help/help-topics.ts";
import { OTHER_VERBS } from "../../src/cli/help/other-verbs.ts";
import { loadCommand } from "../../src/cli/load-command.ts";
import { parseRange, parseRevision } from "../../src/history/revision.ts";
import { RANGE_FORMS, RUN_FORMS, STEP_FORMS } from "../../src/history/revision-forms.ts";
import { programOnPath } from "../../src/node/host/program-on-path.ts";
import {
  bareProject,
  copyOf,
  emptyProject,
  type Project,
  type Result,
  runCli,
  unfinished,
} from "../support/run-cli.ts";

const MODEL = `export const sir = {
  name: "model", params: { clamp: 0, beta: 0.1, gamma: 0.1 },
  init: () => ({ x: 0, agents: Array.from({ length: 5 }, () => ({ x: 0, infected: false })) }),
  step: (s, rng) => { s.x += rng.random() - 0.5; s.agents[3].x += 1; },
};
export default sir;`;

const names = COMMAND_NAMES;

describe("help", () => {
  test("rewind alone lists every command", async () => {
    const { status, stdout, stderr } = await runCli([]);
    expect([status, stderr]).toEqual([0, ""]);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, "m"));
    expect((await runCli(["help"])).stdout).toBe(stdout);
    expect((await runCli(["--help"])).stdout).toBe(stdout);
  });

  test.each(names)(
    "of %s says what is meant by a revision or a branch that is left out",
    async (name) => {
      const { positionals } = await loadCommand(name);
      const { stdout } = await runCli(["help", name]);
      for (const [word, { completes, demandOption, without }] of Object.entries(positionals)) {
        if (completes === "revision")
          expect(stdout).toMatch(new RegExp(`^ {2}${word} .*help rev`, "m"));
        if (demandOption || (completes !== "revision" && completes !== "branch")) continue;
        expect(stdout).toMatch(new RegExp(`^ {2}${word} .*without it, ${without}$`, "m"));
      }
    },
  );

  test.each(names)("of %s has usage, options and examples", async (name) => {
    const { status, stdout, stderr } = await runCli([name, "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^usage: rewind ${name}`));
    expect(stdout).toMatch(/\nexamples\n {2}rewind /);
    expect(stdout).toContain("--json");
    expect((await runCli(["help", name])).stdout).toBe(stdout);
    expect((await runCli([name, "-h"])).stdout).toBe(stdout);
    const longest = Math.max(...stdout.split("\n").map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(110);
  });

  test("rewind alone groups the commands, and says how to begin and where to read more", async () => {
    const { stdout } = await runCli([]);
    for (const { group } of Object.values(COMMANDS)) expect(GROUPS).toHaveProperty(group);
    const titles = stdout.split("\n").filter((line) => /^[a-z][a-z, ]*$/.test(line));
    expect(titles).toEqual(["first steps", ...Object.values(GROUPS), "read more"]);
    for (const name of TOPICS.keys()) expect(stdout).toContain(`  rewind help ${name}`);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  test("the first steps that it shows work", async () => {
    const project = await bareProject("walk.ts");
    const [, steps = ""] = /first steps\n([\s\S]*?)\n\n/.exec((await runCli([])).stdout) ?? [];
    const lines = steps
      .split("\n")
      .map((line) => /^ {2}rewind (.*?)(?: {2}|$)/.exec(line)?.[1] ?? "");
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const { status, stderr } = await project.run(...words(line));
      expect([line, status, stderr]).toEqual([line, line.startsWith("diff") ? 3 : 0, ""]);
    }
  });

  test("of a topic that is not a command", async () => {
    for (const [name, { text }] of TOPICS) {
      const { status, stdout, stderr } = await runCli(["help", name]);
      expect([status, stdout, stderr]).toEqual([0, `${text()}\n`, ""]);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
    }
    const { stdout } = await runCli(["help", "revisions"]);
    for (const [written] of [...RUN_FORMS, ...STEP_FORMS, ...RANGE_FORMS])
      expect(stdout).toContain(`\n  ${written} `);
  });

  test("the forms of revisions and ranges are those that are read", () => {
    for (const [written] of RUN_FORMS) expect(parseRevision(written).step).toBeUndefined();
    for (const [written] of STEP_FORMS) expect(parseRevision(written).step).toBeDefined();
    for (const [written] of RANGE_FORMS) expect(parseRange(written)).toBeDefined();
  });

  test("--version", async () => {
    const { status, stdout } = await runCli(["--version"]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^rewind \d+\.\d+\.\d+\n$/)]);
  });
});

describe("an unknown command", () => {
  test.each([
    ["brnch", "branch"],
    ["ckeckout", "checkout"],
    ["recrod", "record"],
    ["rec", "record"],
    ["Log", "log"],
    ["finde", "find"],
    ["statistics", "stats"],
    ["udno", "undo"],
    ["cat-fil", "cat-file"],
  ])("%s: did you mean %s?", async (name, meant) => {
    const error = `error: there is no command "${name}"; did you mean ${meant}?\n`;
    const hint = "hint: `rewind --help` lists the commands\n";
    expect(await runCli([name])).toMatchObject({ status: 2, stdout: "", stderr: error + hint });
    expect((await runCli(["help", name])).stderr).toBe(error + hint);
  });

  test("one that resembles no command", async () => {
    const { status, stderr } = await runCli(["xyzzy"]);
    expect([status, stderr]).toEqual([
      2,
      'error: there is no command "xyzzy"\nhint: `rewind --help` lists the commands\n',
    ]);
  });

  test("a topic of help too", async () => {
    expect((await runCli(["help", "revison"])).stderr).toContain("did you mean revisions?");
  });

  test.each([
    ["status", "`rewind show` says where HEAD is, `rewind branch` lists the branches"],
    ["commit", "`rewind record <module> --steps N` records a run"],
    ["switch", "`rewind checkout BRANCH`"],
  ])("a verb of Git, %s", async (name, hint) => {
    const { status, stderr } = await runCli([name, "main"]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(`error: there is no command "${name}"\nhint: ${hint}`),
    ]);
  });

  test.each([...OTHER_VERBS])("the hint for %s names existing commands", async (verb, says) => {
    expect(names).not.toContain(verb);
    const mentioned = [...says.matchAll(/`rewind ([\w-]+)([^`]*)`/g)];
    expect(mentioned.length + Number(verb === "merge")).toBeGreaterThan(0);
    for (const [, name = "", rest = ""] of mentioned) {
      const command = isCommandName(name) ? await loadCommand(name) : undefined;
      const options = [...rest.matchAll(/ (--?[a-z][\w-]*)/g)].map(([, option = ""]) => option);
      const known = Object.entries(command?.options ?? {}).flatMap(([option, { alias }]) => [
        `--${option}`,
        `-${alias}`,
      ]);
      expect([name, known]).toEqual([name, expect.arrayContaining(options)]);
    }
  });

  test.each([
    [["get", "main", "--pth", "x"], "--pth; did you mean --path?"],
    [["branch", "a", "main", "--parm", "x=1"], "--parm; did you mean --param?"],
    [["log", "--grpah"], "--grpah; did you mean --graph?"],
    [["record", "walk.ts", "--stpes", "9"], "--stpes; did you mean --steps"],
  ])("an unknown option: %j", async (argv, says) => {
    const { status, stderr } = await runCli(argv);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`there is no option ${says}`)]);
    expect(stderr).toContain(`\nhint: \`rewind ${argv[0]} --help\` explains it`);
  });
});

/** Commands that have only one form. */
const ONE_FORM: readonly string[] = ["undo", "redo", "serve"];

/** Commands whose examples name the remotes `origin` and `lab`. */
const ON_REMOTES = /^(remote|push|fetch|pull|clone|hydrate|log --remote)\b/;

/** Commands whose examples need a key. */
const SIGNED = /^sign\b|--signature/;
const hasSshKeygen = programOnPath("ssh-keygen") !== undefined;

describe("every example of every command runs", () => {
  const prepared: Project[] = [];
  const sharing: Project[] = [];

  beforeAll(async () => {
    prepared.push(await recorded("sir.ts"), await recorded("walk.ts"), await withFiles());
    for (const project of prepared) {
      sharing.push(await copyOf(project));
      await share(sharing.at(-1) as Project);
    }
  });

  test.each(names)("%s", async (name) => {
    const command = await loadCommand(name);
    expect(command.examples.length).toBeGreaterThanOrEqual(ONE_FORM.includes(name) ? 1 : 2);
    for (const [line] of command.examples) {
      if (!hasSshKeygen && SIGNED.test(line)) continue;
      const results: unknown[] = [];
      for (const project of ON_REMOTES.test(line) ? sharing : prepared) {
        const { status, stderr: said } = await runExample(line, await copyOf(project));
        // The projects hold the files that other examples read.
        const stderr = said.replace(/^note: (?:replaced|trials may take) .*\n/, "");
        results.push([status, stderr]);
        // 1: find found nothing; 3: the runs differ. An error would be on stderr.
        if (stderr === "" && [0, 1, 3].includes(status)) break;
      }
      expect([line, ...results].at(-1)).toEqual([expect.toBeOneOf([0, 1, 3]), ""]);
    }
  });
});

async function runExample(line: string, project: Project): Promise<Result> {
  const [main] = (await project.run("branch", "--json")).json?.branches ?? [];
  const argv = words(small(line)).map(
    (word) => ({ "3f2a91": main?.run.slice(0, 6), "/mnt/lab/runs": "lab" })[word] ?? word,
  );
  // The names that an example makes must not exist yet.
  if (/^branch \w/.test(line)) await project.run("branch", "-d", String(argv[1]));
  if (line.startsWith("branch -m")) await project.run("branch", "-d", String(argv[3]));
  if (/^(table|sweep --continue)\b/.test(line)) await sweptGrid(project, line);
  if (line === "redo") await project.run("undo");
  if (/^trust .*theirs/.test(line)) await project.run("load", "run.replay", "-b", "theirs");
  if (/^save .*v1/.test(line)) await project.run("tag", "v1", "main");
  if (SIGNED.test(line)) await signer(project, line);
  if (line.startsWith("remote add")) await project.ok("remote", "remove", String(argv[2]));
  return line.startsWith("init") ? (await bareProject()).run(...argv) : project.run(...argv);
}

/** Makes a key, which the user's Git names, and for `verify` a signed tag. */
async function signer(project: Project, line: string): Promise<void> {
  const key = path.join(project.root, "id_ed25519");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key], { stdio: "pipe" });
  await outputFile(
    String(process.env.GIT_CONFIG_GLOBAL),
    `[user]\n\tsigningKey = ${key}\n[gpg "ssh"]\n\tallowedSignersFile = ${key}.pub\n`,
  );
  if (line.startsWith("verify")) await project.run("sign", "main", "--name", "v1");
}

/** Pushes the runs of a project to `origin` and `lab`. */
async function share(project: Project): Promise<void> {
  await project.run("tag", "v1", "main");
  for (const name of ["origin", "lab"]) {
    await project.ok("remote", "add", name, name);
    if ((await project.run("log")).status === 0) await project.ok("push", name, "--tags");
    await project.ok("fetch", name);
  }
}

/** An example for runs of a million steps, scaled to ten thousand. */
/** Records the ensemble of the examples, or only begins it. */
async function sweptGrid(project: Project, line: string): Promise<void> {
  const sweep = words("sweep sir.ts --param beta=1,2 --seeds 1 --steps 9 -b grid");
  await project.runWith({ interrupt: line === "sweep --continue grid" }, ...sweep);
}

function small(line: string): string {
  return line.replace(/\b1e6\b/g, "1e4").replace(/\b\d(?:_?\d){5,}\b/g, (number) => {
    return number.replaceAll("_", "").slice(0, -2);
  });
}

/** A project in which everything that the examples name exists or can be made. */
async function withFiles(): Promise<Project> {
  const project = await emptyProject("walk.ts");
  await project.write("sir.ts", MODEL);
  await project.write("lhs.csv", "beta,gamma\n0.1,0.2\n0.3,0.1\n");
  return project;
}

/** The same, with runs of this module. */
async function recorded(module: string): Promise<Project> {
  const project = await withFiles();
  await unfinished(project);
  await project.ok("record", module, ..."--steps 10_000 --seed 1 -b main".split(" "));
  await project.ok(..."branch fix main@9_000 --seed 2".split(" "));
  await project.ok(..."branch clamped main@9_990".split(" "));
  await project.ok(..."save main -o run.replay".split(" "));
  await project.ok(..."trace main --block 3 -o block.trace".split(" "));
  await project.ok(..."save main fix -o runs.replay".split(" "));
  return project;
}

/** The words of a command line, split as a shell would. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
