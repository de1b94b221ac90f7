import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { emptyProject, walkProject } from "../../support/run-cli.ts";

const SPECIAL = `export default {
  name: "special",
  init: () => ({ nan: NaN, zero: -0, big: 10n, none: undefined, at: new Date(0), map: new Map([[1, { a: 2 }]]),
    set: new Set([3]), typed: new Float64Array([1, -Infinity]), $odd: 1, list: [{ x: 1 }, { x: 2 }] }),
  step: (state) => state,
};`;

describe("get", () => {
  test("prints the state at a step", async () => {
    const project = await walkProject();
    const { stdout, stderr } = await project.ok("get", "main@500");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^-?\d+\n$/);
    const { json } = await project.ok("get", "main@500", "--json");
    expect(Object.keys(json)).toEqual(["run", "step", "state"]);
    expect(json).toMatchObject({ step: 500, state: Number(stdout) });
  });

  test("every way of naming a step", async () => {
    const project = await walkProject();
    const step = async (revision: string): Promise<number> =>
      (await project.ok("get", revision, "--json")).json.step;
    expect(await step("main")).toBe(1000);
    expect(await step("main@-1")).toBe(1000);
    expect(await step("main@50%")).toBe(500);
    expect(await step("main@29%")).toBe(290);
    expect(await step("HEAD~100")).toBe(900);
    expect(await step("main@1_0")).toBe(10);
  });

  test("special values have the documented forms", async () => {
    const project = await emptyProject();
    await project.write("special.ts", SPECIAL);
    await project.ok("record", "special.ts", "--steps", "1");
    expect((await project.ok("get", "main@1", "--json")).json.state).toEqual({
      nan: { $number: "NaN" },
      zero: { $number: "-0" },
      big: { $bigint: "10" },
      none: { $undefined: true },
      at: { $date: "1970-01-01T00:00:00.000Z" },
      map: { $map: [[1, { a: 2 }]] },
      set: { $set: [3] },
      typed: { $typed: "Float64Array", values: [1, { $number: "-Infinity" }] },
      $$odd: 1,
      list: [{ x: 1 }, { x: 2 }],
    });
    expect((await project.ok("get", "main", "--path", "list[1].x")).stdout).toBe("2\n");
    expect((await project.ok("get", "main", "--path", "map.get(1).a", "--json")).json.state).toBe(
      2,
    );
  });

  test("-o writes JSON, or the encoding itself", async () => {
    const project = await walkProject();
    const { json } = await project.ok("get", "main@10", "-o", "state.json", "--json");
    expect(json).toMatchObject({ step: 10, file: "state.json" });
    const text = await readFile(path.join(project.root, "state.json"), "utf8");
    expect(text.trim()).toBe((await project.ok("get", "main@10")).stdout.trim());
    await project.ok("get", "main@0", "-o", "state.cbor");
    expect([...(await readFile(path.join(project.root, "state.cbor")))]).toEqual([0]);
  });

  test.each([
    [["main@10", "-o", "state.txt"], 2, "expected -o FILE.json or FILE.cbor"],
    [["main@10", "-o", "none/state.json"], 1, "there is no such file or folder"],
    [["main@10", "-o", "folder.json"], 1, "it is a folder"],
    [["main@10", "--path", "x"], 1, "there is no state.x"],
    [["main@10", "--path", "x["], 2, "column"],
    [["main@1001"], 1, "expected a step in 0..1,000, got 1,001"],
    [
      ["main@-1002"],
      1,
      'expected a step in 0..1,000, got -1 for "@-1002": the run main has 1,000 steps',
    ],
    [["main@1..@5"], 2, 'cannot read "main@1..@5": expected one step, got a range'],
    [["main@{1}"], 1, 'cannot go back 1 change in "main@{1}": main has named 1 run, main@{0}'],
    [["main", "--program", "mine"], 2, "expected --program to be recorded or working"],
  ])("%j is refused", async (argv, expected, text) => {
    const project = await walkProject();
    await project.write("folder.json/file", "");
    const before = await project.storeDigest();
    const { status, stdout, stderr } = await project.run("get", ...argv);
    expect(stdout).toBe("");
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(status).toBe(expected);
    expect(await project.storeDigest()).toBe(before);
  });

  test("a reference in a part of a state names the path in the whole state", async () => {
    const project = await emptyProject();
    await project.write(
      "herd.ts",
      `const herd = () => { const a = { n: 0 }; a.me = a; return { agents: [a] }; };
      export default { name: "herd", init: herd, step: (s) => ({ agents: [...s.agents, ...herd().agents] }) };`,
    );
    await project.ok("record", "herd.ts", "--steps", "3");
    const part = ["--path", "agents[0]"];
    for (const command of [
      ["get", "HEAD@2", ...part],
      ["find", "HEAD", "step === 2", ...part],
    ]) {
      expect((await project.ok(...command)).stdout).toContain('"$ref": "state.agents[0]"');
      const { json } = await project.ok(...command, "--json");
      expect(json.state).toEqual({ n: 0, me: { $ref: "state.agents[0]" } });
    }
    await project.ok("get", "HEAD@2", ...part, "-o", "part.json");
    const written = JSON.parse(await readFile(path.join(project.root, "part.json"), "utf8"));
    expect(written.me).toEqual({ $ref: "state.agents[0]" });
    await project.ok("checkout", "HEAD@1");
    expect((await project.ok("step")).stdout).toContain('"$ref":"state.agents[2]"');
    const { stdout } = await project.run("diff", "HEAD@1", "HEAD@2");
    expect(stdout).toContain('"$ref":"state.agents[2]"');
  });

  test("a file of the user's stays, whatever its name", async () => {
    const project = await emptyProject();
    await project.write(
      "n.ts",
      `export default { name: "n", init: () => ({ n: 0 }), step: ({ n }) => ({ n: n + 1 }) };`,
    );
    await project.ok("record", "n.ts", "--steps", "9");
    const files = { "package.json": '{"name":"mine"}', "note.cbor": "notes of mine\n" };
    for (const [name, text] of Object.entries(files)) {
      await project.write(name, text);
      const { status, stderr } = await project.run("get", "HEAD@5", "-o", name);
      expect([status, stderr]).toEqual([1, expect.stringContaining("would be replaced by")]);
      expect(await readFile(path.join(project.root, name), "utf8")).toBe(text);
    }
    await project.ok("get", "HEAD@5", "-o", "state.cbor");
    await project.ok("get", "HEAD@6", "-o", "state.cbor");
    for (const command of [
      ["save", "HEAD"],
      ["trace", "HEAD", "--block", "0"],
    ])
      expect((await project.run(...command, "-o", "state.cbor")).stderr).toContain(
        "state.cbor: it is a state in CBOR, and would be replaced by",
      );
  });

  test("objects that occur very often are printed once", async () => {
    const project = await emptyProject();
    await project.write(
      "pair.ts",
      `export default { name: "pair", init: () => [1], step: (s) => [s, s] };`,
    );
    await project.ok("record", "pair.ts", "--steps", "200");
    for (const command of [
      ["get", "HEAD"],
      ["show", "HEAD@200"],
      ["find", "HEAD", "step === 150"],
    ]) {
      const { stdout } = await project.ok(...command);
      expect(stdout.length).toBeLessThan(300_000);
      expect(stdout).toContain('{ "$ref": "state[0]" }');
      expect(JSON.stringify((await project.ok(...command, "--json")).json.state)).toContain("$ref");
    }
    expect((await project.ok("get", "HEAD@2", "--json")).json.state).toEqual([
      [[1], [1]],
      [[1], [1]],
    ]);
    await project.ok("checkout", "HEAD@99");
    expect((await project.ok("step", "--json")).stdout.length).toBeLessThan(500_000);
    await project.ok("get", "HEAD", "-o", "pair.json");
    expect((await readFile(path.join(project.root, "pair.json"), "utf8")).length).toBeLessThan(
      500_000,
    );
    const { status, stdout } = await project.run("diff", "HEAD@100", "HEAD@101");
    expect([status, stdout.length < 100_000]).toEqual([3, true]);
  });

  test("a long state is cut as text, refused as JSON, and written whole as CBOR", async () => {
    const project = await emptyProject();
    const init = "() => ({ n: 1, bytes: new Uint8Array(60_000_000), note: 'x'.repeat(9) })";
    await project.write(
      "large.ts",
      `export default { name: "large", init: ${init}, step: (s) => s };`,
    );
    await project.ok("record", "large.ts", "--steps", "1");
    const { stdout } = await project.ok("get", "HEAD");
    expect(stdout.length).toBeLessThan(2_000_000);
    expect(stdout).toMatch(
      /\n… cut after a million characters: `rewind get REV@STEP -o state.cbor` writes/,
    );
    for (const more of [["--json"], ["-o", "large.json"]]) {
      const { status, stderr } = await project.run("get", "HEAD", ...more);
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^error: expected a value of at most 268,435,456 characters as JSON, got/,
      );
      expect(stderr).toMatch(
        /\nhint: `rewind get REV@STEP -o state.cbor` writes a whole state; --path/,
      );
    }
    await project.ok("get", "HEAD", "-o", "large.cbor");
    expect((await readFile(path.join(project.root, "large.cbor"))).length).toBeGreaterThan(
      60_000_000,
    );
    expect((await project.ok("get", "HEAD", "--path", "note", "--json")).json.state).toBe(
      "xxxxxxxxx",
    );
  });
});
