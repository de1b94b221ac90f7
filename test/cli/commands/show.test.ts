import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  bareProject,
  emptyProject,
  type Project,
  strangersProject,
  unfinished,
  walkProject,
} from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

/** The output, with ids as `#`, whole ones as `##`, times as `~` and shared sizes as `*`. */
async function printed(project: Project, line: string): Promise<string> {
  const { stdout } = await project.ok(...words(line));
  return stdout
    .replace(/\b[0-9a-f]{64}\b/g, "##")
    .replace(/\b[0-9a-f]{12}\b/g, "#")
    .replace(/\d{4}-\d\d-\d\dT\S+Z.*/g, "~")
    .replace(/^(objects ) .*: shared with its origin \d+, .*, its own \d+, .*$/m, "$1 *");
}

describe("show of a run", () => {
  test("what it is, its origins, the changes in each segment", async () => {
    const project = await emptyProject("shock.ts");
    await project.ok(...words("record shock.ts --steps 100 --seed 1"));
    await project.ok(...words("branch a main@52 --param clamp=5 --seed 7"));
    await project.ok(
      ...words("branch b a@70 --set state.x=3 --set state.shocks=9 --message hello"),
    );
    await project.ok(...words("tag v1 b"));
    const { state } = (await project.ok(...words("get a@70 --json"))).json;
    expect(await printed(project, "show b")).toBe(
      [
        "run      ##",
        "names    b, v1",
        "root     ##",
        "steps    100",
        "blocks   10 checkpoints, 10 steps apart",
        "objects  *",
        "message  hello",
        "recorded ~",
        `host     Node ${process.versions.node}, ${process.platform} ${process.arch}`,
        "origin   forked from a@70 (run #)",
        "         forked from main@52 (run #)",
        'params   {"dt":0.01,"calm":0.3,"relaxation":1,"shockRate":0.1,"shockSize":0.5,"clamp":5}',
        "from step 0",
        "  program    shock (shock.ts#default, #)",
        "  generator  xoshiro128++, seed 1",
        '  params     {"dt":0.01,"calm":0.3,"relaxation":1,"shockRate":0.1,"shockSize":0.5,"clamp":0}',
        "from step 52",
        "  seed       1 → 7",
        "  params     clamp 0 → 5",
        "from step 70",
        `  state      state.x ${state.x} → 3, state.shocks ${state.shocks} → 9`,
        "",
      ].join("\n"),
    );
  });

  test("--json has all of that", async () => {
    const project = await walkProject();
    await project.ok(...words("branch a main@500 --param p=0.6 --set state=9"));
    const before = (await project.ok(...words("get main@500 --json"))).json.state;
    const { json } = await project.ok(...words("show a --json"));
    const main = (await project.ok(...words("show main --json"))).json;
    expect(json).toMatchObject({
      names: ["a"],
      steps: 1000,
      goal: 1000,
      blockSize: 32,
      checkpoints: 32,
      parents: [{ run: main.run, step: 500 }],
      origin: [{ kind: "forked", run: main.run, step: 500, name: "main" }],
      segments: [
        { start: 0, simulation: "random-walk", seed: 42, params: { p: 0.5 }, changes: null },
        {
          start: 500,
          params: { p: 0.6 },
          stateStored: true,
          changes: {
            params: [{ name: "p", before: 0.5, after: 0.6 }],
            seed: null,
            program: null,
            generator: null,
            state: true,
            fields: [{ name: "state", before, after: 9 }],
          },
        },
      ],
    });
    expect(main).toMatchObject({ origin: [], meta: { message: "a walk" } });
  });

  test("sizes: shared with its origin, and its own", async () => {
    const project = await emptyProject("sir.ts");
    await project.ok(...words("record sir.ts --steps 64 --seed 1 --block-size 8"));
    await project.ok(...words("branch same main@32"));
    await project.ok(...words("branch other main@32 --seed 2"));
    const sizeOf = async (name: string): Promise<Record<string, never>> =>
      (await project.ok("show", name, "--json")).json.objects;
    const [main, same, other] = [await sizeOf("main"), await sizeOf("same"), await sizeOf("other")];
    // Everything but the manifest is shared: the fork has the same future.
    expect(main).toMatchObject({ counted: true, own: { count: main.count }, shared: { count: 0 } });
    expect(same).toMatchObject({ count: main.count, own: { count: 1 } });
    const objects = other as unknown as Record<"own" | "shared", { count: number; bytes: number }>;
    expect(objects.own.count + objects.shared.count).toBe(other.count);
    expect(objects.own.bytes + objects.shared.bytes).toBe(other.bytes);
    expect(objects.shared.count).toBeGreaterThan(4);
    expect(objects.own.count).toBeGreaterThan(4);
  });

  test("an unfinished run, and what resumed it", async () => {
    const project = await emptyProject();
    await unfinished(project);
    expect(await printed(project, "show unfinished")).toContain(
      "\nsteps    70 of 100, unfinished\n",
    );
    expect(await printed(project, "show unfinished@60")).toMatch(
      /^unfinished at step 60 \(run #\), unfinished at 70 of 100\n/,
    );
    await project.ok(...words("reset unfinished@30"));
    await project.ok(...words("extend unfinished --steps 50"));
    expect(await printed(project, "show unfinished")).toMatch(
      /\norigin {3}extends unfinished@30 \(run #\)\n {9}reset from archive\/unfinished\/1@30 \(run #\)\n/,
    );
  });

  test("a fork at step 0 is described in full, with its differences from its origin", async () => {
    const project = await walkProject();
    await project.ok(...words("branch z main@0 --seed 3"));
    expect(await printed(project, "show z")).toMatch(
      /\nfrom step 0\n {2}program .*\n {2}generator .*, seed 3\n {2}params .*\n {2}seed {7}42 → 3\n$/,
    );
    await project.ok(...words("branch set main@0 --param p=0.6 --set state=4"));
    const changed = "\n  params     p 0.5 → 0.6\n  state      state 0 → 4\n";
    expect(await printed(project, "show set")).toContain(changed);
    await project.ok(...words("extend set --by 10"));
    expect(await printed(project, "show set")).toContain(changed);
    await project.ok(...words("reset set@0"));
    expect(await printed(project, "show set")).toContain(changed);
    const { json } = await project.ok(...words("show set --json"));
    expect(json.segments[0].changes).toMatchObject({
      state: true,
      fields: [{ name: "state", before: 0, after: 4 }],
    });
  });

  test("a recorded run shows no changes, even if it is cut to step 0", async () => {
    const project = await walkProject();
    await project.ok(...words("reset main@0"));
    const { json, stdout } = await project.ok(...words("show main --json"));
    expect([json.segments.length, json.segments[0].changes]).toEqual([1, null]);
    expect(stdout).not.toContain("perhaps");
  });

  test("a fork at step 0 whose code cannot run shows whether the state was changed", async () => {
    const project = await walkProject();
    await project.ok(...words("branch param main@0 --param p=0.6"));
    await project.ok(...words("branch set main@0 --param p=0.6 --set state=4"));
    const elsewhere = await strangersProject();
    for (const name of ["main", "param", "set"]) {
      await project.ok(...words(`save ${name} -o ${name}.replay`));
      await elsewhere.ok("load", path.join(project.root, `${name}.replay`), "-b", name);
    }
    const text = async (name: string): Promise<string> => {
      const { stdout } = await elsewhere.ok("show", name);
      return stdout.slice(stdout.indexOf("p 0.5"));
    };
    expect(await text("param")).toBe("p 0.5 → 0.6\n");
    expect(await text("set")).toBe("p 0.5 → 0.6\n  state      changed\n");
  });

  test("if its code cannot run, the changes in the state are unknown", async () => {
    const project = await walkProject();
    await project.ok(...words("branch a main@500 --param p=0.6 --set state=9"));
    await project.ok(...words("branch b main@500 --set state=9"));
    const elsewhere = await strangersProject();
    for (const name of ["a", "b"]) {
      await project.ok("save", name, "-o", path.join(elsewhere.root, `${name}.replay`));
      await elsewhere.ok("load", `${name}.replay`, "-b", name);
    }
    const changesOf = async (name: string): Promise<unknown> =>
      (await elsewhere.ok("show", name, "--json")).json.segments[1].changes;
    expect(await changesOf("a")).toMatchObject({ state: null, fields: null });
    // Nothing else was changed, so it was the state.
    expect(await changesOf("b")).toMatchObject({ state: true, fields: null });
    expect((await elsewhere.ok("show", "b")).stdout).toMatch(/\n {2}state {6}changed\n$/);
    // Its parent is not here, so the shared size is unknown.
    const { objects, origin } = (await elsewhere.ok("show", "a", "--json")).json;
    expect(objects).toMatchObject({ counted: true, own: null, shared: null });
    expect(origin).toMatchObject([{ kind: "forked", step: 500, name: null }]);
    const trusted = await elsewhere.ok("show", "a", "--json", "--trust");
    expect(trusted.json.segments[1].changes).toMatchObject({ state: true, fields: [{ after: 9 }] });
  });
});

describe("long values", () => {
  const LETTERS = "x".repeat(5_000);

  /** A table among the params that takes half a megabyte; a fork changes one number of it. */
  async function tableProject(): Promise<Project> {
    const project = await emptyProject();
    const table = "Array.from({ length: 60_000 }, (_, i) => i / 7)";
    await project.write(
      "table.ts",
      `export default {
        name: "table", params: { first: 1, table: ${table} }, init: () => 0, step: (x) => x + 1,
      };`,
    );
    await project.ok(...words("record table.ts --steps 100 --seed 1 -m"), LETTERS);
    await project.ok(...words("branch fork main@50 --param table[7]=3 --message"), LETTERS);
    await project.ok(...words("tag v1 fork -m"), LETTERS);
    await project.ok(...words("save fork -o fork.replay"));
    return project;
  }

  test("params are measured in text, and whole in JSON", async () => {
    const project = await tableProject();
    for (const line of ["show fork", "info fork.replay"]) {
      const { stdout } = await project.ok(...words(line));
      expect(stdout).toMatch(/^params +488 kB: --json prints them$/m);
      expect(stdout).toMatch(/^ {2}params +488 kB: --json prints them$/m);
      expect(stdout).toMatch(/^ {2}params +other values, 488 kB → 488 kB: --json lists them$/m);
      expect(stdout.length).toBeLessThan(3_000);
      const shown = (await project.ok(...words(line), "--json")).json;
      const json = line.startsWith("info") ? shown.description : shown;
      expect(
        json.segments.map((one: { params: { table: number[] } }) => one.params.table[7]),
      ).toEqual([1, 3]);
      expect(json.segments[1].changes.params[0].name).toBe("table");
      expect(Object.keys(json.segments[1])).not.toContain("paramsBytes");
      expect(Object.keys(json.segments[1].changes)).not.toContain("long");
    }
    const { stdout } = await project.ok("log", "fork");
    expect(stdout).toContain("  params other values, 488 kB → 488 kB: --json lists them");
    expect(stdout).toContain("  params 488 kB: --json prints them");
    const { runs } = (await project.ok("log", "fork", "--json")).json;
    expect(runs[0].params.table[7]).toBe(3);
  });

  test.each([
    [
      "text that is no id",
      "refs/tags/v1",
      "nonsense\n",
      "the tag v1 is damaged: expected the id of a run",
    ],
    [
      "a tag that is not there",
      "refs/tags/v1",
      `${"5".repeat(64)}\n`,
      "the tag v1 is damaged: the tag 5555",
    ],
    [
      "a branch",
      "refs/heads/other",
      "nonsense\n",
      "the branch other is damaged: expected the id of a run",
    ],
  ])("a damaged ref may be a name of the run, and is reported: %s", async (_, ref, text, says) => {
    const project = await walkProject();
    await project.ok("tag", "v1", "main");
    await writeFile(path.join(project.root, ".rewind", ref), text);
    for (const line of ["show main", "log main"]) {
      const { status, stdout, stderr } = await project.run(...words(line));
      expect([line, status, stderr.match(/^error: /gm)?.length]).toEqual([line, 4, 1]);
      expect(stderr).toContain(`error: ${says}`);
      expect(stdout).toContain("a walk");
      const { json } = await project.run(...words(line), "--json");
      expect(json.damaged).toMatchObject([{ ref }]);
    }
    expect((await project.run("log", "--all")).stderr.match(/^error: /gm)).toHaveLength(1);
    expect((await project.run("get", "main")).status).toBe(0);
  });

  test("damage in a part that is not printed does not prevent the text", async () => {
    const project = await tableProject();
    const { chunks } = (await project.ok("cat-file", await paramsOf(project), "--json")).json
      .content;
    for (const name of await readdir(path.join(project.root, ".rewind/objects"))) {
      const file = path.join(project.root, ".rewind/objects", name);
      const bytes = await readFile(file);
      const at = name.endsWith(".pack") ? bytes.indexOf(Buffer.from(chunks[0], "hex")) : -1;
      if (at === -1) continue;
      bytes[at + 100] = 1 ^ (bytes[at + 100] as number);
      await chmod(file, 0o644);
      await writeFile(file, bytes);
    }
    expect((await project.run("show", "main")).stdout).toContain("488 kB: --json prints them");
    const whole = await project.run("show", "main", "--json");
    expect([whole.status, whole.json.error.code]).toEqual([4, "OBJECT_CORRUPT"]);
    // The sizes in the text cover all objects, although none was read for them.
    expect((await project.ok("show", "main")).stdout).toMatch(/^objects {2}19, 495 kB$/m);
  });

  async function paramsOf(project: Project): Promise<string> {
    const { content } = (await project.ok("cat-file", "main", "--json")).json;
    return content.segments[0].params.id;
  }

  test("messages are cut in text, and whole in JSON", async () => {
    const project = await tableProject();
    const lines = [
      "show fork",
      "info fork.replay",
      "log fork",
      "log --graph fork",
      "branch",
      "tag",
    ];
    for (const line of lines) {
      const { stdout } = await project.ok(...words(line));
      expect([line, stdout]).toEqual([
        line,
        expect.stringMatching(/ x{1000}… \(5,000 characters: --json prints all\)/),
      ]);
      expect(stdout).not.toContain("x".repeat(1_001));
      expect((await project.ok(...words(line), "--json")).stdout).toContain(LETTERS);
    }
  });

  test("of many changed params, the first ones are shown", async () => {
    const project = await emptyProject();
    const params = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, 0]));
    await project.write(
      "many.ts",
      `export default { name: "many", params: ${JSON.stringify(params)}, init: () => 0, step: (x) => x };`,
    );
    await project.ok(...words("record many.ts --steps 10 --seed 1"));
    const changes = Object.keys(params).flatMap((name) => ["--param", `${name}=1`]);
    await project.ok("branch", "fork", "main@5", ...changes);
    for (const line of ["show fork", "log fork"]) {
      const { stdout } = await project.ok(...words(line));
      expect(stdout).toContain("p18 0 → 1, p19 0 → 1 and 10 more\n");
    }
  });
});

