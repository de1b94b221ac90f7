import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { emptyProject, type Project, unfinished, walkProject } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

/** A project with a recording of 100 steps that failed at step 70. */
async function interrupted(): Promise<Project> {
  const project = await emptyProject();
  await unfinished(project);
  return project;
}

describe("resume", () => {
  test("continues from its end to the root of one recording", async () => {
    const project = await emptyProject();
    const failed = await unfinished(project);
    expect([failed.status, failed.stderr]).toEqual([
      1,
      expect.stringContaining(
        "hint: the first 70 of 100 steps are kept on unfinished: `rewind get unfinished@70` prints the last; fix the code, then `rewind branch NAME unfinished --program working` continues with it",
      ),
    ]);
    const { stdout } = await project.ok(...words("resume unfinished"));
    expect(stdout).toMatch(/^resumed unfinished, recorded to step 100 in /);
    const { root } = (await project.ok(...words("show unfinished --json"))).json;
    const whole = "record fragile.ts --steps 100 --seed 5 -b whole --json";
    expect((await project.ok(...words(whole))).json.root).toBe(root);
  });

  test("a step that fails inside a block leaves every step before it, which can be continued", async () => {
    for (const step of [1, 9, 57, 99]) {
      const project = await emptyProject();
      const failed = await unfinished(project, step);
      const at = `unfinished@${step}`;
      expect(failed.stderr).toContain(
        `the first ${step} of 100 steps are kept on unfinished: \`rewind get ${at}\` prints the last; fix the code`,
      );
      const { state } = (await project.ok("get", at, "--json")).json;
      const whole = "record fragile.ts --steps 100 --seed 5 -b whole --json";
      const { root } = (await project.ok(...words(whole))).json;
      expect((await project.ok("get", `whole@${step}`, "--json")).json.state).toBe(state);
      expect((await project.ok(...words("verify unfinished --full --json"))).json.ok).toBe(true);
      await project.ok(...words("resume unfinished"));
      expect((await project.ok(...words("show unfinished --json"))).json.root).toBe(root);
    }
  });

  test("a state that cannot be stored leaves the run at its last checkpoint", async () => {
    const project = await emptyProject();
    await project.write(
      "odd.ts",
      `export default { name: "odd", init: () => ({}), step: (s, rng, ctx) => {
        if (ctx.step === 57) throw new Error("no more");
        return { f: ctx.step % 10 === 9 ? 0 : () => 1 };
      } };`,
    );
    const { stderr } = await project.run(..."record odd.ts --steps 100".split(" "));
    expect(stderr).toMatch(/the first 50 of 100 steps are kept on main: fix the code/);
  });

  test("of a finished or missing branch says so", async () => {
    const project = await interrupted();
    await project.ok(...words("resume unfinished"));
    const refused: [line: string, message: string, hint: string][] = [
      [
        "resume unfinished",
        "unfinished is finished: it has its 100 steps",
        "make it longer with `rewind extend unfinished --by N`",
      ],
      ["resume unfinishd", "there is no branch unfinishd", "did you mean unfinished?"],
      [
        "resume unfinished --seed 9",
        "unfinished is finished: it has its 100 steps",
        "make it longer",
      ],
    ];
    for (const [line, message, hint] of refused) {
      const { status, stderr } = await project.run(...words(line));
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining(`error: ${message}\nhint: ${hint}`),
      ]);
    }
    const empty = await (await emptyProject()).run("resume");
    expect([empty.status, empty.stderr]).toEqual([
      1,
      "error: there is no branch main\nhint: nothing is recorded yet: `rewind record <module> --steps N`\n",
    ]);
  });

  test("accepts the recorded values", async () => {
    const project = await interrupted();
    const line = "resume unfinished --seed 5 --steps 100 --block-size 10 --rng xoshiro128++ --json";
    expect((await project.ok(...words(line))).json).toMatchObject({ steps: 100 });
  });

  test("refuses different values, lists all of them, and changes nothing", async () => {
    const project = await emptyProject();
    await project.write(
      "m.ts",
      `export default { name: "m", params: { p: 0.5, list: [1], name: "a" }, init: () => 0,
        step: (x, rng, ctx) => { if (Atomics.failing && ctx.step === 30) throw new Error("no"); return x + 1; } };`,
    );
    const flag = Atomics as { failing?: boolean };
    flag.failing = true;
    await project.run(...words("record m.ts --steps 50 --seed 5 --param p=0.25"));
    flag.failing = false;
    const before = await project.storeDigest();
    const { status, stdout, stderr } = await project.run(
      ..."resume --seed 6 --param p=0.75 --param list=[1] --param name=b --param q=1 --steps 60 --block-size 8 --rng other".split(
        " ",
      ),
    );
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      "error: main was recorded with different values: seed is 5, given 6; params.p is 0.25, given 0.75; " +
        "params.name is a, given b; params.q is not declared, given 1; steps is 50, given 60; " +
        "rng is xoshiro128++, given other\n" +
        "hint: `rewind resume main` continues it as recorded; to change it after some step, fork: `rewind branch NAME main@STEP " +
        "--seed 6 --param p=0.75 --param name=b --steps 60`\n",
    );
    expect(await project.storeDigest()).toBe(before);
    await project.ok(...words("resume --seed 5 --param p=0.25 --param list=[1]"));
  });

  test("compares with the params and the seed of the last segment", async () => {
    const project = await emptyProject();
    await unfinished(project);
    await project.write(
      "m.ts",
      `export default { name: "m", params: { p: 0 }, init: () => 0, step: (x, rng, ctx) => {
        if (Atomics.failing && ctx.step === 90) throw new Error("no"); return x + ctx.params.p; } };`,
    );
    await project.ok(...words("record m.ts --steps 50 --seed 1 -b main"));
    const flag = Atomics as { failing?: boolean };
    flag.failing = true;
    await project.run(...words("branch fork main@20 --param p=2 --seed 3 --steps 100"));
    flag.failing = false;
    const before = await project.run(...words("resume fork --param p=0 --seed 1 --steps 50"));
    expect([before.status, before.stderr]).toEqual([
      2,
      expect.stringContaining(
        "different values: seed is 3, given 1; params.p is 2, given 0; steps is 100, given 50\n",
      ),
    ]);
    await project.ok(...words("resume fork --param p=2 --seed 3 --steps 100"));
    expect((await project.ok(...words("get fork"))).stdout).toBe("160\n");
  });
});

