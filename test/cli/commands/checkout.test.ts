import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");
const stateAt = async (project: Project, revision: string): Promise<unknown> =>
  (await project.ok("get", revision, "--json")).json.state;

describe("checkout and step", () => {
  test("the cursor moves both ways, and what changed is what get says", async () => {
    const project = await walkProject();
    expect((await project.ok(...words("checkout main@500"))).stdout).toBe(
      "HEAD is main at step 500\n",
    );
    for (const [line, from, to] of [
      ["step", 500, 501],
      ["step 9", 501, 510],
      ["step --back", 510, 509],
      ["step 100 --back", 509, 409],
    ] as const) {
      const { json } = await project.ok(...words(line), "--json");
      const [a, b] = [await stateAt(project, `main@${from}`), await stateAt(project, `main@${to}`)];
      expect(json).toMatchObject({
        from,
        step: to,
        changes: a === b ? [] : [{ path: "state", a, b }],
      });
      expect((await project.ok("get", "HEAD", "--json")).json.step).toBe(to);
    }
    expect(await stateAt(project, "HEAD~9")).toBe(await stateAt(project, "main@400"));
  });

  test("it stops at the ends of the run", async () => {
    const project = await walkProject();
    expect((await project.ok(...words("checkout main"))).stdout).toBe(
      "already at main, step 1,000\n",
    );
    expect((await project.ok("step")).stdout).toBe("step 1,000, the last\nnothing changed\n");
    expect((await project.ok(...words("step 5000 --back"))).stdout).toMatch(/^step 0, the first\n/);
  });

  test("to the place of HEAD it is not an operation, so there is nothing to undo", async () => {
    const project = await walkProject();
    await project.ok(...words("branch fork main@500"));
    const logged = async (): Promise<string> =>
      readFile(path.join(project.root, ".rewind/logs/operations"), "utf8");
    const id = (await project.ok(...words("get fork --json"))).json.run;
    for (const [first, again, where] of [
      ["checkout fork", "checkout fork", "fork, step 1,000"],
      ["checkout fork@20", "checkout HEAD@20", "fork, step 20"],
      ["step 5", "checkout fork@25", "fork, step 25"],
      [`checkout ${id}@7`, `checkout ${id}@7`, `run ${id.slice(0, 12)}, step 7`],
    ] as const) {
      await project.ok(...words(first));
      const before = await logged();
      const { stdout } = await project.ok(...words(again));
      expect([stdout, await logged()]).toEqual([`already at ${where}\n`, before]);
    }
    // Another name for the run is another place: the next recording moves that branch.
    await project.ok(...words("checkout fork@7"));
    expect((await project.ok(...words("checkout fork@8"))).stdout).toBe("HEAD is fork at step 8\n");
    await project.ok("undo");
    expect((await project.ok(...words("get HEAD --json"))).json.step).toBe(7);
  });

  test("a cursor at the end stays there when the run becomes longer", async () => {
    const project = await walkProject();
    await project.ok(...words("checkout main"));
    await project.ok(...words("extend main --by 10"));
    expect((await project.ok(...words("get HEAD --json"))).json.step).toBe(1000);
    expect((await project.ok(...words("checkout main"))).stdout).toBe(
      "HEAD is main at step 1,010\n",
    );
  });

  test("fields of a state, and the state as a file", async () => {
    const project = await emptyProject("shock.ts");
    await project.ok(...words("record shock.ts --steps 100 --seed 1"));
    await project.ok(...words("checkout main@50 -o half.json"));
    const written = JSON.parse(await readFile(path.join(project.root, "half.json"), "utf8"));
    expect(written).toEqual(await stateAt(project, "main@50"));
    expect((await project.ok("step")).stdout).toMatch(/^step 51\nstate\.x +\S+ {2}→ {2}\S+$/m);
    const refused = await project.run(...words("checkout main@50 -o half.txt"));
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining("FILE.json or FILE.cbor"),
    ]);
  });

  test("many changes are cut in the text, and complete with --json", async () => {
    const project = await emptyProject();
    await project.write(
      "many.ts",
      `export default {
        name: "many",
        init: () => ({ cells: new Array(200).fill(0), last: undefined, list: [1] }),
        step: (s, rng, ctx) => {
          s.cells = s.cells.map((x) => x + 1);
          if (ctx.step === 1) { s.list.push(7); delete s.last; }
        },
      };`,
    );
    await project.ok(...words("record many.ts --steps 9 --seed 1"));
    await project.ok(...words("checkout main@0"));
    const { stdout } = await project.ok("step");
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(52);
    expect(lines[1]).toBe("state.cells[0]   0  →  1");
    expect(lines.at(-1)).toBe("and 150 more; --json has all");
    await project.ok(...words("checkout main@1"));
    const { changes } = (await project.ok("step", "--json")).json;
    expect(changes).toHaveLength(202);
    expect(changes.slice(0, 200)).toEqual(
      Array.from({ length: 200 }, (_, i) => ({ path: `state.cells[${i}]`, a: 1, b: 2 })),
    );
    // A missing value and an undefined one differ.
    expect(changes.slice(200)).toEqual(
      expect.arrayContaining([
        { path: "state.last", a: { $undefined: true }, b: { $undefined: true }, missing: "b" },
        { path: "state.list[1]", a: { $undefined: true }, b: 7, missing: "a" },
      ]),
    );
  });

  test("across a fork point: the state at its step is the changed one", async () => {
    const project = await emptyProject("shock.ts");
    await project.ok(...words("record shock.ts --steps 100 --seed 1"));
    await project.ok(...words("branch fork main@55 --set state.x=3 --param clamp=1"));
    for (const [at, line] of [
      ["fork@54", "step"],
      ["fork@56", "step --back"],
      ["fork@30", "step 40"],
      ["fork@70", "step --back 40"],
    ] as const) {
      await project.ok("checkout", at);
      const { json } = await project.ok(...words(line), "--json");
      const [a, b] = [
        await stateAt(project, `fork@${json.from}`),
        await stateAt(project, `fork@${json.step}`),
      ] as [Record<string, unknown>, Record<string, unknown>];
      const changed = Object.keys(a).filter((key) => !Object.is(a[key], b[key]));
      expect(json.changes).toEqual(
        changed.map((key) => ({ path: `state.${key}`, a: a[key], b: b[key] })),
      );
    }
    await project.ok(...words("checkout fork@54"));
    expect((await project.ok("step")).stdout).toMatch(/^step 55\nstate\.x +\S+ {2}→ {2}3$/m);
  });

  test("across new code with another class", async () => {
    const project = await emptyProject();
    const model = (by: number): string =>
      `class Agent { constructor(age) { this.age = age; } }
      export default {
        name: "agents",
        types: {
          Agent: { is: (x) => x instanceof Agent, encode: (x) => x.age, decode: (age) => new Agent(age) },
        },
        init: () => [new Agent(20), new Agent(30)],
        step: ([a, b]) => [new Agent(a.age + ${by}), b],
      };`;
    await project.write("agents.ts", model(1));
    await project.ok(...words("record agents.ts --steps 20 --seed 1"));
    await project.write("agents.ts", model(5));
    await project.ok(...words("branch new main@10 --program working"));
    await project.ok(...words("checkout new@9"));
    for (const line of ["step 2", "step --back 2"]) {
      const { json } = await project.ok(...words(line), "--json");
      const [a, b] = [
        await stateAt(project, `new@${json.from}`),
        await stateAt(project, `new@${json.step}`),
      ] as [{ value: number }[], { value: number }[]];
      // The stored values are compared.
      expect(json.changes).toEqual([{ path: "state[0]", a: a[0]?.value, b: b[0]?.value }]);
    }
  });

  test.each(["RUN", "v1", "archive/main/1"])("where HEAD names no branch: %s", async (revision) => {
    const project = await walkProject();
    await project.ok(...words("tag v1 main"));
    const { run } = (await project.ok(...words("show main --json"))).json;
    await project.ok(...words("reset main@500"));
    const name = revision === "RUN" ? run.slice(0, 10) : revision;
    expect((await project.ok("checkout", `${name}@998`)).stdout).toBe(
      `HEAD is run ${run.slice(0, 12)} at step 998\n`,
    );
    expect((await project.ok(...words("step 9 --json"))).json).toMatchObject({ run, step: 1000 });
    expect((await project.ok("show")).stdout).toMatch(
      new RegExp(`^run ${run.slice(0, 12)} at step 1,000 of 1,000\n`),
    );
    await project.ok(...words("step --back 3"));
    expect((await project.ok(...words("get HEAD --json"))).json).toMatchObject({ run, step: 997 });
  });

  test("checkout is an operation, and a step is not", async () => {
    const project = await walkProject();
    await project.ok(...words("branch fork main@100"));
    await project.ok(...words("checkout fork@7"));
    await project.ok("step");
    expect((await project.ok("undo")).stdout).toMatch(/^undone: checkout \(/);
    expect((await project.ok("branch")).stdout).toMatch(/^\* {2}main/m);
  });

  test("a run without a branch", async () => {
    const project = await walkProject();
    const { run } = (await project.ok(...words("show main --json"))).json;
    const { json } = await project.ok("checkout", `${run.slice(0, 10)}@3`, "--json");
    expect(json).toEqual({ branch: null, run, step: 3, file: null });
  });
});