describe("show of a state", () => {
  test("without a revision: the one at the cursor", async () => {
    const project = await walkProject();
    const state = async (revision: string): Promise<number> =>
      (await project.ok("get", revision, "--json")).json.state;
    expect(await printed(project, "show")).toBe(
      `main at step 1,000 of 1,000 (run #)\n${await state("main")}\n`,
    );
    await project.ok(...words("checkout main@500"));
    expect(await printed(project, "show")).toBe(
      `main at step 500 of 1,000 (run #)\n${await state("main@500")}\n`,
    );
    expect(await printed(project, "show HEAD~9")).toBe(
      `main at step 491 of 1,000 (run #)\n${await state("main@491")}\n`,
    );
    const { json } = await project.ok("show", "--json");
    const { run } = (await project.ok("show", "HEAD", "--json")).json;
    expect(json).toEqual({
      name: "main",
      run,
      step: 500,
      steps: 1000,
      goal: 1000,
      state: await state("main@500"),
    });
    expect(await printed(project, `show ${run}@3`)).toBe(
      `run # at step 3 of 1,000\n${await state("main@3")}\n`,
    );
  });

  test("a cursor beyond the end of a reset branch is at its end", async () => {
    const project = await walkProject();
    await project.ok(...words("checkout main@900"));
    await project.ok(...words("reset main@400"));
    expect(await printed(project, "show")).toMatch(/^main at step 400 of 400 \(run #\)\n/);
    expect((await project.ok("step")).stdout).toBe("step 400, the last\nnothing changed\n");
  });

  test("code from elsewhere runs with --trust only", async () => {
    const project = await walkProject();
    const elsewhere = await strangersProject();
    await project.ok("save", "main", "-o", path.join(elsewhere.root, "run.replay"));
    await elsewhere.ok(...words("load run.replay -b theirs"));
    const { status, stderr } = await elsewhere.run(...words("show theirs@5"));
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("hint: `rewind show theirs --source`"),
    ]);
    expect(await printed(elsewhere, "show theirs@5 --trust")).toBe(
      await printed(project, "show main@5").then((text) => text.replace("main", "theirs")),
    );
  });
});

