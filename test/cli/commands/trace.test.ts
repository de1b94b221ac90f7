import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { emptyProject, type Project } from "../../support/run-cli.ts";

/** A model, and what it gives on a machine with other rules. */
const model = (rest = ""): string => `export default {
  name: "model",
  init: () => ({ x: 0, name: "a" }),
  step(s, rng, { step }) {
    s.x = rng.random();
    ${rest}
  },
};`;

const words = (line: string): string[] => line.split(" ");

/** A project with a trace of block 3, whose working code gives something else. */
async function traced(rest: string): Promise<Project> {
  const project = await emptyProject();
  await project.write("model.ts", model());
  await project.ok(...words("record model.ts --steps 100 --block-size 10 --seed 1"));
  await project.ok(...words("trace main --block 3 -o block.trace"));
  await project.write("model.ts", model(rest));
  return project;
}

const AGAINST = words("verify main --trace block.trace --program working");

describe("trace, and verify --trace", () => {
  test.each([
    ["0", 0],
    ["29", 2],
    ["30", 3],
    ["100", 9],
  ])("--at %s alone names its block", async (step, block) => {
    const project = await traced("");
    const { json } = await project.ok(...words(`trace main --at ${step} -o at.trace --json`));
    expect(json.block).toBe(block);
    expect((await project.run(...words("trace main -o at.trace"))).status).toBe(2);
    expect((await project.run(...words("trace main --at 101 -o at.trace"))).status).toBe(2);
  });

  test("the same machine sees the same", async () => {
    const project = await traced("");
    const { json } = await project.ok(...words("trace main --block 0 -o 0.trace --json"));
    const run = (await project.ok("show", "main", "--json")).json.run;
    const bytes = (await readFile(path.join(project.root, "0.trace"))).length;
    expect(json).toEqual({ run, block: 0, file: "0.trace", bytes });
    const { stdout } = await project.ok(...words("verify main --trace block.trace"));
    expect(stdout).toBe("ok: block 3, steps 30 to 40, is as in the trace\n");
    const verified = await project.ok(...words("verify main --trace 0.trace --json"));
    expect(verified.json).toEqual({
      ...{ ok: true, run, block: 0, from: 0, to: 10, difference: null, causes: [] },
    });
  });

  test.each([
    [
      "a drift",
      "if (step >= 33) s.x += 1e-12;",
      /\nfirst different step: 34\n {2}state\.x: in the trace 0\.\d+, here 0\.\d+\ncase: a drift of at most 1e-12, within 1e-9\n/,
    ],
    [
      "a drift that grows",
      "if (step >= 33) s.x += 1e-12 * 100 ** (step - 33);",
      /\ncase: a drift of at most 1e-12, within 1e-9; it is larger from step 36\n/,
    ],
    [
      "another value",
      'if (step >= 33) s.name = "b";',
      /\nfirst different step: 34\n {2}state\.name: in the trace "a", here "b"\ncase: another exact value\n/,
    ],
    [
      "another structure",
      "if (step >= 33) s.late = 1;",
      /\nfirst different step: 34\n {2}state\.late: in the trace nothing, here 1\ncase: another structure\n/,
    ],
  ])("%s: status 3", async (_, rest, expected) => {
    const project = await traced(rest);
    const { status, stdout } = await project.run(...AGAINST);
    expect(stdout).toMatch(/^block 3, steps 30 to 40, differs from the trace\n/);
    expect(stdout).toMatch(expected);
    expect(status).toBe(3);
  });

  test("--epsilon is how far numbers may be apart; --json has the rest", async () => {
    const project = await traced("if (step >= 33) s.x += 1e-12;");
    const { status, json } = await project.run(...AGAINST, "--epsilon", "1e-13", "--json");
    expect(status).toBe(3);
    expect(json.difference).toMatchObject({ step: 34, kind: "value", exceeds: null });
    expect(json.difference.drift).toBeCloseTo(1e-12, 15);
    const text = (await project.run(...AGAINST, "--epsilon", "1e-13")).stdout;
    expect(text).toContain(
      "\ncase: another exact value: numbers differ by up to 1e-12, and epsilon is 1e-13\n",
    );
    expect(json.difference.changes).toEqual([
      { path: "state.x", a: expect.any(Number), b: expect.any(Number) },
    ]);
  });

  test("another run's trace is compared, and said to be one", async () => {
    const project = await traced("");
    await project.ok(...words("record model.ts --steps 100 --block-size 10 --seed 2 -b other"));
    const { status, stdout } = await project.run(...words("verify other --trace block.trace"));
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /\nthe trace is of another run, [0-9a-f]{12}\nfirst different step: 30\n/,
    );
  });

  test.each([
    ["trace main -o x.trace", "expected --block K"],
    ["trace main@50 --block 3 -o x.trace", "expected a run, got one of its steps"],
    ["trace main --block 10 -o x.trace", "expected a block from 0 to 9, got 10"],
    ["trace main --block -1 -o x.trace", "--block"],
    ["trace main --block 3 --at 50 -o x.trace", "expected a step of the block, from 30 to 40"],
    ["verify main --epsilon 1", "--epsilon needs --trace"],
    ["verify main --trace block.trace --full", "expected --full or --trace, got both"],
    ["verify main --trace block.trace --epsilon -1", "--epsilon"],
    ["verify main --trace block.trace --epsilon x", "expected --epsilon to be a number"],
    ["verify main@7 --trace block.trace", "expected a run, got one of its steps"],
  ])("%s: %s", async (line, says) => {
    const project = await traced("");
    const { status, stderr } = await project.run(...words(line));
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  test("a file that is no trace, or damaged: status 1", async () => {
    const project = await traced("");
    const file = path.join(project.root, "block.trace");
    const bytes = await readFile(file);
    bytes[40] = (bytes[40] as number) ^ 1;
    await writeFile(file, bytes);
    for (const name of ["block.trace", "model.ts"]) {
      const { status, stderr } = await project.run("verify", "main", "--trace", name);
      expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: not a valid trace: /)]);
    }
  });
});