describe("resume --fresh-if-missing", () => {
  const line = "resume nightly --fresh-if-missing fragile.ts --steps 100 --seed 5";

  test("records, continues, and then has nothing to do", async () => {
    const project = await emptyProject();
    await unfinished(project);
    const flag = Atomics as { failing?: boolean };
    flag.failing = true;
    expect((await project.run(...words(line), "-m", "each night")).status).toBe(1);
    flag.failing = false;
    const went = await project.ok(...words(line));
    expect(went.stdout).toMatch(/^resumed nightly, recorded to step 100 in /);
    const done = await project.ok(...words(line), "--json");
    const whole = await project.ok(
      ...words("record fragile.ts --steps 100 --seed 5 -b whole --json"),
    );
    expect(done.json).toEqual({ ...whole.json, branch: "nightly", run: done.json.run });
    const again = await project.ok(...words(line));
    expect(again.stdout).toMatch(
      /^nightly is finished: it has its 100 steps\n {2}run {3}[0-9a-f]{12}\n/,
    );
    const fresh = await project.ok(...words(line.replace("nightly", "other")));
    expect(fresh.stdout).toMatch(/^recorded 100 steps on other in /);
    expect((await project.ok(...words("branch --json"))).json.branches[0].message).toBe(
      "each night",
    );
  });

  test("of the current branch by default", async () => {
    const project = await emptyProject("walk.ts");
    const { json } = await project.ok(
      ...words("resume --fresh-if-missing walk.ts --steps 20 --json"),
    );
    expect(json).toMatchObject({ branch: "main", steps: 20 });
  });

  test("requires --steps only if it has to record", async () => {
    const project = await interrupted();
    const missing = await project.run(...words("resume nightly --fresh-if-missing fragile.ts"));
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringContaining("expected --steps N: nightly has no run yet, and would be recorded"),
    ]);
    await project.ok(...words("resume unfinished --fresh-if-missing fragile.ts"));
    await project.ok(...words("resume unfinished --fresh-if-missing fragile.ts"));
  });

  test("refuses another module, and other code of the same one", async () => {
    const project = await interrupted();
    await project.ok(...words("record fragile.ts --steps 100 --seed 5 -b whole"));
    await project.write("other.ts", await readFile(path.join(project.root, "fragile.ts"), "utf8"));
    const before = await project.storeDigest();
    const refused = async (line: string, problem: RegExp): Promise<void> => {
      for (const branch of ["unfinished", "whole"]) {
        const { status, stderr } = await project.run(...words(`resume ${branch} ${line}`));
        expect([status, stderr]).toEqual([2, expect.stringMatching(problem)]);
        expect(stderr).toMatch(/^error: \w+ was recorded with different values: /);
      }
    };
    await refused(
      "--fresh-if-missing other.ts",
      /: program\.module is fragile\.ts#default, given other\.ts#default\n/,
    );
    const text = await readFile(path.join(project.root, "fragile.ts"), "utf8");
    await project.write("fragile.ts", text.replace("x + rng", "x + 2 * rng"));
    await refused(
      "--fresh-if-missing fragile.ts --steps 90",
      /: steps is 100, given 90; program\.source is [0-9a-f]{12}, given [0-9a-f]{12}\nhint: .*@STEP --program working`\n$/,
    );
    const gone = await project.run(...words("resume whole --fresh-if-missing gone.ts"));
    expect([gone.status, gone.stderr]).toEqual([1, expect.stringContaining("gone.ts")]);
    expect(await project.storeDigest()).toBe(before);
    await project.ok(...words("resume unfinished"));
    await project.write("fragile.ts", `${text}\n// the same`);
    await project.ok(...words("resume unfinished --fresh-if-missing fragile.ts"));
  });

  test("refuses other values even if it is finished", async () => {
    const project = await walkProject();
    const before = await project.storeDigest();
    const result = await project.run(
      ...words("resume --fresh-if-missing walk.ts --steps 1000 --seed 7"),
    );
    expect([result.status, result.stderr]).toEqual([
      2,
      expect.stringContaining("main was recorded with different values: seed is 42, given 7"),
    ]);
    expect(await project.storeDigest()).toBe(before);
  });
});
