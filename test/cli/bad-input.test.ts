import { describe, expect, test } from "vitest";
import {
  bareProject,
  emptyProject,
  type Project,
  type Result,
  walkProject,
} from "../support/run-cli.ts";

/**
 * Bad input gets a message, a hint, an exit status and no stack trace, and leaves the store
 * unchanged.
 */
async function refused(project: Project, ...argv: string[]): Promise<Result> {
  const before = await project.storeDigest();
  const result = await project.run(...argv);
  expect(result.stdout).toBe("");
  expect(result.stderr).toMatch(/^error: [^\n]+\n(.*\n)*hint: [^\n]+\n$/);
  expect(result.stderr).not.toMatch(/\n\s+at |a fault in rewind/);
  expect(await project.storeDigest()).toBe(before);
  return result;
}

async function modelProject(model: string): Promise<Project> {
  const project = await emptyProject();
  await project.write("model.ts", model);
  return project;
}

describe("no store, or the wrong one", () => {
  test.each([
    "record walk.ts --steps 5",
    ...["get main", "show", "log", "branch", "diff a b", "find main x", "stats main", "verify"],
    ...["save main -o x.replay", "load x.replay", "cat-file abcd"],
  ])("%s", async (line) => {
    const project = await bareProject("walk.ts");
    const { status, stderr } = await refused(project, ...line.split(" "));
    expect(status).toBe(1);
    expect(stderr).toBe(
      "error: there is no .rewind here or in a folder above\n" +
        "hint: create one with `rewind init`, or name the folder with -C\n",
    );
  });

  test("a store of another format, or with a broken config", async () => {
    const project = await walkProject();
    await project.write(".rewind/config", '{"format":99}\n');
    const other = await refused(project, "get", "main");
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining("format 1, got 99")]);
    await project.write(".rewind/config", "{");
    const broken = await refused(project, "get", "main");
    expect([broken.status, broken.stderr]).toEqual([4, expect.stringContaining("config")]);
  });
});

describe("modules", () => {
  test.each([
    ["walks.ts", "the module walks.ts does not exist; there is walk.ts"],
    [".", "is a folder"],
    ["../outside.ts", "does not exist"],
    ["/etc/hostname", "to be in the project folder"],
    ["walk.ts#nope", "expected walk.ts to export nope; it exports default, walk"],
    ["walk.ts#", "expected walk.ts to export"],
    ["syntax.ts", "syntax.ts:1:"],
    ["throws.ts", "throws.ts failed while it was loaded: no luck"],
    ["none.ts", "exports nothing"],
    ["number.ts", "expected number.ts#default to be a simulation"],
    ["noStep.ts", "expected step to be a function"],
    ["several.ts", "exports several simulations, a, b\nhint: name one, as several.ts#a"],
    ["package.ts", 'the package "not-installed-here" is not installed'],
    ["local.ts", "Could not resolve"],
    ["picture.png", "picture.png"],
    ["", "folder"],
  ])("%j", async (module, text) => {
    const project = await emptyProject("walk.ts");
    await project.write("syntax.ts", "export default {");
    await project.write("throws.ts", 'throw new Error("no luck");');
    await project.write("none.ts", "");
    await project.write("number.ts", "export default 5;");
    await project.write("noStep.ts", 'export default { name: "x", init: () => 0 };');
    const model = '{ name: "x", init: () => 0, step: (x) => x }';
    await project.write("several.ts", `export const a = ${model}; export const b = ${model};`);
    await project.write("package.ts", `import "not-installed-here"; export default ${model};`);
    await project.write("local.ts", `import "./gone.ts"; export default ${model};`);
    await project.write("picture.png", "x");
    const { status, stderr } = await refused(project, "record", module, "--steps", "5");
    expect(stderr).toContain(text);
    expect(status).toBe(1);
  });
});

