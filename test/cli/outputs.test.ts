import { existsSync, readFileSync } from "node:fs";
import { appendFile, link, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";

const CITY = `export default {
  name: "city",
  params: { growth: 1 },
  init: ({ log }) => { log("founded"); return { people: 10 }; },
  step: (state, rng, ctx) => {
    const born = rng.integer(0, 3) * ctx.params.growth;
    if (born > 1) ctx.log("a good year: " + born);
    state.people += born;
  },
  outputs: {
    "population.csv": {
      every: 10,
      header: "year,people",
      row: ({ people }, { step }) => step + "," + people,
    },
    "daily/growth.txt": {
      header: ({ params }) => "growth " + params.growth,
      row: ({ people }, { step }) => (step % 2 === 1 ? undefined : String(people)),
    },
  },
};`;

async function city(): Promise<Project> {
  const project = await emptyProject();
  await project.write("city.ts", CITY);
  return project;
}

const NAMES = ["population.csv", "daily/growth.txt"];

/** The outputs in a folder of a project. */
async function outputsIn(project: Project, folder: string): Promise<readonly string[]> {
  return Promise.all(NAMES.map((name) => readFile(path.join(project.root, folder, name), "utf8")));
}

/** The outputs of a revision as its states give them, by a plain loop. */
async function expected(project: Project, revision: string): Promise<readonly string[]> {
  const repo = await openRepository(project.root);
  const { run, step: last = run.steps } = await repo.revision(revision);
  const { segments } = await repo.describe(revision);
  let header: string | undefined;
  const rows: [string[], string[]] = [["year,people"], []];
  for (let step = 0; step <= last; step++) {
    const { params } = segments.filter(({ start }) => start <= step).at(-1) as {
      params: { growth?: number };
    };
    const growth = `growth ${params.growth}`;
    if (growth !== header) rows[1].push(growth);
    header = growth;
    const { people } = (await run.get(step, { check: false })) as { people: number };
    if (step % 10 === 0) rows[0].push(`${step},${people}`);
    if (step % 2 === 0) rows[1].push(String(people));
  }
  await repo.close();
  return rows.map((lines) => `${lines.join("\n")}\n`);
}

const RECORD = "record city.ts --steps 40 --seed 1".split(" ");

describe("outputs on the command line", () => {
  test("are written while recording, to a folder of the branch, which is said once", async () => {
    const project = await city();
    const { stderr } = await project.ok(...RECORD);
    expect(stderr).toBe("note: outputs in outputs/main/: population.csv, daily/growth.txt\n");
    expect(await outputsIn(project, "outputs/main")).toEqual(await expected(project, "main"));
    const again = await project.ok("extend", "main", "--by", "7");
    expect(again.stderr).toBe("");
    expect(await outputsIn(project, "outputs/main")).toEqual(await expected(project, "main"));
  });

  test("follow extensions, forks, resets and restarts", async () => {
    const project = await city();
    await project.ok(...RECORD);
    await project.ok(..."extend main --by 5 --param growth=3".split(" "));
    await project.ok(..."branch fix main@17 --param growth=2".split(" "));
    await project.ok(..."branch same main@30".split(" "));
    for (const branch of ["main", "fix", "same"]) {
      expect(await outputsIn(project, `outputs/${branch}`)).toEqual(
        await expected(project, branch),
      );
    }
    await project.ok("reset", "main@23");
    expect(await outputsIn(project, "outputs/main")).toEqual(await expected(project, "main"));
    await project.ok(..."record city.ts --steps 12 --seed 2 --restart -b main".split(" "));
    expect(await outputsIn(project, "outputs/main")).toEqual(await expected(project, "main"));
  });

  test("checkout writes those of any revision", async () => {
    const project = await city();
    await project.ok(...RECORD);
    await project.ok(..."branch fix main@17 --param growth=2".split(" "));
    for (const revision of ["main@0", "main@23", "fix@17", "fix"]) {
      const { json } = await project.ok("checkout", revision, "--outputs", "there", "--json");
      expect(json.outputs).toEqual(NAMES);
      expect(await outputsIn(project, "there")).toEqual(await expected(project, revision));
    }
    expect((await readdir(path.join(project.root, "there"))).sort()).toEqual([
      "daily",
      "population.csv",
    ]);
    const { stdout } = await project.ok("checkout", "main", "--outputs", "there");
    expect(stdout).toContain("its outputs in there: population.csv, daily/growth.txt\n");
  });

  test("go where --outputs says, and nowhere with --no-outputs; the branch keeps to that", async () => {
    const project = await city();
    await project.ok(...RECORD, "--outputs", "results");
    await project.ok("extend", "main", "--by", "5");
    expect(await outputsIn(project, "results")).toEqual(await expected(project, "main"));
    await project.ok(...RECORD, "-b", "silent", "--no-outputs");
    await project.ok("extend", "silent", "--by", "5");
    expect(existsSync(path.join(project.root, "outputs"))).toBe(false);
    const matrix = "branch grid main@35 --matrix growth=2,3 --outputs cells".split(" ");
    await project.ok(...matrix);
    expect(await outputsIn(project, "cells/grid/3")).toEqual(await expected(project, "grid/3"));
    const both = await project.run(...RECORD, "-b", "x", "--outputs", "a", "--no-outputs");
    expect(both).toMatchObject({ status: 2 });
  });

  test("a file that was edited is kept, and written anew", async () => {
    const project = await city();
    await project.ok(...RECORD);
    const file = path.join(project.root, "outputs/main/population.csv");
    await appendFile(file, "my note\n");
    const edited = readFileSync(file, "utf8");
    const { stderr } = await project.ok("extend", "main", "--by", "20");
    expect(stderr).toBe(
      "note: outputs/main/population.csv is not as rewind left it: it is kept as population.csv.kept-1, and written anew\n",
    );
    expect(readFileSync(`${file}.kept-1`, "utf8")).toBe(edited);
    expect(await outputsIn(project, "outputs/main")).toEqual(await expected(project, "main"));
  });

  test("a backup by hard links does not change", async () => {
    const project = await city();
    await project.ok(...RECORD);
    const file = path.join(project.root, "outputs/main/population.csv");
    await link(file, path.join(project.root, "backup.csv"));
    const before = readFileSync(file, "utf8");
    await project.ok("extend", "main", "--by", "20");
    expect(readFileSync(path.join(project.root, "backup.csv"), "utf8")).toBe(before);
    expect(await outputsIn(project, "outputs/main")).toEqual(await expected(project, "main"));
    expect(await readdir(path.dirname(file))).toEqual(["daily", "population.csv"]);
  });

  test("a file of somebody else is not touched", async () => {
    const project = await city();
    await mkdir(path.join(project.root, "outputs/main"), { recursive: true });
    const file = path.join(project.root, "outputs/main/population.csv");
    await writeFile(file, "mine\n");
    const { status, stderr } = await project.run(...RECORD);
    expect(status).toBe(1);
    expect(stderr).toContain('cannot write the output "population.csv" to ');
    expect(stderr).toContain("a file is there that rewind did not write\nhint: move it away");
    expect(readFileSync(file, "utf8")).toBe("mine\n");
    expect((await project.run("get", "main@0")).status).toBe(1);
    await project.ok(...RECORD, "--no-outputs");
    const checkout = await project.run("checkout", "main", "--outputs", "outputs/main");
    expect(checkout.stderr).toContain("a file is there that rewind did not write");
    expect(await readdir(path.dirname(file))).toEqual(["population.csv"]);
  });

  test.each(["outputs", "outputs/main", "outputs/main/population.csv"])(
    "a link at %s is not followed",
    async (at) => {
      const project = await city();
      const target = path.join(project.root, "elsewhere");
      await mkdir(target);
      await mkdir(path.dirname(path.join(project.root, at)), { recursive: true });
      await symlink(target, path.join(project.root, at));
      const { status, stderr } = await project.run(...RECORD);
      expect(status).toBe(1);
      expect(stderr).toContain("a link, which is not followed");
      expect(await readdir(target)).toEqual([]);
    },
  );

  test("not into a store", async () => {
    const project = await city();
    const { stderr } = await project.run(...RECORD, "--outputs", ".rewind/objects");
    expect(stderr).toContain("it is in .rewind, where only rewind writes");
  });

  test("a row that fails names its output and its step; what is before it is kept", async () => {
    const project = await emptyProject();
    await project.write(
      "failing.ts",
      `export default { name: "f", init: () => ({ x: 0 }), step: (s) => { s.x++; },
        outputs: { "a.txt": { row: (s) => { if (s.x === 7) throw new Error("no seven"); return "" + s.x; } } } };`,
    );
    const { status, stderr } = await project.run("record", "failing.ts", "--steps", "20");
    expect(status).toBe(1);
    expect(stderr).toContain('error: the row of "a.txt" failed at step 7: Error: no seven');
    expect(stderr).toContain("the first 6 of 20 steps are kept on main");
    expect(readFileSync(path.join(project.root, "outputs/main/a.txt"), "utf8")).toBe(
      "0\n1\n2\n3\n4\n5\n6\n",
    );
    const resumed = await project.run("resume", "main");
    expect(resumed.stderr).toContain('the row of "a.txt" failed at step 7');
    expect(readFileSync(path.join(project.root, "outputs/main/a.txt"), "utf8")).toBe(
      "0\n1\n2\n3\n4\n5\n6\n",
    );
  });

  test.each([
    ["Math.random()", "Math.random() was called in a step"],
    ["s.list.sort().join()", "changed the state that it looked at, at step 0"],
    ["'a\\nb'", 'one with a line feed, "a\\nb"'],
    ["5", "to be a text or undefined, got 5"],
    ["'\\ud800'", "one that is not valid Unicode"],
    ["ctx.stream('x').random()", "ctx.stream is not a function"],
  ])("a row that gives %s is refused", async (row, message) => {
    const project = await emptyProject();
    await project.write(
      "odd.ts",
      `export default { name: "odd", init: () => ({ list: [3, 1, 2] }), step: (s) => { s.list.push(0); },
        outputs: { "a.txt": { row: (s, ctx) => ${row} } } };`,
    );
    const { status, stderr } = await project.run("record", "odd.ts", "--steps", "5");
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain("a.txt");
    expect(existsSync(path.join(project.root, "outputs/main/a.txt"))).toBe(false);
  });

  test.each([
    ["../a.csv", "its name must be a path below"],
    ["/etc/passwd", "its name must be a path below"],
    ["a/../b", "its name must be a path below"],
    ["C:/a.csv", "its name may have letters"],
    ["a\\\\b", "its name may have letters"],
    [".rewind/a", "its name may have letters"],
    ["nul.txt", "the name of a device on Windows"],
    ["a.", "ends in a dot or a space"],
    ["x".repeat(201), "has over 200 bytes"],
    ["e\u0301.csv", "Unicode's form NFC"],
  ])("the name %s is refused", async (name, message) => {
    const project = await emptyProject();
    await project.write(
      "bad.ts",
      `export default { name: "b", init: () => 0, step: (x) => x, outputs: { "${name}": { row: String } } };`,
    );
    const { status, stderr } = await project.run("record", "bad.ts", "--steps", "5");
    expect(status).toBe(1);
    expect(stderr).toContain("error: expected bad.ts#default to be a simulation: the output ");
    expect(stderr).toContain(message);
  });
});

describe("logs", () => {
  test("prints what steps logged, with their steps", async () => {
    const project = await city();
    await project.ok(...RECORD);
    const { json } = await project.ok("logs", "main", "--json");
    const { lines } = json as { lines: { step: number; text: string }[] };
    expect(lines[0]).toEqual({ step: 0, text: "founded" });
    for (const { step, text } of lines.slice(1)) {
      const people = async (at: number) =>
        (await project.ok("get", `main@${at}`, "--json")).json.state.people;
      expect(text).toBe(`a good year: ${(await people(step + 1)) - (await people(step))}`);
    }
    expect(lines.length).toBeGreaterThan(5);
    const part = await project.ok("logs", "main@10..@20", "--json");
    expect(part.json.lines).toEqual(lines.filter(({ step }) => step >= 10 && step <= 20));
    const { stdout } = await project.ok("logs", "main@0..@0");
    expect(stdout.split("\n")[0]).toBe("0  founded");
  });

  test("of a fork: the shared past gives the parent's", async () => {
    const project = await city();
    await project.ok(...RECORD);
    await project.ok(..."branch fix main@17 --param growth=2".split(" "));
    const [main, fix] = await Promise.all(
      ["main", "fix"].map(async (name) => (await project.ok("logs", name, "--json")).json.lines),
    );
    const shared = (lines: { step: number }[]) => lines.filter(({ step }) => step < 17);
    expect(shared(fix)).toEqual(shared(main));
    const texts = fix.map((line: object) => JSON.stringify(line));
    expect(new Set(texts).size).toBe(texts.length);
    expect(fix).not.toEqual(main);
  });
});
