import { readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openRepository } from "../../src/repository.ts";
import { cloneOf, emptyProject, type Project } from "../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

/** The marker that code of a clone leaves when it is loaded and in each step. */
const left = Atomics as { ran?: boolean };

const HOSTILE = `Atomics.ran = true;
  export default { name: "m", init: () => 0, step: (x) => { Atomics.ran = true; return x + 1; } };`;

beforeEach(() => {
  delete left.ran;
});

/** A clone with everything that its maker could put there, and a file of a run. */
async function hostileClone(): Promise<Project> {
  return cloneOf(theirs);
}

let theirs: Project;
beforeAll(async () => {
  theirs = await emptyProject();
  await theirs.write("m.ts", HOSTILE);
  await theirs.ok(...words("record m.ts --steps 10"));
  await theirs.ok(...words("branch fork main@5 --set state=9 --steps 20"));
  await theirs.ok(...words("checkout main@5"));
  await theirs.ok(...words("save main -o run.replay"));
  const { json } = await theirs.ok(...words("trust main --json"));
  const [{ program }] = json.programs;
  const { source } = (await theirs.ok("cat-file", program, "--json")).json.content;
  for (const id of [program, source]) {
    await theirs.write(`.rewind/local/trusted/${id}`, "");
    await theirs.write(`.rewind/trusted/${id}`, "");
    await theirs.write(`.rewind/local/programs/${id}.inputs.json`, "{}");
  }
  await theirs.write(".rewind/local/config", '{ "inputs.limit": "9GB" }');
});

describe("a clone whose program leaves a marker if it runs", () => {
  test.each([
    ...["log", "log main", "log --all --graph", "show main", "show main --json", "show fork"],
    ...["show main --source", "show main --source --all", "show main --source --packages"],
    ...[
      "show main --seeds",
      "info run.replay",
      "load run.replay -b again",
      "save main -o x.replay",
    ],
    ...["branch", "branch --json", "tag", "tag v1 main", "reflog", "config", "cat-file main"],
    ...["branch -m fork other", "branch -d fork", "checkout main", "completion bash"],
    ...[
      "completion bash --words 2 -- rewind get ma",
      "diff main main",
      "trust main",
      "trust --list",
      "trust --forget main",
    ],
  ])("rewind %s works, and runs nothing", async (line) => {
    const clone = await hostileClone();
    await clone.ok(...words(line));
    expect(left.ran).toBeUndefined();
  });

  test.each([
    ...["get main@7", "show", "show main@7", "find main true", "stats main", "verify main --full"],
    ...[
      "branch f main@7",
      "extend main --by 5",
      "step",
      "diff main fork",
      "diff main@7..fork@7",
      "get main --trust=no",
    ],
    ...["checkout main@7 -o x.json", "reset main@7", "find main@3..@7 true", "get fork@7"],
  ])("rewind %s is refused, and runs nothing", async (line) => {
    const clone = await hostileClone();
    const { status, stderr } = await clone.run(...words(line));
    expect([line, status]).toEqual([line, line.includes("=no") ? 2 : 1]);
    if (status === 1) expect(stderr).toMatch(/came from elsewhere.*\nhint: .*rewind trust \w+/);
    expect(left.ran).toBeUndefined();
  });

  test("it runs if the user names the module", async () => {
    for (const line of ["record m.ts --steps 5 -b mine", "verify main --program working"]) {
      const clone = await hostileClone();
      await clone.run(...words(line));
      expect([line, left.ran]).toEqual([line, true]);
      delete left.ran;
    }
  });

  test("readers write nothing into the store, not even into local/", async () => {
    const clone = await hostileClone();
    await clone.ok("trust", "main");
    const before = filesBelow(path.join(clone.root, ".rewind"));
    for (const line of ["get main@7", "show", "log", "branch", "find main true", "verify --full"]) {
      await clone.ok(...words(line));
    }
    expect(filesBelow(path.join(clone.root, ".rewind"))).toEqual(before);
  });
});

describe("paths out of the project", () => {
  test("a link in a clone in place of a recorded module", async () => {
    const outside = await emptyProject();
    await outside.write("m.ts", HOSTILE);
    const theirs = await emptyProject();
    await theirs.write("m.ts", HOSTILE.replace("x + 1", "x + 2"));
    await theirs.ok(...words("record m.ts --steps 10"));
    const clone = await cloneOf(theirs);
    rmSync(path.join(clone.root, "m.ts"));
    symlinkSync(path.join(outside.root, "m.ts"), path.join(clone.root, "m.ts"));
    delete left.ran;
    for (const line of ["verify main --program working", "branch f main@0 --program working"]) {
      const { status, stderr } = await clone.run(...words(line));
      expect([line, status]).toEqual([line, 1]);
      expect(stderr).toContain(
        'expected the recorded module to be in the project folder, got "m.ts"',
      );
    }
    expect(left.ran).toBeUndefined();
    // The recorded code can still be replayed, and the file outside is not read.
    await clone.ok("trust", "main");
    const { stdout, stderr } = await clone.ok("get", "main@5");
    expect([stdout, stderr]).toEqual(["10\n", expect.stringContaining("is outside the project")]);
  });
});

describe("one's own recording", () => {
  test("is trusted from its first step, so that an interrupted one can be resumed", async () => {
    const project = await emptyProject();
    await project.write(
      "m.ts",
      `export default { name: "m", init: () => 0, step(x, rng, ctx) {
        if (ctx.step === 3) throw new Error("no more"); return x + 1; } };`,
    );
    const failed = await project.run(...words("record m.ts --steps 10 --block-size 1"));
    expect(failed.status).toBe(1);
    // The file has changed, so working files with the same code play no part.
    await project.write("m.ts", "export default 1;");
    expect((await project.ok("get", "main@2")).stdout).toBe("2\n");
  });

  test("of a simulation in memory is not noted", async () => {
    const project = await emptyProject();
    const repo = await openRepository(project.root);
    const before = (await repo.trusted()).length;
    await repo.record({ name: "s", init: () => 0, step: (x: number) => x }, { steps: 5 });
    expect(await repo.trusted()).toHaveLength(before);
    await repo.close();
  });
});

function filesBelow(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [file, readFileSync(file, "hex")];
    }),
  );
}