describe("numbers of steps", () => {
  test.each([
    ...["-5", "1.5", "NaN", "Infinity", "9007199254740992", "1e400", "1e16", "ten", "1__0", "0x10"],
    ...["", " ", "1,000", "5n", "1e-3"],
  ])("--steps %j", async (steps) => {
    const project = await emptyProject("walk.ts");
    const { status, stderr } = await refused(project, "record", "walk.ts", `--steps=${steps}`);
    expect(stderr).toContain("expected --steps to be");
    expect(stderr).toContain("hint: `rewind record --help` explains it");
    expect(status).toBe(2);
  });

  test("--steps is required, once", async () => {
    const project = await emptyProject("walk.ts");
    const none = await refused(project, "record", "walk.ts");
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("expected --steps N")]);
    const twice = await refused(project, ..."record walk.ts --steps 5 --steps 6".split(" "));
    expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining("more than once")]);
  });

  test.each(["0", "-1", "1.5", "many"])("--block-size %s", async (size) => {
    const project = await emptyProject("walk.ts");
    const { status } = await refused(
      project,
      ..."record walk.ts --steps 5 --block-size".split(" "),
      size,
    );
    expect(status).toBe(2);
  });

  test("a block larger than any run is allowed", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok(..."record walk.ts --steps 100 --block-size 9007199254740991".split(" "));
    expect((await project.ok("get", "main@50", "--json")).json.step).toBe(50);
    expect((await project.ok("verify", "--full", "--json")).json.ok).toBe(true);
  });
});

describe("revisions", () => {
  test.each([
    ["main@1001", 1, "expected a step in 0..1,000, got 1,001"],
    ["main@-1002", 1, "expected a step in 0..1,000, got -1"],
    ["HEAD~1001", 1, "expected a step in 0..1,000, got -1"],
    ["mian", 1, "did you mean main?"],
    ["nowhere", 1, "there is main"],
    ["abcdef", 1, 'expected the name of a run, got "abcdef"'],
    ["main@", 2, 'cannot read "@"'],
    ["main@x", 2, 'cannot read "@x"'],
    ["main@101%", 2, 'cannot read "@101%"'],
    ["", 2, "expected the name of a run before it"],
    ["@5", 2, "expected the name of a run before it"],
    ["main@{9}", 1, "cannot go back 9 changes"],
    ["../HEAD", 1, "expected the name of a run"],
    ["main\u0000", 1, "expected the name of a run"],
  ])("%j", async (revision, expected, text) => {
    const project = await walkProject();
    const { status, stderr } = await refused(project, "get", revision);
    expect(stderr).toContain(text);
    expect(status).toBe(expected);
  });
});

describe("names of branches", () => {
  test.each([
    ...["a..b", "a b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", ".a", "a/.b", "a.lock"],
    ...["a.", "/a", "a/", "a//b", "a@{b", "@", "a@b", "", "HEAD", "refs/heads/a", "a\u0007b"],
    ...["a".repeat(300), "-a"],
  ])("%j is refused, as Git would", async (name) => {
    const project = await emptyProject("walk.ts");
    const { status, stderr } = await refused(
      project,
      ...["record", "walk.ts", "--steps", "5", `--branch=${name}`],
    );
    expect(stderr).toContain("expected a name that Git would accept");
    expect(status).toBe(2);
  });

  test.each(["fix/clamp-2", "größe", "模型", "a-b_c.d", "🎲"])("%j is taken", async (name) => {
    const project = await emptyProject("walk.ts");
    await project.ok("record", "walk.ts", "--steps", "5", "-b", name);
    expect((await project.ok("get", `${name}@5`, "--json")).json.step).toBe(5);
    expect((await project.ok("branch")).stdout).toContain(name);
  });

  test.each([
    ["main", "the branch main exists already"],
    ["MAIN", "they differ only in case"],
    ["main/x", "one would be a folder of the other"],
  ])("%j beside main is refused before anything is recorded", async (name, text) => {
    const project = await walkProject();
    const { status, stderr } = await refused(
      project,
      ..."record walk.ts --steps 5 -b".split(" "),
      name,
    );
    expect(stderr).toContain(text);
    expect(status).toBe(1);
    expect((await project.ok("get", "main@5", "--json")).json.step).toBe(5);
  });
});

