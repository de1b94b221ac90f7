import { describe, expect, test } from "vitest";
import { emptyProject, unfinished, walkProject } from "../run-cli.ts";

const words = (line: string): string[] => line.split(" ");

describe("extend", () => {
  test("gives the root of one uninterrupted recording", async () => {
    const project = await walkProject();
    const { stdout } = await project.ok(...words("extend main --steps 1500"));
    expect(stdout).toMatch(/^extended main to step 1,500 in /);
    const { json } = await project.ok(...words("extend --by 500 --json"));
    expect(json).toMatchObject({ branch: "main", steps: 2000, blockSize: 32, checkpoints: 63 });
    const whole = "record walk.ts --steps 2000 --seed 42 --block-size 32 -b whole --json";
    expect((await project.ok(...words(whole))).json.root).toBe(json.root);
    expect((await project.ok(...words("log main"))).stdout.match(/forked from/g)).toHaveLength(2);
  });

  test("with a param begins a new segment", async () => {
    const project = await walkProject();
    await project.ok(...words("extend main --by 100 --param p=1 -m biased"));
    const at = async (step: number) =>
      (await project.ok("get", `main@${step}`, "--json")).json.state;
    expect(await at(1100)).toBe((await at(1000)) + 100);
    expect((await project.ok("show", "main")).stdout).toContain("from step 1,000");
  });

  test("refuses what is no longer, and nothing changes", async () => {
    const project = await walkProject();
    const before = await project.storeDigest();
    const refused: [line: string, status: number, message: string][] = [
      ["extend main --steps 1000", 2, "expected more than the 1000 steps that main has, got 1000"],
      ["extend main --by 0", 2, "expected more than the 1000 steps"],
      ["extend main", 2, "expected either --steps TOTAL or --by N"],
      ["extend main --steps 5 --by 5", 2, "expected either --steps TOTAL or --by N"],
      ["extend mian --by 5", 1, 'expected the name of a run, got "mian"'],
      ["extend main --by 5 --param q=1", 2, 'the simulation declares no param "q"'],
    ];
    for (const [line, status, message] of refused) {
      const result = await project.run(...words(line));
      expect([line, result.status, result.stderr]).toEqual([
        line,
        status,
        expect.stringContaining(message),
      ]);
    }
    expect(await project.storeDigest()).toBe(before);
  });
});

describe("resume", () => {
  test("goes on from the last checkpoint to the root of one recording", async () => {
    const project = await emptyProject();
    const failed = await unfinished(project);
    expect([failed.status, failed.stderr]).toEqual([
      1,
      expect.stringContaining(
        "hint: the first 70 of 100 steps are kept on unfinished: `rewind resume unfinished` goes on",
      ),
    ]);
    const { json } = await project.ok(...words("resume unfinished --json"));
    expect(json).toMatchObject({ branch: "unfinished", steps: 100 });
    const whole = await project.ok(
      ...words("record fragile.ts --steps 100 --seed 5 -b whole --json"),
    );
    expect(whole.json.root).toBe(json.root);
    const again = await project.run(...words("resume unfinished"));
    expect([again.status, again.stderr]).toEqual([
      1,
      "error: unfinished is finished: it has its 100 steps\nhint: make it longer with `rewind extend unfinished --by N`\n",
    ]);
  });
});

describe("reset", () => {
  test("cuts a branch after a step and keeps its old run", async () => {
    const project = await walkProject();
    const old = (await project.ok(...words("show main --json"))).json.root;
    const { stdout } = await project.ok(...words("reset main@501"));
    expect(stdout).toMatch(/^reset main to step 501; its old run is archive\/main\/1\n/);
    expect((await project.ok(...words("show main --json"))).json.steps).toBe(501);
    expect((await project.ok(...words("show archive/main/1 --json"))).json.root).toBe(old);
    expect((await project.ok(...words("extend main --steps 1000 --json"))).json.root).toBe(old);
  });

  test.each([
    ["reset main", 2, "expected a step: rewind reset BRANCH@STEP"],
    ["reset main@2000", 1, "expected a step in 0..1000, got 2000"],
    ["reset archive/x/1@5", 1, "expected the name of a run"],
  ])("%s is refused", async (line, status, message) => {
    const result = await (await walkProject()).run(...words(line));
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(message)]);
  });
});

describe("undo and redo", () => {
  test("take operations back and do them again", async () => {
    const project = await walkProject();
    await project.ok(...words("branch fork main@500"));
    await project.ok(...words("reset main@10"));
    const steps = async (branch: string) => (await project.run("show", branch, "--json")).status;
    expect((await project.ok("undo")).stdout).toMatch(
      /^undone: reset main of \S+ \(main, archive\/main\/1\)\n$/,
    );
    expect(await steps("archive/main/1")).toBe(1);
    expect((await project.ok("undo", "--json")).json).toMatchObject({
      command: "branch",
      refs: ["refs/heads/fork"],
    });
    expect(await steps("fork")).toBe(1);
    expect((await project.ok("redo")).stdout).toMatch(/^done again: branch of /);
    expect(await steps("fork")).toBe(0);
    await project.ok("redo");
    const none = await project.run("redo");
    expect([none.status, none.stderr]).toEqual([
      1,
      expect.stringContaining("no undone operation to redo"),
    ]);
  });
});
