import { beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import {
  bareProject,
  copyOf,
  emptyProject,
  type Project,
  type Result,
  runCli,
  unfinished,
} from "./run-cli.ts";

const MODEL = `export const sir = {
  name: "model", params: { clamp: 0, beta: 0.1 },
  init: () => ({ x: 0, agents: Array.from({ length: 5 }, () => ({ x: 0, infected: false })) }),
  step: (s, rng) => { s.x += rng.random() - 0.5; s.agents[3].x += 1; },
};
export default sir;`;

const names = Object.keys(COMMANDS);

describe("help", () => {
  test("rewind alone lists every command", async () => {
    const { status, stdout, stderr } = await runCli([]);
    expect([status, stderr]).toEqual([0, ""]);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, "m"));
    expect((await runCli(["help"])).stdout).toBe(stdout);
    expect((await runCli(["--help"])).stdout).toBe(stdout);
  });

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

  test("--version", async () => {
    const { status, stdout } = await runCli(["--version"]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^rewind \d+\.\d+\.\d+\n$/)]);
  });
});

describe("every example of every command runs", () => {
  const prepared: Project[] = [];

  beforeAll(async () => {
    prepared.push(await recorded("sir.ts"), await recorded("walk.ts"), await withFiles());
  });

  test.each(names)("%s", async (name) => {
    const command = await COMMANDS[name]?.load();
    expect(command?.examples.length).toBeGreaterThan(0);
    for (const [line] of command?.examples ?? []) {
      const results: unknown[] = [];
      for (const project of prepared) {
        const { status, stderr } = await runExample(line, await copyOf(project));
        expect([line, status]).not.toEqual([line, 2]);
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
  const argv = words(line).map((word) => (word === "3f2a91" ? main?.run.slice(0, 6) : word));
  // What an example makes must not be there yet.
  if (/^branch \w/.test(line)) await project.run("branch", "-d", String(argv[1]));
  if (line.startsWith("branch -m")) await project.run("branch", "-d", String(argv[3]));
  if (line === "redo") await project.run("undo");
  return line.startsWith("init") ? (await bareProject()).run(...argv) : project.run(...argv);
}

/** A project in which what the examples name is there, or can be made. */
async function withFiles(): Promise<Project> {
  const project = await emptyProject("walk.ts");
  await project.write("sir.ts", MODEL);
  return project;
}

/** The same, with runs of this module. */
async function recorded(module: string): Promise<Project> {
  const project = await withFiles();
  await unfinished(project);
  await project.ok("record", module, ..."--steps 1_000_000 --seed 1 -b main".split(" "));
  await project.ok(..."branch fix main@900_000 --seed 2".split(" "));
  await project.ok(..."branch clamped main@999_000".split(" "));
  await project.ok(..."save main -o run.replay".split(" "));
  return project;
}

/** A command line's words, as a shell would split them. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