describe("params and generators", () => {
  test.each([
    [["--param", "q=1"], 'declares no param "q"'],
    [["--param", "__proto__=1"], 'declares no param "__proto__"'],
    [["--param", "p"], "expected --param name=value"],
    [["--param", "p=high"], 'expected param p to be a number, got "high"'],
    [["--param", "p=true"], "got true"],
    [["--param", "p="], 'got ""'],
    [["--param", "=1"], 'declares no param ""'],
    [["--param"], "expected a value for --param"],
    [["--param", 'p={"$number":"many"}'], "expected a value such as"],
    [["--rng", "foo"], 'got "foo"'],
    [["--seed", "-1"], "expected a seed"],
    [["--seed", "1.5"], "expected a seed"],
    [["--stepz", "5"], "did you mean --steps?"],
    [["more"], 'unexpected argument "more"'],
    [["--self-check=yes"], "--self-check takes no value"],
  ])("%j", async (options, text) => {
    const project = await emptyProject("walk.ts");
    const { status, stderr } = await refused(
      project,
      ..."record walk.ts --steps 5".split(" "),
      ...options,
    );
    expect(stderr).toContain(text);
    expect(status).toBe(2);
  });

  test("NaN is a number", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok(..."record walk.ts --steps 5 --param p=NaN".split(" "));
    expect((await project.ok("show", "HEAD")).stdout).toContain(
      'params     {"p":{"$number":"NaN"}}',
    );
  });
});

describe("a step that fails", () => {
  const failing = (at: number): string => `export default {
    name: "failing", init: () => ({ n: 0, list: [1, 2] }),
    step: (s) => { if (s.n === ${at}) throw new RangeError("too many"); return { ...s, n: s.n + 1 }; } };`;

  test("names the step, shows the state before it, and keeps what was recorded", async () => {
    const project = await modelProject(failing(777));
    const { status, stderr } = await project.run("record", "model.ts", "--steps", "1000");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "error: step 777 failed: RangeError: too many (at model.ts:3:43)\n" +
        '  the state before it: {"n":777,"list":[1,2]}\n' +
        "hint: the first 777 of 1,000 steps are kept on main: `rewind get main@777` prints the last; fix the code, then `rewind branch NAME main --program working` continues with it\n",
    );
    expect((await project.ok("show", "HEAD")).stdout).toContain(
      "steps    777 of 1,000, unfinished\n",
    );
    expect((await project.ok("branch")).stdout).toContain("777 steps of 1,000, unfinished");
    expect((await project.ok("get", "main@777", "--path", "n")).stdout).toBe("777\n");
    expect((await project.ok("verify", "--full", "--json")).json.ok).toBe(true);
    // The fixed code continues from there.
    await project.write("model.ts", failing(-1));
    await project.ok(..."branch fixed main --steps 1000 --program working".split(" "));
    expect((await project.ok("get", "fixed", "--path", "n")).stdout).toBe("1000\n");
  });

  test("in the first block keeps its steps too, and --restart records again", async () => {
    const project = await modelProject(failing(3));
    const record = ["record", "model.ts", "--steps", "1000"];
    const { status, stderr } = await project.run(...record);
    expect(status).toBe(1);
    expect(stderr).toContain("step 3 failed: RangeError: too many (at model.ts:3:41)\n");
    expect(stderr).toContain('  the state before it: {"n":3');
    expect((await project.ok("get", "main@3", "--path", "n")).stdout).toBe("3\n");
    await project.write("model.ts", failing(-1));
    expect((await refused(project, ...record)).stderr).toContain("--restart");
    await project.ok(...record, "--restart");
  });

  test("that is the first keeps nothing, so that the same command can be run again", async () => {
    const project = await modelProject(failing(0));
    const record = ["record", "model.ts", "--steps", "1000"];
    expect((await refused(project, ...record)).stderr).toContain("step 0 failed");
    await project.write("model.ts", failing(-1));
    await project.ok(...record);
  });

  test.each([
    ["init: () => { throw new Error('no'); }, step: (s) => s", "init failed: Error: no"],
    ["init: () => undefined, step: (s) => s", "it returned nothing"],
    ["init: async () => 0, step: (s) => s", "it returned a promise"],
    ["init: () => 0, step: async (s) => s", "step 0 returned a promise"],
    ["init: () => 0, step: () => undefined", "step 0 returned nothing"],
    ["init: () => 0, step: () => { throw 'text'; }", 'step 0 failed: "text"'],
    ["init: () => 0, step: () => { throw null; }", "step 0 failed: null"],
    ["init: () => 0, step: () => Math.random()", "Math.random() was called in a step"],
    ["init: () => 0, step: () => Date.now()", "Date.now() was called in a step"],
    ["init: () => Math.random(), step: (s) => s", "Math.random() was called in init, and"],
    ["init: () => Date.now(), step: (s) => s", "Date.now() was called in init, and"],
    ["init: () => performance.now(), step: (s) => s", "performance.now() was called in init, and"],
    ["init: () => setTimeout(() => 0, 1), step: (s) => s", "setTimeout() was called in init, and"],
    [
      agent("is: (v) => v.x === 1, encode: () => Math.random(), decode: () => ({ x: 1 })"),
      "the codec Agent failed to encode state: Math.random() was called, and a replay",
    ],
    [
      agent("is: () => { throw new Error('no'); }, encode: (v) => v, decode: (v) => v"),
      "is of the codec Agent failed: no",
    ],
    [
      agent("encode: (v) => v, decode: (v) => v"),
      "expected types.Agent.is to be a function, got undefined",
    ],
    ["init: () => ({ f: () => 0 }), step: (s) => s", "state.f"],
    ["init: () => ({ a: [{ brain: new WeakMap() }] }), step: (s) => s", "state.a[0].brain"],
    ["init: () => ({ n: 0 }), step: (s) => ({ n: Symbol('x') })", "state.n"],
    ["params: { f: () => 0 }, init: () => 0, step: (s) => s", "params.f"],
    ["params: 5, init: () => 0, step: (s) => s", "expected params to be an object"],
    ["init: () => 0, step: (s, rng) => rng.integer(5, 1)", "step 0 failed"],
    ["init: () => 0, step: function f(s) { return f(s); }", "Maximum call stack size exceeded"],
  ])("%s", async (members, text) => {
    const project = await modelProject(`export default { name: "m", ${members} };`);
    const { status, stderr } = await refused(project, "record", "model.ts", "--steps", "100");
    expect(stderr).toContain(text);
    expect([1, 2]).toContain(status);
  });

  test("a state that cannot be stored, late: the path is named, earlier steps are kept", async () => {
    const project =
      await modelProject(`export default { name: "m", init: () => ({ n: 0, agents: [{}] }),
      step: (s) => { s.n++; if (s.n === 55) s.agents[0].brain = () => 0; } };`);
    const { status, stderr } = await project.run("record", "model.ts", "--steps", "100");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*state\.agents\[0\]\.brain.*step 60/);
    expect(stderr).toContain("the first 50 of 100 steps are kept on main");
  });

  test("Ctrl-C keeps nothing if no block was finished, with its exit status", async () => {
    const project = await emptyProject("walk.ts");
    const before = await project.storeDigest();
    const { status, stderr } = await project.runWith(
      { interrupt: true },
      ..."record walk.ts --steps 1e6".split(" "),
    );
    expect([status, stderr]).toEqual([
      130,
      expect.stringMatching(/^error: interrupted at step 0\n/),
    ]);
    expect(await project.storeDigest()).toBe(before);
  });
});

