import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../run-cli.ts";

async function sirProject(): Promise<Project> {
  const project = await emptyProject("sir.ts");
  await project.ok(..."record sir.ts --steps 40 --seed 1 --param agents=60".split(" "));
  return project;
}

describe("branch", () => {
  test("lists", async () => {
    const project = await walkProject();
    await project.ok("branch", "fork", "main@500", "--message", "half");
    const { stdout } = await project.ok("branch");
    expect(stdout).toMatch(
      /^ {3}fork {2}[0-9a-f]{12} {2}1,000 steps {2}from [0-9a-f]{12}@500 {2}half\n\* {2}main {2}[0-9a-f]{12} {2}1,000 steps +a walk\n$/,
    );
    const { json } = await project.ok("branch", "--json");
    expect(json.branches).toMatchObject([
      { name: "fork", steps: 1000, parents: [{ step: 500 }], message: "half", current: false },
      { name: "main", current: true },
    ]);
    expect((await (await emptyProject()).ok("branch")).stdout).toBe("no branches yet\n");
  });

  test("an unchanged fork lives the same life", async () => {
    const project = await walkProject();
    const { json } = await project.ok("branch", "fork", "main@501", "--json");
    expect(Object.keys(json)).toEqual([
      "branch",
      "run",
      "root",
      "steps",
      "blockSize",
      "checkpoints",
    ]);
    const main = (await project.ok("show", "main", "--json")).json;
    expect(json.root).toBe(main.root);
    expect(json.run).not.toBe(main.run);
    expect((await project.ok("branch", "--json")).json.branches[1].current).toBe(true);
  });

  test("changes: set, param, mutate, seed, steps", async () => {
    const project = await sirProject();
    await project.write("mutate.ts", "export const heal = (s) => { s.agents[0].status = 'R'; };");
    await project.ok(
      "branch",
      "set",
      "main@20",
      "--set",
      'agents[3].status="I"',
      "--set",
      "counts.I=9",
    );
    const { json } = await project.ok("get", "set@20", "--path", "agents[3].status", "--json");
    expect(json.state).toBe("I");
    expect((await project.ok("get", "set@20", "--path", "counts.I")).stdout).toBe("9\n");
    await project.ok("branch", "param", "main@20", "--param", "beta=0.9");
    expect((await project.ok("log", "param", "--json")).json.runs[0].params.beta).toBe(0.9);
    await project.ok("branch", "mutate", "main@20", "--mutate", "mutate.ts#heal");
    expect((await project.ok("get", "mutate@20", "--path", "agents[0].status")).stdout).toBe(
      '"R"\n',
    );
    await project.ok("branch", "seed", "main@20", "--seed", "7");
    expect((await project.run("diff", "main", "seed")).status).toBe(3);
    await project.ok("branch", "longer", "main", "--steps", "50");
    expect((await project.ok("get", "longer", "--json")).json.step).toBe(50);
    await project.ok("branch", "shorter", "main@10", "--steps", "20", "--self-check");
    for (const name of ["set", "param", "mutate", "seed", "longer", "shorter"]) {
      await project.ok("verify", name, "--full");
    }
  });

  test("--program working goes on with the file as it is", async () => {
    const project = await emptyProject();
    const model = (by: number): string =>
      `export default { name: "m", init: () => 0, step: (x) => x + ${by} };`;
    await project.write("m.ts", model(1));
    await project.ok("record", "m.ts", "--steps", "10");
    await project.write("m.ts", model(2));
    await project.ok("branch", "new", "main@4", "--program", "working");
    expect((await project.ok("get", "new")).stdout).toBe("16\n");
    expect((await project.ok("get", "new@3")).stdout).toBe("3\n");
    expect((await project.ok("get", "main")).stdout).toBe("10\n");
  });

  test("-d deletes and -m renames", async () => {
    const project = await walkProject();
    await project.ok("branch", "fork", "main@500");
    await project.ok("branch", "-m", "fork", "other");
    expect((await project.run("get", "fork")).status).toBe(1);
    const { stdout } = await project.ok("branch", "-d", "other");
    expect(stdout).toContain("deleted the branch other");
    const run = /[0-9a-f]{12}/.exec(stdout)?.[0] as string;
    expect((await project.ok("get", run, "--json")).json.step).toBe(1000);
    await project.ok("branch", "-m", "main", "Main");
    expect((await project.ok("branch", "--json")).json.branches).toMatchObject([
      { name: "Main", current: true },
    ]);
  });

  test.each([
    [["fork"], 2, "expected where to fork"],
    [["main", "main@5"], 1, "the branch main exists already"],
    [["Main", "main@5"], 1, "they differ only in case"],
    [["main/fork", "main@5"], 1, "one would be a folder of the other"],
    [["fork", "main@1001"], 1, "expected a step in 0..1000"],
    [["fork", "mian@10"], 1, "did you mean main?"],
    [["fork", "main@500", "--steps", "400"], 2, "expected at least 500 steps"],
    [["fork", "main@500", "--set", "x=1"], 1, "there is no state.x"],
    [["fork", "main@500", "--set", "x"], 2, "expected --set name=value"],
    [["fork", "main@500", "--param", "q=1"], 2, 'declares no param "q"'],
    [["fork", "main@500", "--param", "p=true"], 2, "to be of the type number"],
    [["fork", "main@500", "--mutate", "none.ts"], 1, "does not exist"],
    [["fork", "main@500", "--mutate", "walk.ts#walk"], 1, "to export a function walk"],
    [["fork", "main@500", "--seed", "x"], 2, "expected a seed"],
    [["-d"], 2, "expected one name"],
    [["-d", "nope"], 1, "there is no branch nope"],
    [["-m", "main"], 2, "expected two names"],
    [["-m", "main", "a..b"], 2, "two dots in a row"],
    [["-m", "nope", "other"], 1, "there is no branch nope"],
  ])("%j is refused, and the store stays as it was", async (argv, expected, text) => {
    const project = await walkProject();
    const before = await project.storeDigest();
    const { status, stdout, stderr } = await project.run("branch", ...argv);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(stderr).toContain(text);
    expect(status).toBe(expected);
    expect(await project.storeDigest()).toBe(before);
  });
});
