import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { bareProject, emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

async function handOver(file: string, from: Project, to: Project): Promise<void> {
  await cp(path.join(from.root, file), path.join(to.root, file));
}

describe("save, load, info", () => {
  test("for a run loaded without a branch, commands that reach it are printed, ready to run", async () => {
    const ours = await walkProject();
    await ours.ok("save", "main", "-o", "run.replay");
    const theirs = await emptyProject();
    const { stdout } = await theirs.ok("load", path.join(ours.root, "run.replay"));
    const [show = "", tag = ""] = [...stdout.matchAll(/`rewind (.*?)`/g)].map(([, line]) => line);
    expect((await theirs.ok(...show.split(" "))).stdout).toMatch(/^run .*\n(.*\n)*steps +1,000\n/);
    await theirs.ok(...tag.replace("NAME", "v1").split(" "));
    expect((await theirs.ok("show", "v1", "--json")).json.steps).toBe(1000);
    const named = await theirs.ok("load", path.join(ours.root, "run.replay"), "-b", "main");
    expect(named.stdout).not.toContain("`");
  });

  test("save and load give the same run, and the same bytes", async () => {
    const [mine, theirs] = [await walkProject(), await emptyProject("walk.ts")];
    const saved = await mine.ok("save", "main", "-o", "run.replay");
    expect(saved.stdout).toMatch(/^saved [0-9a-f]{12} to run\.replay, \S+ \S+\n$/);
    await handOver("run.replay", mine, theirs);
    const { json } = await theirs.ok("load", "run.replay", "-b", "theirs", "--json");
    expect(Object.keys(json)).toEqual([
      "branch",
      "run",
      "root",
      "steps",
      "blockSize",
      "checkpoints",
    ]);
    expect(json.run).toBe((await mine.ok("show", "--json")).json.run);
    expect((await theirs.ok("verify", "theirs", "--full")).status).toBe(0);
    const again = await theirs.ok("save", "theirs", "-o", "again.replay", "--json");
    const bytes = await readFile(path.join(mine.root, "run.replay"));
    expect(again.json).toMatchObject({ file: "again.replay", bytes: bytes.length });
    expect(await readFile(path.join(theirs.root, "again.replay"))).toEqual(bytes);
  });

  test("without a branch it is named by its id", async () => {
    const [mine, theirs] = [await walkProject(), await emptyProject()];
    await mine.ok("save", "main", "-o", "run.replay");
    await handOver("run.replay", mine, theirs);
    const { json } = await theirs.ok("load", "run.replay", "--json");
    expect(json.branch).toBeNull();
    expect((await theirs.ok("show", json.run.slice(0, 8), "--json")).json.run).toBe(json.run);
    expect((await theirs.ok("branch")).stdout).toBe("no branches yet\n");
  });

  test("info needs no store, and runs nothing", async () => {
    const [mine, theirs] = [await walkProject(), await bareProject()];
    await mine.ok("save", "main", "-o", "run.replay");
    await handOver("run.replay", mine, theirs);
    const { stdout } = await theirs.ok("info", "run.replay");
    expect(stdout).toMatch(/^run\.replay: \S+ \S+, intact\nrun {6}[0-9a-f]{64}\n/);
    const { json } = await theirs.ok("info", "run.replay", "--json");
    expect(json).toMatchObject({ steps: 1000, segments: [{ module: "walk.ts#default" }] });
  });

  test("--no-code: only those who have the module can replay it", async () => {
    const [mine, same, none] = [
      await walkProject(),
      await emptyProject("walk.ts"),
      await emptyProject(),
    ];
    await mine.ok("save", "main", "-o", "run.replay", "--no-code");
    for (const project of [same, none]) {
      await handOver("run.replay", mine, project);
      await project.ok("load", "run.replay", "-b", "theirs");
    }
    for (let i = 0; i < 2; i++) {
      expect((await same.ok("get", "theirs@500")).stderr).toBe("");
    }
    const { status, stderr } = await none.run("get", "theirs@500");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: the code of "random-walk" \(walk\.ts\) was left out.*\nhint: .*--program working/,
    );
    // The last state is stored, but only the program has the codecs to read it.
    expect((await none.run("show", "theirs")).status).toBe(0);
  });

  test("every damaged, cut or foreign file is refused, and the store does not change", async () => {
    const [mine, theirs] = [await walkProject(), await emptyProject("walk.ts")];
    await mine.ok("save", "main", "-o", "run.replay");
    const whole = await readFile(path.join(mine.root, "run.replay"));
    const before = await theirs.storeDigest();
    const files: Record<string, Buffer | string> = {
      empty: "",
      text: "this is not a replay file at all, however long it may be, is it",
      headerOnly: whole.subarray(0, 16),
      cut: whole.subarray(0, whole.length - 1),
      longer: Buffer.concat([whole, Buffer.from([0])]),
    };
    for (let at = 0; at < whole.length; at += 97) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ 1;
      files[`flipped ${at}`] = flipped;
    }
    for (const [name, bytes] of Object.entries(files)) {
      await theirs.write("bad.replay", bytes as string);
      for (const command of ["load", "info"]) {
        const { status, stderr } = await theirs.run(command, "bad.replay");
        expect([name, status, stderr]).toEqual([
          name,
          1,
          expect.stringMatching(/^error: not a valid replay file: .*\nhint: the file is damaged/),
        ]);
      }
    }
    expect(await theirs.storeDigest()).toBe(before);
  });

  test.each([
    ["load none.replay", 1, "there is no such file or folder"],
    ["load .", 1, "it is a folder"],
    ["info none.replay", 1, "there is no such file or folder"],
    ["load run.replay -b main", 1, "the branch main exists already"],
    ["load run.replay -b MAIN", 1, "they differ only in case"],
    ["load run.replay -b a..b", 2, "two dots in a row"],
    ["save main", 2, "expected --output FILE"],
    ["save main -o", 2, "expected a value for -o"],
    ["save main -o .", 1, "it is a folder"],
    ["save main -o none/run.replay", 1, "there is no such file or folder"],
    ["save main@5 -o run.replay", 2, "expected a run"],
    ["save nope -o run.replay", 1, 'expected the name of a run, got "nope"'],
  ])("%s is refused", async (line, expected, text) => {
    const project = await walkProject();
    await project.ok("save", "main", "-o", "run.replay");
    const before = await project.storeDigest();
    const { status, stderr } = await project.run(...line.split(" "));
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(stderr).toContain(text);
    expect(status).toBe(expected);
    expect(await project.storeDigest()).toBe(before);
  });
});