describe("command lines", () => {
  test.each([
    [["recrod"], 'there is no command "recrod"; did you mean record'],
    [[""], 'there is no command ""'],
    [["--foo"], "there is no option --foo"],
    [["get"], "no revision was given"],
    [["get", "a", "b"], 'unexpected argument "b"'],
    [["get", "main", "500"], "hint: a step belongs to the revision: main@500"],
    [["get", "50%", "main"], "hint: a step belongs to the revision: main@50%"],
    [["show", "main", "-1"], "hint: a step belongs to the revision: main@-1"],
    [["get", "a", "--pth", "x"], "did you mean --path?"],
    [["get", "a", "-C"], "expected a value for -C"],
    [["get", "a", "-C", "nowhere"], 'expected -C to name a folder, got "nowhere"'],
    [["get", "a", "-C", "walk.ts"], "expected -C to name a folder"],
    [["-C", "nowhere", "log"], "expected -C to name a folder"],
    [["get", "a", "-z"], "there is no option -z"],
    [["get", "a", "--constructor"], "there is no option --constructor"],
    [["get", "a", "--__proto__=1"], "there is no option --__proto__"],
    [["get", "--path", "--quiet"], "expected a value for --path"],
    [["help", "--what"], "there is no option --what"],
  ])("%j is a usage error", async (argv, text) => {
    const project = await walkProject();
    const { status, stderr } = await refused(project, ...argv);
    expect(stderr).toContain(text);
    expect(status).toBe(2);
  });
});

/** Members of a simulation whose state is an instance of a class with this codec. */
function agent(codec: string): string {
  return `types: { Agent: { ${codec} } }, step: (s) => s,
    init: () => new (class Agent { x = 1; })()`;
}