describe("show", () => {
  test("--seeds, -n and --source, of HEAD's run by default", async () => {
    const project = await walkProject();
    await project.ok(...words("checkout main@7"));
    const { seeds } = (await project.ok("show", "--seeds", "--json")).json;
    expect(seeds).toHaveLength(32);
    expect(new Set(seeds.map(({ seed }: { seed: string }) => seed)).size).toBe(32);
    const { stdout } = await project.ok("show", "main", "--seeds", "-n", "2");
    expect(stdout).toMatch(
      /^block 0 {2}step 0 {2}[0-9a-f]{64}\nblock 1 {2}step 32 {2}[0-9a-f]{64}\n$/,
    );
    expect((await project.ok("show", "--source")).stdout).toContain("rng.random() < ctx.params.p");
  });

  test("--source of a step is the code in force there", async () => {
    const project = await emptyProject();
    const model = (by: number): string =>
      `export default { name: "up", init: () => 0, step: (x) => x + ${by} };`;
    await project.write("up.ts", model(1));
    await project.ok(...words("record up.ts --steps 100 --seed 1"));
    await project.write("up.ts", model(22));
    await project.ok(...words("branch new main@50 --program working"));
    expect((await project.ok(...words("show new@49 --source"))).stdout).toContain("x + 1");
    expect((await project.ok(...words("show new@50 --source"))).stdout).toContain("x + 22");
    expect((await project.ok(...words("show new --source"))).stdout).toContain("x + 22");
    expect((await project.ok(...words("show new"))).stdout).toMatch(
      /\nfrom step 50\n {2}program {4}up \(up\.ts#default, [0-9a-f]{12}\)\n$/,
    );
  });

  test.each([
    ["show main -n 3", "-n needs --seeds"],
    ["show main --seeds --source", "expected --seeds or --source, got both"],
    ["show main@5 --seeds", "expected a run, got one of its steps, main@5"],
    ["show a b", 'unexpected argument "b"'],
  ])("%s: %s", async (line, says) => {
    const project = await walkProject();
    const before = await project.storeDigest();
    const { status, stdout, stderr } = await project.run(...words(line));
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
    expect(await project.storeDigest()).toBe(before);
  });

  test("info of a file says the same, without a store", async () => {
    const project = await walkProject();
    await project.ok(...words("branch a main@500 --param p=0.6"));
    await project.ok(...words("save a -o a.replay"));
    const bare = await bareProject();
    const file = path.join(project.root, "a.replay");
    const { json } = await bare.ok("info", file, "--json");
    expect(json.runs).toMatchObject([{ names: ["a"], run: json.description.run }]);
    const shown = (await project.ok("show", "a", "--json")).json;
    const { objects, names, origin, segments, ...rest } = json.description;
    expect(shown).toMatchObject(rest);
    expect(objects).toEqual({ ...shown.objects, own: null, shared: null });
    expect([names, origin]).toEqual([["a"], [{ ...shown.origin[0], name: null }]]);
    expect(segments[1].changes).toEqual({
      ...shown.segments[1].changes,
      state: null,
      fields: null,
    });
    expect(json.bytes).toBeGreaterThan(100);
  });
});

test("show --source and trust name the files that a program read, of which it may make code", async () => {
  const project = await emptyProject();
  await project.write("rule.txt", "x + 1");
  await project.write(
    "m.ts",
    `import { readFileSync } from "node:fs";
      const rule = readFileSync("rule.txt", "utf8");
      export default { name: "m", init: () => 0, step: (x) => x + rule.length };`,
  );
  await project.ok(...words("record m.ts --steps 10"));
  const [{ inputs }] = (await project.ok(...words("show --source --json"))).json.programs;
  expect(inputs).toEqual([{ path: "rule.txt", bytes: 5, chunk: expect.any(String) }]);
  const line = `rule.txt, 5 bytes: cat-file ${inputs[0].chunk.slice(0, 12)} prints it\n`;
  expect((await project.ok(...words("show --source"))).stdout).toContain(`// it read ${line}`);
  expect((await project.ok(...words("trust"))).stdout).toContain(`reads ${line}`);
});

test("show --seeds lists a thousand, and says how many more there are", async () => {
  const project = await emptyProject("walk.ts");
  await project.ok(...words("record walk.ts --steps 1001 --block-size 1"));
  const { stdout } = await project.ok(...words("show main --seeds"));
  expect(stdout.trimEnd().split("\n")).toHaveLength(1001);
  expect(stdout).toContain("… and 1 more: -n N lists N");
  expect((await project.ok(...words("show main --seeds -n 1001"))).stdout).not.toContain("more");
});
