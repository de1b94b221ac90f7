import { afterEach, expect, test, vi } from "vitest";
import { clock } from "../../src/base/clock.ts";
import { emptyProject } from "../support/run-cli.ts";

afterEach(() => vi.restoreAllMocks());

async function walk() {
  const project = await emptyProject("walk.ts");
  await project.ok("record", "walk.ts", "--steps", "1000", "--seed", "1");
  await project.ok("branch", "fix", "main@500");
  await project.ok("extend", "fix", "--by", "500");
  // Every check is out of time at once.
  let now = 0;
  vi.spyOn(clock, "now").mockImplementation(() => (now += 10_000));
  return project;
}

const notes = (stderr: string): string[] =>
  stderr.split("\n").filter((line) => line.includes("not checked"));

test("a note of unchecked steps names the run as the user typed it", async () => {
  const project = await walk();
  const { stderr } = await project.ok("get", "main@405");
  expect(notes(stderr)).toEqual([
    expect.stringMatching(
      /^note: steps \d+ to 416 of main were not checked, to save time: `rewind verify main@416` checks them$/,
    ),
  ]);
  const { stdout: id } = await project.ok("show", "main", "--json");
  const short = JSON.parse(id).run.slice(0, 8);
  expect((await project.ok("get", `${short}~300`)).stderr).toContain(`rewind verify ${short}@`);
});

test("diff says which run", async () => {
  const project = await walk();
  const { stderr } = await project.run("diff", "main..fix", "--at", "905");
  const found = notes(stderr).join("\n");
  expect(found).toContain(" of main were not checked");
  expect(found).toContain(" of fix were not checked");
  expect(found).not.toContain("REV");
});

test("one command says it once for each run", async () => {
  const project = await walk();
  const { stderr } = await project.run("find", "main", "step >= 333", "--bisect");
  expect(notes(stderr)).toEqual([
    expect.stringMatching(/^note: some steps from .* of main .*`rewind verify main --full` checks/),
  ]);
  await project.ok("checkout", "main@100");
  const step = await project.ok("step", "3");
  expect(notes(step.stderr)).toEqual([expect.stringMatching(/ of HEAD .*`rewind verify HEAD/)]);
});
