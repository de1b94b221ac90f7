import { describe, expect, test } from "vitest";
import { emptyProject, unfinished, walkProject } from "../../support/run-cli.ts";
import { counted, counterProject, shown } from "../counter.ts";

const words = (line: string): string[] => line.split(" ");

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

  test("again and again: every archived run stays navigable, every state is exact", async () => {
    const project = await counterProject(1000);
    await project.ok(...words("reset main@700"));
    await project.ok(...words("extend main --by 250 --param add=5"));
    await project.ok(...words("reset main@800"));
    await project.ok(...words("extend main --steps 1000"));
    const { json } = await project.ok(...words("reset main@50% --json"));
    expect(json).toMatchObject({ branch: "main", steps: 500 });
    const second = [{ at: 700, add: 5 }];
    const steps = [0, 1, 499, 500, 699, 700, 701, 799, 800, 801, 900, 949, 950];
    const of = (states: number[], last: number) =>
      steps.filter((s) => s <= last).map((s) => states[s]);
    const at = (revision: string, last: number) =>
      shown(
        project,
        revision,
        steps.filter((step) => step <= last),
      );
    expect(await at("archive/main/1", 1000)).toEqual(of(counted(1000), 1000));
    expect(await at("archive/main/2", 950)).toEqual(of(counted(1000, second), 950));
    expect(await at("archive/main/3", 1000)).toEqual(of(counted(1000, second), 1000));
    expect(await at("main", 500)).toEqual(of(counted(1000), 500));
    // The state at STEP is the last one; the first new step is STEP + 1.
    expect((await project.run(...words("get main@501"))).status).toBe(1);
    const branches = (await project.ok(...words("branch --json"))).json.branches;
    expect(branches[0]).toMatchObject({ name: "main", from: "archive/main/3@500" });
  });

  test("extended with a param afterwards, the others are kept, and a segment begins there", async () => {
    const project = await counterProject();
    await project.ok(...words("record counter.ts --steps 100 --param add=3 --param label=first"));
    await project.ok(...words("reset main@41"));
    await project.ok(...words("extend main --steps 100 --param label=second"));
    const { segments } = (await project.ok(...words("show main --json"))).json;
    expect(
      segments.map(({ start, params }: { start: number; params: unknown }) => [start, params]),
    ).toEqual([
      [0, { add: 3, label: "first" }],
      [41, { add: 3, label: "second" }],
    ]);
    expect(await shown(project, "main", [41, 42, 100])).toEqual(
      [41, 42, 100].map((step) => counted(100, [{ at: 0, add: 3 }])[step]),
    );
  });

  test("of an unfinished recording: it has the new length, and is finished", async () => {
    const project = await emptyProject();
    await unfinished(project);
    await project.ok(...words("reset unfinished@33"));
    const run = async (name: string) => (await project.ok(...words(`show ${name} --json`))).json;
    expect(await run("unfinished")).toMatchObject({ steps: 33, goal: 33 });
    expect(await run("archive/unfinished/1")).toMatchObject({ steps: 70, goal: 100 });
    const whole = "record fragile.ts --steps 100 --seed 5 -b whole --json";
    const { root } = (await project.ok(...words(whole))).json;
    expect((await project.ok(...words("extend unfinished --steps 100 --json"))).json.root).toBe(
      root,
    );
  });

  test("moves a cursor beyond the step, and undo leaves no cursor beyond the end", async () => {
    const project = await counterProject(1000);
    await project.ok(...words("checkout main@842"));
    await project.ok(...words("reset main@500"));
    const states = counted(1000);
    const cursor = async () => {
      const { json } = await project.ok(...words("get HEAD --path x --json"));
      return [json.step, json.state];
    };
    expect(await cursor()).toEqual([500, states[500]]);
    expect((await project.ok(...words("get HEAD~10 --json"))).json.step).toBe(490);
    await project.ok(...words("step 2 --back"));
    expect(await cursor()).toEqual([498, states[498]]);
    await project.ok("undo");
    expect(await cursor()).toEqual([842, states[842]]);
    await project.ok("redo");
    expect(await cursor()).toEqual([500, states[500]]);
    // A cursor before the step stays where it is.
    await project.ok(...words("checkout main@100"));
    await project.ok(...words("reset main@400"));
    expect(await cursor()).toEqual([100, states[100]]);
    await project.ok(...words("extend main --steps 600"));
    await project.ok(...words("checkout main@550"));
    await project.ok("undo");
    await project.ok(...words("step 500"));
    expect(await cursor()).toEqual([600, states[600]]);
    // Undoing the extension leaves the cursor beyond the end.
    await project.ok("undo");
    expect(await cursor()).toEqual([400, states[400]]);
    await project.ok("show");
    await project.ok("step");
    await project.ok(...words("step 1 --back"));
    expect(await cursor()).toEqual([399, states[399]]);
  });

  test("help says which state is kept", async () => {
    const { stdout } = await (await emptyProject()).ok(...words("reset --help"));
    expect(stdout).toContain("The state at STEP becomes");
    expect(stdout).toContain("the first new step is STEP + 1");
  });

  test.each([
    ["reset main", 2, "expected a step: rewind reset BRANCH@STEP"],
    ["reset main@2000", 1, "expected a step in 0..1,000, got 2,000"],
    ["reset archive/x/1@5", 1, "expected the name of a run"],
    ["reset v1@5", 2, "v1 is a tag; only a branch can be reset"],
  ])("%s is refused", async (line, status, message) => {
    const project = await walkProject();
    await project.ok(...words("tag v1 main"));
    const before = await project.storeDigest();
    const result = await project.run(...words(line));
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(message)]);
    expect(await project.storeDigest()).toBe(before);
  });
});
