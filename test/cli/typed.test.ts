import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { emptyProject, type Project, strangersProject, walkProject } from "../support/run-cli.ts";

const MODEL = `export default {
  name: "model",
  params: { id: 0, big: 0n, model: "sir", any: null, on: false, o: { a: 1, b: { c: 2 } }, list: [1] },
  init: (ctx) => ({ id: ctx.params.id, name: "x", big: 1n, c: ctx.params.o.b.c }),
  step: (s) => s,
};
export const rename = (s) => ({ ...s, name: "renamed" });
`;

async function modelProject(file = "model.ts"): Promise<Project> {
  const project = await emptyProject();
  await project.write(file, MODEL);
  return project;
}

const record = (project: Project, ...options: string[]) =>
  project.run("record", "model.ts", "--steps", "2", "--json", "--restart", ...options);

async function paramsAfter(project: Project, ...given: string[]): Promise<Record<string, unknown>> {
  const result = await record(project, ...given.flatMap((param) => ["--param", param]));
  expect(result.stderr).toBe("");
  return (await project.ok("log", "main", "--json")).json.runs[0].params;
}

describe("typed values are recorded exactly", () => {
  test("a text param takes any text", async () => {
    const project = await modelProject();
    for (const text of ["3e563", "7", "true", "null", "007", "1e999", "[1", "NaN", "a=b", ""]) {
      expect((await paramsAfter(project, `model=${text}`)).model, text).toBe(text);
    }
  });

  test("a number that would be rounded is refused, also as a bigint", async () => {
    const project = await modelProject();
    for (const text of ["9007199254740993", "1e999", "1e-400", "0.12345678901234567891"]) {
      const { status, json, stderr } = await record(project, "--param", `id=${text}`);
      expect([status, json.error.code], text).toEqual([2, "INVALID_NUMBER"]);
      expect(stderr).toContain(`expected param id to be a number that a double can hold`);
    }
    const params = await paramsAfter(project, "big=9007199254740993", "id=9007199254740992");
    expect(params).toMatchObject({ big: { $bigint: "9007199254740993" }, id: 2 ** 53 });
  });

  test("nested params, and the shape of an object", async () => {
    const project = await modelProject();
    expect((await paramsAfter(project, "o.b.c=9")).o).toEqual({ a: 1, b: { c: 9 } });
    expect((await project.ok("get", "main@0", "--path", "c", "--json")).json.state).toBe(9);
    for (const wrong of ['o={"a":1,"b":{"c":"9"}}', 'o={"a":1}', "o.b.c=x", 'list=["1"]']) {
      const { status, json } = await record(project, "--param", wrong);
      expect([status, json.error.code], wrong).toEqual([2, "INVALID_PARAM"]);
    }
    const unknown = await record(project, "--param", "o.b.d=9");
    expect(unknown.json.error).toMatchObject({ code: "UNKNOWN_PARAM", hint: "o.b has c" });
  });

  test("--matrix, --set and --param of a fork do the same; resume compares typed values", async () => {
    const project = await modelProject();
    await paramsAfter(project, "model=7");
    const matrix = await project.ok(
      ..."branch m main@1 --matrix model=1,1.0,007 --matrix o.b.c=3,4 --json".split(" "),
    );
    const made = matrix.json.branches.map(({ params }: never) => [
      (params as { model: unknown }).model,
      (params as { o: { b: { c: unknown } } }).o.b.c,
    ]);
    expect(made.slice(0, 3)).toEqual([
      ["1", 3],
      ["1", 4],
      ["1.0", 3],
    ]);
    expect(made.slice(4)).toEqual([
      ["007", 3],
      ["007", 4],
    ]);
    const fork = "branch f main@1 --set name=true --set big=9007199254740993 --json".split(" ");
    await project.ok(...fork);
    expect((await project.ok("get", "f@1", "--json")).json.state).toMatchObject({
      name: "true",
      big: { $bigint: "9007199254740993" },
    });
    for (const option of ["--set", "--param", "--matrix"]) {
      const line = ["branch", "g", "main@1", option, "id=9007199254740993", "--json"];
      expect((await project.run(...line)).json.error.code, option).toBe("INVALID_NUMBER");
    }
    const resumed = ["resume", "main", "--fresh-if-missing", "model.ts", "--param"];
    expect((await project.run(...resumed, "model=7")).status).toBe(0);
    expect((await project.run(...resumed, "o.b.c=2")).status).toBe(0);
    expect((await project.run(...resumed, "o.b.c=3")).stderr).toContain(
      "params.o.b.c is 2, given 3",
    );
  });

  test.each([
    ["record model.ts --steps 9007199254740990.9e0", "INVALID_STEPS"],
    ["record model.ts --steps 2 --block-size 1.00000000000000000001e1", "INVALID_STEPS"],
    ["record model.ts --steps 2 --seed 4__2", "INVALID_SEED"],
    ["get main@9007199254740993", "INVALID_REVISION"],
    ["get main@{9007199254740993}", "INVALID_REVISION"],
    ["find main state.id===9007199254740993", "INVALID_NUMBER"],
    ["stats main state.id-1e999", "INVALID_NUMBER"],
    ["get main --path list[9007199254740993]", "INVALID_NUMBER"],
  ])("%s: %s", async (line, code) => {
    const project = await modelProject();
    await record(project);
    const { json, stderr } = await project.run(...line.split(" "), "--json");
    expect(json.error.code, stderr).toBe(code);
  });
});

