import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../../src/repository.ts";
import { emptyProject, type Project, strangersProject } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

/** A run of a program with two files and a package, in another user's store. */
async function theirs(...options: string[]): Promise<Project> {
  const mine = await emptyProject();
  await mine.write("node_modules/pack/package.json", '{ "name": "pack", "version": "1.2.0" }');
  await mine.write("node_modules/pack/index.js", "exports.one = 1;");
  await mine.write("lib/next.ts", "export const next = (x: number): number => x + 1;");
  await mine.write("model.ts", MODEL);
  await mine.ok(...words("record model.ts --steps 10"));
  await mine.ok("save", "main", "-o", "run.replay", ...options);
  const here = await strangersProject();
  await cp(path.join(mine.root, "run.replay"), path.join(here.root, "run.replay"));
  await here.ok(...words("load run.replay -b theirs"));
  return here;
}

const MODEL = `import { next } from "./lib/next.ts";
import { one } from "pack";
export const model = { name: "model", init: () => one, step: next };`;

describe("trust", () => {
  test("shows what will run, and lets it run: in every project of this user", async () => {
    const here = await theirs();
    expect((await here.run("get", "theirs@5")).status).toBe(1);
    expect((await here.ok("trust", "theirs")).stdout).toMatch(
      new RegExp(
        "^model, from model\\.ts#model\\n" +
          "model\\.ts {5}[\\d,]+ bytes\\nlib/next\\.ts {2}\\d+ bytes\\n" +
          "pack 1\\.2\\.0 {2}\\d+ bytes\\n\\n" +
          "trusted: this code may now run in all your projects\\n$",
      ),
    );
    expect((await here.ok("get", "theirs@5")).stdout).toBe("6\n");
    await rm(path.join(here.root, ".rewind"), { recursive: true });
    await here.ok("init");
    await here.ok(...words("load run.replay -b again"));
    expect((await here.ok("get", "again@5")).stdout).toBe("6\n");
  });

  test("the sizes cover everything that runs", async () => {
    const here = await theirs();
    const [program] = (await here.ok(...words("trust theirs --json"))).json.programs;
    const { programs } = (await here.ok(...words("show theirs --source --all --json"))).json;
    const [{ source }] = programs;
    const sum = [...program.files, ...program.packages].reduce((all, { bytes }) => all + bytes, 0);
    expect(sum).toBe(Buffer.byteLength(source));
    expect(program).toMatchObject({ name: "model", module: "model.ts", exportName: "model" });
  });

  test("--list and --forget, by a revision or by an id", async () => {
    const here = await theirs();
    expect((await here.ok("trust", "--list")).stdout).toBe("no program is trusted\n");
    const [{ program }] = (await here.ok(...words("trust theirs --json"))).json.programs;
    expect((await here.ok("trust", "--list")).stdout).toBe(`${program}  model, from model.ts\n`);
    expect((await here.ok(...words("trust --forget theirs"))).stdout).toBe(
      "no longer trusted: 1 program\n",
    );
    expect((await here.run("get", "theirs@5")).status).toBe(1);
    expect((await here.ok(...words("trust --forget theirs"))).stdout).toBe(
      "its code was not trusted\n",
    );
    await here.ok("trust", "theirs");
    await rm(path.join(here.root, ".rewind"), { recursive: true });
    await here.ok("init");
    expect((await here.ok("trust", "--list")).stdout).toBe(`${program}  not in this store\n`);
    const { json } = await here.ok("trust", "--forget", program, "--json");
    expect(json).toEqual({ forgotten: [program] });
    expect((await here.ok(...words("trust --list --json"))).json).toEqual({ programs: [] });
  });

  test("code that was left out runs from the working files, if they give the same code", async () => {
    const here = await theirs("--no-code");
    expect((await here.ok("trust", "theirs")).stdout).toContain("its code was left out");
    await here.write("model.ts", MODEL);
    const missing = await here.run("get", "theirs@5");
    expect(missing.stderr).toContain("was left out when the run was saved");
    await here.write("lib/next.ts", "export const next = (x: number): number => x + 1;");
    await here.write("node_modules/pack/package.json", '{ "name": "pack", "version": "1.2.0" }');
    await here.write("node_modules/pack/index.js", "exports.one = 1;");
    expect((await here.ok("get", "theirs@5")).stdout).toBe("6\n");
    await here.write("lib/next.ts", "export const next = (x: number): number => x + 2;");
    expect((await here.run("get", "theirs@5")).stderr).toContain("was left out");
  });

  test.each([
    ["that the bundler would refuse", "model.ts", "(".repeat(1000)],
    ["of other code", "model.ts", MODEL.replace("1", "2")],
    ["with settings of theirs", "tsconfig.json", '{ "extends": "./gone.json" }'],
  ])(
    "code that was left out and is not trusted: nothing is bundled of files %s",
    async (_, file, text) => {
      const here = await theirs("--no-code");
      await here.write("model.ts", MODEL);
      await here.write(file, text);
      const lines = [
        "get theirs@5",
        "show theirs@5",
        "find theirs x>1",
        "stats theirs x",
        "diff theirs@5 theirs@7",
      ];
      for (const line of lines) {
        const { stderr } = await here.run(...words(line));
        expect([line, stderr]).toEqual([line, expect.stringContaining("has never run here")]);
      }
    },
  );

  test("--trust is remembered too; trust and untrust in the library do the same", async () => {
    const mine = await emptyProject();
    await mine.write("lib/next.ts", "export const next = (x: number): number => x + 1;");
    await mine.write("m.ts", 'export default { name: "m", init: () => 0, step: (x) => x + 1 };');
    await mine.ok(...words("record m.ts --steps 10"));
    const repo = await openRepository(mine.root);
    const [id] = await repo.untrust("main");
    const { run } = await repo.revision("main");
    await expect(run.get(5)).rejects.toMatchObject({ code: "PROGRAM_NOT_TRUSTED" });
    expect(await repo.trust()).toMatchObject([{ program: id, files: [{ path: "m.ts" }] }]);
    expect(await run.get(5)).toBe(5);
    expect(await repo.trusted()).toContainEqual({ program: id, name: "m", module: "m.ts" });
    await repo.close();
  });

  test("of a fork with new code: everything that its replay runs, up to the named step", async () => {
    const mine = await emptyProject();
    const step = (by: number): string =>
      `export default { name: "m", init: () => 0, step: (x) => x + ${by} };`;
    await mine.write("m.ts", step(1));
    await mine.ok(...words("record m.ts --steps 10"));
    await mine.write("m.ts", step(2));
    await mine.ok(...words("branch fork main@5 --program working"));
    const programs = async (revision: string): Promise<unknown[]> =>
      (await mine.ok("trust", revision, "--json")).json.programs;
    expect(await programs("fork")).toHaveLength(2);
    expect(await programs("fork@4")).toHaveLength(1);
    expect(await programs("main")).toHaveLength(1);
  });
});
