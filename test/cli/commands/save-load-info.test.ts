import { createHash } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
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
    const { json } = await theirs.ok("load", "run.replay", "-b", "main", "--json");
    const shown = (await mine.ok("show", "main", "--json")).json;
    expect(json.runs).toEqual([
      {
        ...{ branch: "main", run: shown.run, root: shown.root, steps: 1000 },
        ...{ blockSize: shown.blockSize, checkpoints: shown.checkpoints },
        ...{ names: ["main"], branches: ["main"], taken: [] },
      },
    ]);
    expect((await theirs.ok("verify", "main", "--full")).status).toBe(0);
    const again = await theirs.ok("save", "main", "-o", "again.replay", "--json");
    const bytes = await readFile(path.join(mine.root, "run.replay"));
    expect(again.json).toMatchObject({ file: "again.replay", bytes: bytes.length });
    expect(await readFile(path.join(theirs.root, "again.replay"))).toEqual(bytes);
  });

  test("-o replaces what the same command wrote, and says so; a user's other file stays", async () => {
    const mine = await walkProject();
    const lines = [
      ["save main", "run.replay"],
      ["get main@5", "state.json"],
      ["get main@5", "state.cbor"],
      ["checkout main@6", "state.json"],
      ["trace main --block 0", "block.trace"],
    ] as const;
    for (const [line, file] of lines) {
      const again = [...line.split(" "), "-o", file];
      await mine.ok(...again);
      expect((await mine.ok(...again)).stderr).toContain(`note: replaced ${file}\n`);
    }
    const before = await readFile(path.join(mine.root, "walk.ts"));
    const { status, stderr } = await mine.run("save", "main", "-o", "walk.ts");
    expect(status).toBe(1);
    expect(stderr).toContain("walk.ts: it is text, and would be replaced by a saved run\n");
    expect(await readFile(path.join(mine.root, "walk.ts"))).toEqual(before);
  });

  test("without a branch it is named by its id", async () => {
    const [mine, theirs] = [await walkProject(), await emptyProject()];
    await mine.ok("save", "main", "-o", "run.replay");
    await handOver("run.replay", mine, theirs);
    const { json } = await theirs.ok("load", "run.replay", "--json");
    const [{ branch, run }] = json.runs;
    expect(branch).toBeNull();
    expect((await theirs.ok("show", run.slice(0, 8), "--json")).json.run).toBe(run);
    expect((await theirs.ok("branch")).stdout).toBe("no branches yet\n");
  });

  test("info needs no store, and runs nothing", async () => {
    const [mine, theirs] = [await walkProject(), await bareProject()];
    await mine.ok("save", "main", "-o", "run.replay");
    await handOver("run.replay", mine, theirs);
    const { stdout } = await theirs.ok("info", "run.replay");
    expect(stdout).toMatch(/^run\.replay: \S+ \S+, intact\nrun {6}[0-9a-f]{64}\n/);
    const { json } = await theirs.ok("info", "run.replay", "--json");
    expect(json).toMatchObject({
      runs: [{ names: ["main"], steps: 1000 }],
      ...{ requires: [], leftOut: { code: false, checkpoints: 0 } },
      description: { steps: 1000, segments: [{ module: "walk.ts#default" }] },
    });
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

describe("several runs in one file", () => {
  const words = (line: string) => line.split(" ");

  /** A walk, a fork of it and a tag. */
  async function forkedProject(): Promise<Project> {
    const project = await walkProject();
    await project.ok(...words("branch fix main@500 --param p=0.6"));
    await project.ok(...words("tag v1 main"));
    return project;
  }

  /** The id and the root of what a revision names. */
  async function identity(project: Project, revision: string): Promise<unknown> {
    const { run, root } = (await project.ok("show", revision, "--json")).json;
    return [run, root];
  }

  test("hold each object once, with the names that the revisions gave them", async () => {
    const [mine, theirs] = [await forkedProject(), await emptyProject()];
    const saved = await mine.ok(...words("save main fix v1 -o runs.replay --json"));
    const { bytes, runs } = saved.json;
    expect(runs.map(({ names }: { names: string[] }) => names)).toEqual([["main", "v1"], ["fix"]]);
    const alone = await Promise.all(
      ["main", "fix"].map(async (name) => {
        const { json } = await mine.ok("save", name, "-o", `${name}.replay`, "--json");
        return json.bytes as number;
      }),
    );
    expect(bytes).toBeLessThan(alone.reduce((sum, each) => sum + each));
    await handOver("runs.replay", mine, theirs);
    const info = await theirs.ok("info", "runs.replay");
    expect(info.stdout).toMatch(
      /^runs\.replay: \S+ \S+, intact\nmain, v1 +1,000 steps +run [0-9a-f]{12}\nfix +1,000 steps +run [0-9a-f]{12}\n$/,
    );
    const loaded = await theirs.ok("load", "runs.replay");
    expect(loaded.stdout).toContain("loaded 2 runs\n");
    expect((await theirs.ok("branch")).stdout).toBe("no branches yet\n");
    const [main, fix] = runs;
    for (const { run } of [main, fix]) await theirs.ok("verify", run, "--full", "--trust");
  });

  test("--branches makes branches with their names, and says which are taken", async () => {
    const [mine, theirs] = [await forkedProject(), await walkProject()];
    await theirs.ok(...words("branch -m main fix"));
    await mine.ok(...words("save main fix v1 -o runs.replay"));
    await handOver("runs.replay", mine, theirs);
    const before = await identity(theirs, "fix");
    const { stdout, stderr } = await theirs.ok(...words("load runs.replay --branches"));
    expect(stdout).toMatch(/^loaded 2 runs\nmain, v1 .*\n- .*\n/);
    const [, id = ""] = /^note: fix is taken here: .* is ([0-9a-f]{12})\n$/.exec(stderr) ?? [];
    expect(await identity(theirs, id)).toEqual(await identity(mine, "fix"));
    for (const name of ["main", "v1"]) {
      expect(await identity(theirs, name)).toEqual(await identity(mine, "main"));
    }
    expect(await identity(theirs, "fix")).toEqual(before);
    // What names the same run already is no conflict, and one undo takes all of it back.
    expect((await theirs.ok(...words("load runs.replay --branches"))).stderr).toContain("fix is");
    await theirs.ok("undo");
    expect((await theirs.ok("branch")).stdout).toMatch(/^\* +fix .*\n$/);
  });

  test("names of a remote's branches are those of the branches", async () => {
    const mine = await forkedProject();
    await mine.ok(...words("remote add lab lab"));
    await mine.ok(...words("push lab"));
    await mine.ok(...words("save lab/fix -o fix.replay"));
    const { json } = await mine.ok(...words("info fix.replay --json"));
    expect(json.runs[0].names).toEqual(["fix"]);
  });

  test.each([
    ["load runs.replay -b other", 1, "expected a file with one run, got one with 2"],
    ["load runs.replay -b other --branches", 2, "expected --branch or --branches, got both"],
    ["save main fix@5 -o x.replay", 2, "expected a run, got one of its steps, fix@5"],
    ["save main -o x.replay --since fix@5", 2, "expected a run, got one of its steps, fix@5"],
    ["save main -o x.replay --with-code --no-code", 2, "got both"],
    ["save main -o x.replay --checkpoints some", 2, "expected --checkpoints all, none or every:N"],
    ["save main -o x.replay --checkpoints every:0", 2, 'got "every:0"'],
  ])("%s is refused, and the store does not change", async (line, expected, text) => {
    const project = await forkedProject();
    await project.ok(...words("save main fix -o runs.replay"));
    const before = await project.storeDigest();
    const { status, stderr } = await project.run(...words(line));
    expect([status, stderr]).toEqual([expected, expect.stringContaining(text)]);
    expect(stderr).toMatch(/\nhint: /);
    expect(await project.storeDigest()).toBe(before);
  });
});

const WIDE = `export default {
  name: "wide", params: { p: 1 },
  init: ({ rng }) => ({ values: Float64Array.from({ length: 40 }, () => rng.random()) }),
  step: (state, rng, { params }) => { state.values[rng.integer(0, 40)] = rng.random() * params.p; },
};`;

/** A run whose states are objects of their own, and a fork of it, in 40 blocks of 10 steps. */
async function wideProject(): Promise<Project> {
  const project = await emptyProject();
  await project.write("wide.ts", WIDE);
  await project.ok(..."record wide.ts --steps 1_000 --seed 1 --block-size 10 -b main".split(" "));
  await project.ok(..."branch fix main@800 --param p=2".split(" "));
  return project;
}

describe("without checkpoints", () => {
  const words = (line: string) => line.split(" ");

  test.each([
    ["none", 99],
    ["every:10", 90],
    ["every:1000", 99],
    ["all", 0],
  ])("--checkpoints %s: loads, verifies, gives every state, and is filled in", async (which, n) => {
    const [mine, theirs] = [await wideProject(), await emptyProject()];
    const { json: whole } = await mine.ok(...words("save main -o whole.replay --json"));
    const { json } = await mine.ok(...words(`save main -o x.replay --json --checkpoints ${which}`));
    if (n === 0) expect(json.bytes).toBe(whole.bytes);
    else expect(json.bytes).toBeLessThan(0.7 * whole.bytes);
    await handOver("x.replay", mine, theirs);
    const info = await theirs.ok("info", "x.replay");
    if (n > 0) expect(info.stdout).toContain(`\nwithout the states of ${n} checkpoints, `);
    else expect(info.stdout).not.toContain("without");
    await theirs.ok(...words("load x.replay -b main --trust"));
    const shown = (await mine.ok(...words("get main@555 --json"))).json.state;
    expect((await theirs.ok(...words("get main@555 --json"))).json.state).toEqual(shown);
    await theirs.ok(...words("show main"));
    await theirs.ok(...words("verify main --full"));
    const filled = await theirs.ok(...words("hydrate main --json"));
    expect(filled.json).toMatchObject({ checkpoints: 100, derived: n });
    await theirs.ok(...words("save main -o whole.replay"));
    const [a, b] = [mine, theirs].map(({ root }) => readFile(path.join(root, "whole.replay")));
    expect(await b).toEqual(await a);
  });

  test("of several runs: what one derives and another begins with goes in", async () => {
    const [mine, theirs] = [await wideProject(), await emptyProject()];
    await mine.ok(...words("save main fix -o runs.replay --checkpoints none --no-code"));
    await handOver("runs.replay", mine, theirs);
    const { stdout } = await theirs.ok("info", "runs.replay");
    expect(stdout).toContain("\nwithout code, which the project must have\nwithout the states of ");
    await theirs.write("wide.ts", WIDE);
    await theirs.ok(...words("load runs.replay --branches"));
    for (const name of ["main", "fix"]) await theirs.ok("verify", name, "--full");
  });

  test("what a store lacks cannot be saved, unless it is left out", async () => {
    const [mine, theirs] = [await wideProject(), await emptyProject()];
    await mine.ok(...words("save main -o thin.replay --checkpoints none"));
    await handOver("thin.replay", mine, theirs);
    await theirs.ok(...words("load thin.replay -b main"));
    const { status, stderr } = await theirs.run(...words("save main -o again.replay"));
    expect([status, stderr]).toEqual([4, expect.stringContaining("rewind hydrate")]);
    await theirs.ok(...words("save main -o again.replay --checkpoints none"));
    const [a, b] = [
      await readFile(path.join(mine.root, "thin.replay")),
      await readFile(path.join(theirs.root, "again.replay")),
    ];
    expect(b).toEqual(a);
  });
});

describe("--since", () => {
  const words = (line: string) => line.split(" ");

  test.each(["all", "none"])(
    "leaves out what the other run has, whether its checkpoints are there or not: %s",
    async (which) => {
      const [mine, theirs] = [await wideProject(), await emptyProject()];
      await mine.ok(...words(`save main -o main.replay --checkpoints ${which}`));
      const alone = await mine.ok(...words("save fix -o alone.replay --json"));
      const thin = await mine.ok(...words("save fix --since main -o fix.replay --json"));
      expect(thin.json.bytes).toBeLessThan(alone.json.bytes / 2);
      expect(thin.json.requires).toMatchObject([{ names: ["main"] }]);
      for (const file of ["main.replay", "fix.replay"]) await handOver(file, mine, theirs);

      const info = await theirs.ok("info", "fix.replay");
      expect(info.stdout).toMatch(
        /intact\nneeds a store that has main \(run [0-9a-f]{12}\): what these have is left out\nfix +1,000 steps/,
      );
      const before = await theirs.storeDigest();
      const refused = await theirs.run(...words("load fix.replay -b fix"));
      expect([refused.status, refused.stderr]).toEqual([
        1,
        expect.stringMatching(
          /^error: the file holds only what main \([0-9a-f]{12}\) lacks, .*\nhint: /,
        ),
      ]);
      expect(await theirs.storeDigest()).toBe(before);

      await theirs.ok(...words("load main.replay -b main --trust"));
      await theirs.ok(...words("load fix.replay -b fix --trust"));
      for (const name of ["main", "fix"]) await theirs.ok("verify", name, "--full");
      // And again, where it is already.
      await theirs.ok(...words("load fix.replay -b again"));
      await theirs.ok(...words("hydrate fix"));
      await theirs.ok(...words("save fix -o alone.replay"));
      const [a, b] = [mine, theirs].map(({ root }) => readFile(path.join(root, "alone.replay")));
      expect(await b).toEqual(await a);
    },
  );

  test("a fork of a fork needs that fork alone, which may be as thin as can be", async () => {
    const [mine, theirs] = [await wideProject(), await emptyProject()];
    await mine.ok(...words("save fix -o fix.replay --no-code --checkpoints none"));
    await handOver("fix.replay", mine, theirs);
    await theirs.ok(...words("load fix.replay"));
    await mine.ok(...words("branch other fix@900 --param p=3"));
    await mine.ok(...words("save other --since fix -o other.replay"));
    await handOver("other.replay", mine, theirs);
    await theirs.ok(...words("load other.replay -b other"));
    const bare = await emptyProject();
    await handOver("other.replay", mine, bare);
    expect((await bare.run(...words("load other.replay"))).stderr).toContain("only what fix (");
  });
});

test("a file that is wrong at its very end changes no byte of the store", async () => {
  const [mine, theirs] = [await wideProject(), await emptyProject()];
  await mine.ok(..."save main fix -o runs.replay".split(" "));
  const whole = await readFile(path.join(mine.root, "runs.replay"));
  // The last object is changed and everything around it is made to fit.
  await theirs.write("bad.replay", (await withLastByteFlipped(whole)) as unknown as string);
  const before = await theirs.storeDigest();
  const { status, stderr } = await theirs.run("load", "bad.replay", "--branches");
  expect([status, stderr]).toEqual([1, expect.stringContaining("not a valid replay file: ")]);
  expect(await theirs.storeDigest()).toBe(before);
});

async function withLastByteFlipped(whole: Buffer): Promise<Buffer> {
  const list = 20 + whole.readUInt32LE(16);
  let at = list;
  for (;;) {
    const next = at + 8 + whole.readUInt32LE(at + 4);
    if (whole.readUInt32LE(next) === 0) break;
    at = next;
  }
  const raw = brotliDecompressSync(whole.subarray(at + 8, at + 8 + whole.readUInt32LE(at + 4)));
  raw[raw.length - 1] = (raw.at(-1) as number) ^ 1;
  const packed = brotliCompressSync(raw);
  const header = Buffer.alloc(8);
  header.writeUInt32LE(raw.length, 0);
  header.writeUInt32LE(packed.length, 4);
  const body = Buffer.concat([whole.subarray(0, at), header, packed, Buffer.alloc(8)]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}