test("a # in the path of a module, also for --mutate", async () => {
  const project = await modelProject("runs #2/model.ts");
  const file = "runs #2/model.ts";
  for (const spec of [file, `${file}#default`]) {
    await project.ok("record", spec, "--steps", "2", "--restart");
    await project.ok("branch", "f", "main@1", "--mutate", `${file}#rename`);
    expect((await project.ok("get", "f@2", "--path", "name", "--json")).json.state).toBe("renamed");
    await project.ok("branch", "w", "main@1", "--program", "working");
    await project.ok("branch", "-d", "f");
    await project.ok("branch", "-d", "w");
  }
  expect(
    (await project.run("record", "runs #3/model.ts", "--steps", "2", "-b", "x")).stderr,
  ).toContain("the module runs #3/model.ts does not exist");
});

describe("--json on failure", () => {
  test("is one document on stdout, beside the text on stderr", async () => {
    const project = await walkProject();
    const { status, stdout, json, stderr } = await project.run("get", "main@2000", "--json");
    expect(status).toBe(1);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(json).toEqual({
      error: {
        code: "STEP_OUT_OF_RANGE",
        message: expect.stringContaining("expected a step in 0..1,000"),
        hint: "-1 is the last step, 50% the middle one",
        data: { step: 2000, last: 1000, revision: "main@2000", part: "@2000" },
      },
    });
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
  });

  test.each([
    [["get", "--json"], "USAGE"],
    [["nope", "--json"], "USAGE"],
    [["record", "walk.ts", "--steps", "x", "--json"], "INVALID_STEPS"],
    [["get", "nope", "--json"], "UNKNOWN_REVISION"],
    [["find", "main", "state.x.y.z", "--json"], "FUNCTION_FAILED"],
  ])("%j", async (argv, code) => {
    const project = await walkProject();
    expect((await project.run(...argv)).json.error.code).toBe(code);
  });

  test("a state in its data is readable, and nothing is printed without --json", async () => {
    const project = await emptyProject();
    await project.write(
      "bad.ts",
      "export default { name: 'b', init: () => new Map([[1, 2n]]), step: () => { throw new Error('no'); } };",
    );
    const { json } = await project.run("record", "bad.ts", "--steps", "5", "--json");
    expect(json.error.data.state).toEqual({ $map: [[1, { $bigint: "2" }]] });
    expect((await project.run("get", "main@99")).stdout).toBe("");
    expect((await project.run("get", "main@99", "--", "--json")).stdout).toBe("");
  });
});

describe("standard input and output", () => {
  const bin = fileURLToPath(new URL("../../bin/rewind.js", import.meta.url));

  test("save -o - | load -, and info -", async () => {
    const project = await walkProject();
    const options = { cwd: project.root, encoding: "buffer" as const };
    const saved = await promisify(execFile)("node", [bin, "save", "main", "-o", "-"], options);
    const bytes = new Uint8Array(saved.stdout);
    expect(String(saved.stderr)).toMatch(/^note: saved [\da-f]{12}, /);
    await project.ok("save", "main", "-o", "file.replay");
    const other = await emptyProject();
    const loaded = await other.runWith({ input: bytes }, "load", "-", "-b", "theirs", "--json");
    const main = await project.ok("show", "main", "--json");
    const { run, root } = main.json;
    expect(loaded.json.runs).toMatchObject([{ run, root }]);
    const info = await other.runWith({ input: bytes }, "info", "-", "--json");
    expect(info.json.runs[0].run).toBe(main.json.run);
    const none = await other.runWith({ input: new Uint8Array() }, "load", "-", "--json");
    expect(none.json.error.code).toBe("INVALID_ARTIFACT");
  });

  test("without code from text, find and stats say so", async () => {
    const project = await walkProject();
    const flag = "--disallow-code-generation-from-strings";
    for (const verb of ["find", "stats"]) {
      const failed = await promisify(execFile)("node", [flag, bin, verb, "main", "state > 5"], {
        cwd: project.root,
      }).catch((error) => error);
      expect(failed.code, failed.stderr).toBe(2);
      expect(failed.stderr).toContain("may not compile text to code");
      expect(path.isAbsolute(project.root)).toBe(true);
    }
  });
});

test("find --path prints a part of the state", async () => {
  const project = await modelProject();
  await record(project);
  const found = ["find", "main", "step === 1", "--path", "c"];
  expect((await project.ok(...found)).stdout).toBe("step 1\n2\n");
  expect((await project.ok(...found, "--last", "--json")).json).toMatchObject({
    step: 1,
    state: 2,
  });
  expect((await project.run(...found.slice(0, 4), "nope")).stderr).toContain(
    "there is no state.nope",
  );
});

test("record says which seed it chose, and always in JSON", async () => {
  const project = await walkProject();
  const chosen = await project.ok("record", "walk.ts", "--steps", "10", "-b", "chosen");
  const seed = /^ {2}seed {2}(\d+)$/m.exec(chosen.stdout)?.[1];
  const again = ["record", "walk.ts", "--steps", "10", "-b", "again", "--seed", String(seed)];
  const given = await project.ok(...again, "--json");
  expect(given.json.seed).toEqual(
    Number.isSafeInteger(Number(seed)) ? Number(seed) : { $bigint: seed },
  );
  expect((await project.ok("show", "chosen", "--json")).json.root).toBe(given.json.root);
  const told = ["record", "walk.ts", "--steps", "10", "-b", "told", "--seed", "7"];
  expect((await project.ok(...told)).stdout).not.toContain("seed");
  const large = ["record", "walk.ts", "--steps", "10", "-b", "large", "--json", "--seed"];
  expect((await project.ok(...large, "18446744073709551616")).json.seed).toEqual({
    $bigint: "18446744073709551616",
  });
});

test("branch says what -m is, and offers --message", async () => {
  const project = await walkProject();
  const { stderr } = await project.run("branch", "fix", "main@50%", "-m", "clamp x");
  expect(stderr).toBe(
    'error: expected [name] [revision]: unexpected argument "clamp x"\n' +
      "hint: -m renames a branch, OLD NEW, as in Git; a message is given as --message 'clamp x'\n",
  );
  const first = await project.run("branch", "-m", "clamp", "fix", "main@50%");
  expect(first.stderr).toContain("--message clamp\n");
});

test("a fork whose parent has no name is not from itself", async () => {
  const project = await walkProject();
  await project.ok("branch", "a", "main@100", "--steps", "100");
  await project.ok("branch", "b", "a");
  const from = async (name: string): Promise<unknown> =>
    (await project.ok("branch", "--json")).json.branches.find(
      (branch: { name: string }) => branch.name === name,
    ).from;
  expect(await from("b")).toBe("a@100");
  const run = (await project.ok("show", "a", "--json")).json.run.slice(0, 12);
  await project.ok("branch", "-d", "a");
  expect(await from("b")).toBe(`${run}@100`);
  await project.ok("branch", "c", "b");
  expect(await from("c")).toBe("b@100");
  expect((await project.ok("show", "b")).stdout).not.toMatch(/forked from b[@\s]/);
});

test("verify --program working does not say that it replays the recorded program", async () => {
  const project = await walkProject();
  const other =
    "export default { name: 'random-walk', params: { p: 0.5 }, init: () => 1, step: (x) => x };";
  await project.write("walk.ts", other);
  const { stdout, stderr } = await project.run("verify", "--program", "working");
  expect([stdout, stderr]).toEqual([expect.stringContaining("does not replay"), ""]);
  expect((await project.run("verify")).stderr).toContain("this replays the recorded program");
});

test("the hint to read code names the revision whose code it is", async () => {
  const project = await walkProject();
  await project.write("other.ts", MODEL);
  await project.ok("record", "other.ts", "--steps", "5", "-b", "other");
  await project.ok("save", "other", "-o", "x.replay");
  const here = await strangersProject("walk.ts");
  await here.ok(..."record walk.ts --steps 1000 --seed 42".split(" "));
  await project.ok("save", "other", "-o", path.join(here.root, "x.replay"));
  await here.ok("load", "x.replay", "-b", "fix");
  for (const line of ["verify fix", "get fix@2", "diff main fix", "extend fix --by 5"]) {
    const { stderr } = await here.run(...line.split(" "));
    expect(stderr, line).toContain("`rewind show fix --source` prints it");
  }
});

test("many forks: each list gives the number of the others", async () => {
  const project = await walkProject();
  const values = Array.from({ length: 60 }, (_, i) => String((i + 1) / 64)).join(",");
  const made = await project.ok("branch", "g", "main@998", "--matrix", `p=${values}`);
  expect(made.stdout).toContain("made 60 forks");
  expect(made.stdout).toContain("… and 10 more; `rewind branch` lists them");
  const undone = await project.ok("undo");
  expect(undone.stdout.split("\n").length).toBeLessThan(30);
  expect(undone.stdout).toContain("… and 40 more; --json lists them all");
  expect((await project.ok("redo", "--json")).json.changes).toHaveLength(60);
});

test("long values are cut so that their difference stays visible", async () => {
  const project = await emptyProject();
  await project.write(
    "text.ts",
    `class Note { constructor(text) { this.text = text; } }
    const types = { Note: { is: (v) => v instanceof Note, encode: (n) => n.text, decode: (t) => new Note(t) } };
    export default { name: "t", types, params: { end: "a" }, init: (ctx) => ({ note: new Note(""), n: 0 }),
      step: (s, rng, ctx) => ({ note: new Note("x".repeat(500) + ctx.params.end), n: 1 }) };`,
  );
  await project.ok("record", "text.ts", "--steps", "3");
  await project.ok("branch", "f", "main@0", "--param", "end=b");
  const { stdout } = await project.run("diff", "main", "f");
  expect(stdout).toMatch(/state\.note +…x+a" +…x+b"/);
});
