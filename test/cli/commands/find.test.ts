import { describe, expect, test } from "vitest";
import { emptyProject, type Project, type Result, walkProject } from "../../support/run-cli.ts";

async function model(): Promise<Project> {
  const project = await emptyProject();
  await project.write(
    "model.ts",
    'export default { name: "m", params: { k: 2 }, init: () => ({ x: 0 }), step: (s, _rng, ctx) => { s.x += ctx.params.k; } };',
  );
  await project.ok("record", "model.ts", "--steps", "100");
  return project;
}

describe("find", () => {
  test("prints the first step at which an expression holds, and the state", async () => {
    const project = await model();
    const { stdout } = await project.ok("find", "main", "state.x >= 20");
    expect(stdout).toBe('step 10\n{ "x": 20 }\n');
    const { json } = await project.ok(
      "find",
      "main",
      "state.x / params.k === step && step > 41",
      "--json",
    );
    expect(json).toEqual({ step: 42, state: { x: 84 } });
  });

  test("a fork's changed params are seen from its step on", async () => {
    const project = await model();
    await project.ok("branch", "fork", "main@50", "--param", "k=3");
    expect((await project.ok("find", "fork", "params.k === 3", "--json")).json.step).toBe(50);
  });

  test("no step matches: status 1, nulls", async () => {
    const project = await model();
    const text = await project.run("find", "main", "state.x < 0");
    expect([text.status, text.stdout]).toEqual([1, "no step matches\n"]);
    const { status, json } = await project.run("find", "main", "state.x < 0", "--json");
    expect([status, json]).toEqual([1, { step: null, state: null }]);
  });

  test("a field that the state does not have is named, with similar ones", async () => {
    const project = await emptyProject();
    await project.write(
      "herd.ts",
      `export default { name: "herd",
        init: () => ({ infected: 0, agents: [{ age: 1 }], ages: new Map([["a", 1]]) }),
        step: (s, _rng, { step }) => { s.infected++; if (step > 4) s.late = 1; } };`,
    );
    await project.ok("record", "herd.ts", "--steps", "10");
    const notes = async (...argv: string[]): Promise<string> =>
      (await project.run("find", "main", ...argv)).stderr;
    const infectd =
      "note: at step 10 there is no state.infectd: state has .infected, .agents, .ages, .late\n";
    expect(await notes("state.infectd > 5")).toBe(infectd);
    expect(await notes("state['infectd'] > 5", "--count")).toBe(infectd);
    expect(await notes("state?.infectd > 5", "--last", "--json")).toBe(infectd);
    expect(await notes("state.infectd > 5", "--bisect")).toBe(infectd);
    expect(await notes("state.agents[0].ag > 5")).toBe(
      "note: at step 10 there is no state.agents[0].ag: state.agents[0] has .age\n",
    );
    expect(await notes("state.ages.a > 5")).toBe(
      'note: at step 10 there is no state.ages.a: state.ages has .get("a")\n',
    );
    expect(await notes("state.agents[7].age > 5")).toMatch(
      /^error: the function failed at step 0: .*\nhint: at step 0 there is no state.agents\[7\]: state.agents has elements \[0\] to \[0\]\n$/,
    );
    // Nothing is missing: methods and lengths, a field that comes later, a text, another object.
    for (const expression of [
      "state.agents.some(({ age }) => age > 5) || state.agents.length > 5",
      "state.late > 5",
      "state.infected === 'state.infectd'",
      "state.infected.toFixed(1).nope > 5",
      "({ state: { x: 1 } }).state.x > 5",
    ]) {
      expect([expression, await notes(expression)]).toEqual([expression, ""]);
    }
    expect(await notes("state.infectd > 5", "--quiet")).toBe("");
    const { stderr } = await project.run("stats", "main", "state.infectd");
    expect(stderr).toContain("hint: at step 0 there is no state.infectd: state has .infected");
  });

  test("--from and --to take what a revision takes after its @", async () => {
    const project = await walkProject();
    const range = async (...ends: string[]): Promise<unknown> => {
      const { json } = await project.ok("find", "main", "true", "--count", "--json", ...ends);
      return [json.first, json.last];
    };
    expect(await range("--from", "50%")).toEqual([500, 1000]);
    expect(await range("--from", "12.34%", "--to", "-1")).toEqual([123, 1000]);
    expect(await range("--from=-11", "--to", "1e3")).toEqual([990, 1000]);
    expect(await range("--from", "0%", "--to", "1_0")).toEqual([0, 10]);
    for (const [text, problem] of [
      ["101%", 'expected --from to be a step, such as 842137, 842_137, 50% or -1, got "101%"'],
      ["-0", 'got "-0"'],
      ["@5", 'got "@5"'],
      ["-2000", "expected a step in 0..1,000"],
    ]) {
      const { status, stderr } = await project.run("find", "main", "true", `--from=${text}`);
      expect([text, stderr]).toEqual([text, expect.stringContaining(problem as string)]);
      expect(status).not.toBe(0);
    }
    const { json } = await project.ok(..."stats main --from 99% --json".split(" "));
    expect(json.count).toBe(11);
  });

  test("--from and --to bound the steps, both included", async () => {
    const project = await model();
    const { json } = await project.ok("find", "main", "true", "--from", "7", "--json");
    expect(json.step).toBe(7);
    expect((await project.run("find", "main", "step === 8", "--to", "7")).status).toBe(1);
    expect((await project.run("find", "main", "step === 7", "--to", "7")).status).toBe(0);
    const { status, stderr } = await project.run(..."find main true --from 9 --to 8".split(" "));
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("from to be at most to, got 9 and 8"),
    ]);
  });

  test("an expression that begins with a dash goes after --", async () => {
    const project = await model();
    const { status, stderr } = await project.run("find", "main", "-state.x < -3");
    expect([status, stderr]).toEqual([2, expect.stringContaining("put it after --")]);
    expect((await project.ok("find", "main", "--json", "--", "-state.x < -3")).json.step).toBe(2);
  });

  test("looks at runs, not at a step of one", async () => {
    const project = await walkProject();
    const { status, stderr } = await project.run("find", "main@5", "state > 1");
    expect([status, stderr]).toEqual([2, expect.stringContaining("use --from and --to")]);
  });
});

describe("a range", () => {
  test.each([
    ["main@7..@20", 7, 20],
    ["main@7..main@20", 7, 20],
    ["main@7..", 7, 100],
    ["..main@20", 0, 20],
    ["main@10%..~50", 10, 50],
    ["main@{0}@7..@20", 7, 20],
    ["HEAD@7..", 7, 100],
  ])("%s is looked at from %i to %i", async (range, first, last) => {
    const project = await model();
    const { json } = await project.ok("find", range, "true", "--count", "--json");
    expect(json).toEqual({ count: last - first + 1, first, last });
    expect((await project.ok("find", range, "true", "--json")).json.step).toBe(first);
    expect((await project.ok("find", range, "true", "--last", "--json")).json.step).toBe(last);
  });

  test.each([
    [
      ["main@1..@5", "true", "--from", "2"],
      "expected either the range main@1..@5 or --from and --to, got both",
    ],
    [["main@1..@5", "true", "--to", "2"], "or --from and --to, got both"],
    [["main@1..fork@5", "true"], "expected both sides to name the same run, got"],
    [["main@9..@5", "true"], "expected the earlier step first, got 9 and 5"],
    [["main@1..@x", "true"], 'cannot read "@x" in the revision "main@x"'],
  ])("%j is refused", async ([range = "", ...rest], text) => {
    const project = await model();
    await project.ok("branch", "fork", "main@50", "--param", "k=3");
    const { status, stdout, stderr } = await project.run("find", range, ...rest);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
  });
});

describe("previous", () => {
  test("is the state one step before, even if states are changed in place", async () => {
    const project = await model();
    const { json } = await project.ok(
      ..."find main --count --json --from 1 --".split(" "),
      "state.x - previous.x === params.k",
    );
    expect(json).toEqual({ count: 100, first: 1, last: 100 });
    const undefinedOnce = ["find", "main", "previous === undefined", "--count", "--json"];
    expect((await project.ok(...undefinedOnce)).json).toEqual({ count: 1, first: 0, last: 0 });
  });

  test("at a fork's first step it is the parent's state", async () => {
    const project = await model();
    await project.ok("branch", "fork", "main@50", "--set", "x=1_000".replace("_", ""));
    const jump = ["find", "fork", "state.x - previous.x > 2", "--from", "1", "--json"];
    expect((await project.ok(...jump)).json).toEqual({ step: 50, state: { x: 1000 } });
    const before = ["find", "fork@50..@50", "previous.x === 98", "--json"];
    expect((await project.ok(...before)).json.step).toBe(50);
  });

  test("step 0 has no previous state, and the hint says so", async () => {
    const project = await model();
    const { status, stderr } = await project.run("find", "main", "state.x > previous.x");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "error: the function failed at step 0: TypeError: Cannot read properties of undefined (reading 'x')\n" +
        "hint: there is no previous state at step 0: begin with --from 1, or write previous?.\n",
    );
  });
});

describe("--last", () => {
  test("prints the last step at which it holds, and the state", async () => {
    const project = await model();
    const { stdout } = await project.ok("find", "main", "state.x < 20", "--last");
    expect(stdout).toBe('step 9\n{ "x": 18 }\n');
    const { json } = await project.ok("find", "main", "true", "--last", "--to", "60", "--json");
    expect(json).toEqual({ step: 60, state: { x: 120 } });
  });

  test("no step matches: status 1, nulls", async () => {
    const project = await model();
    const text = await project.run("find", "main", "state.x < 0", "--last");
    expect([text.status, text.stdout]).toEqual([1, "no step matches\n"]);
    const { status, json } = await project.run("find", "main", "state.x < 0", "--last", "--json");
    expect([status, json]).toEqual([1, { step: null, state: null }]);
  });
});

describe("--count", () => {
  test("prints the number of matching steps, the first and the last", async () => {
    const project = await model();
    const { stdout } = await project.ok(
      "find",
      "main",
      "state.x % 20 === 0 && step > 0",
      "--count",
    );
    expect(stdout).toBe("10 steps match: the first 10, the last 100\n");
    expect((await project.ok("find", "main", "step === 7", "--count")).stdout).toBe(
      "1 step matches: 7\n",
    );
  });

  test("no step matches: status 1, nulls", async () => {
    const project = await model();
    const text = await project.run("find", "main", "state.x < 0", "--count");
    expect([text.status, text.stdout]).toEqual([1, "no step matches\n"]);
    const { status, json } = await project.run("find", "main", "state.x < 0", "--count", "--json");
    expect([status, json]).toEqual([1, { count: 0, first: null, last: null }]);
  });
});

describe("--bisect", () => {
  test("prints where it begins to hold, and the number of states it looked at", async () => {
    const project = await model();
    const { stdout } = await project.ok("find", "main", "state.x >= 75", "--bisect");
    expect(stdout).toBe('step 38\n{ "x": 76 }\nlooked at 8 states\n');
    const { json } = await project.ok("find", "main@20..@60", "step >= 38", "--bisect", "--json");
    expect(json).toEqual({ step: 38, state: { x: 76 }, looked: expect.any(Number) });
    expect(json.looked).toBeLessThanOrEqual(8);
  });

  test("if it holds at the first step, prints that one", async () => {
    const project = await model();
    const { json } = await project.ok("find", "main", "true", "--bisect", "--from", "5", "--json");
    expect(json).toEqual({ step: 5, state: { x: 10 }, looked: 1 });
  });

  test("the last step does not match: status 1", async () => {
    const project = await model();
    const text = await project.run("find", "main", "step === 50", "--bisect");
    expect([text.status, text.stdout]).toEqual([
      1,
      "the last step, 100, does not match\nlooked at 2 states\n",
    ]);
    const { status, json } = await project.run("find", "main", "false", "--bisect", "--json");
    expect([status, json]).toEqual([1, { step: null, state: null, looked: 2 }]);
  });
});

describe("refusals", () => {
  test.each([
    ["--last", "--count"],
    ["--last", "--bisect"],
    ["--count", "--bisect"],
    ["--last", "--count", "--bisect"],
  ])("%s with %s", async (...modes) => {
    const project = await model();
    const { status, stdout, stderr } = await project.run("find", "main", "true", ...modes);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(
      `expected one of --last, --count and --bisect, got ${modes.join(" and ")}\n`,
    );
  });

  test.each([
    ["state.x >", "it ends too early"],
    ["", "it is empty"],
    [" ", "it is empty"],
    ["state.x; 1", `Unexpected token ';' at column 8, "; 1"`],
    ["state.x > > 3", `Unexpected token '>' at column 11, "> 3"`],
    ["state.x)", `Unexpected token ')' at column 8, ")"`],
    ["Math.abs(state.x", `missing ) after argument list at column 16, "x"`],
    ["state.x ==== 5", `Unexpected token '=' at column 12, "= 5"`],
    ["return state.x", `Unexpected token 'return' at column 1, "return state"`],
    ["state.x >\n  + ) 2", `Unexpected token ')' at column 15, ") 2"`],
    ["'abc", `Invalid or unexpected token at column 1, "'abc"`],
  ])("%j: points at what cannot be read", async (expression, text) => {
    const project = await model();
    const { status, stdout, stderr } = await project.run("find", "main", expression);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      `error: cannot read the expression ${JSON.stringify(expression)}: ${text}\n` +
        "hint: `rewind find --help` explains it, with examples\n",
    );
  });

  test.each([
    [
      "step === 30 && state.y.z",
      "the function failed at step 30: TypeError: ",
      "at step 30 there is no state.y: state has .x",
    ],
    [
      "nothing",
      "the function failed at step 0: ReferenceError: nothing is not defined",
      "an expression sees state, step, params and previous",
    ],
    ["Math.random() > 0.5", "Math.random() was called, and a replay would not", ""],
    // A comparison is meant: an assignment would find states that are not in the run.
    ["state.x = 8", "the function changed the state that it looked at", "write === and not ="],
    ["state = 8", "TypeError: Assignment to constant variable.", "write === and not ="],
    ["step = 8", "TypeError: Assignment to constant variable.", "write === and not ="],
    ["params.k = 8", "TypeError: Cannot assign to read only property", "write === and not ="],
    ["(state.x++, false)", "the function changed the state that it looked at", "write ==="],
    ["previous && (previous.x = 8)", "the function changed the state that it looked at", "==="],
  ])("%j, in any mode", async (expression, text, hint) => {
    const project = await model();
    const before = await project.storeDigest();
    for (const mode of [[], ["--last"], ["--count"], ["--bisect"], ["--to", "33"]]) {
      // A bisection looks at few states: the failing one must be among them.
      const range =
        mode[0] === "--bisect" && expression.startsWith("step ===") ? "..main@30" : "main";
      const { status, stderr, stdout } = await project.run("find", range, expression, ...mode);
      expect(stdout).toBe("");
      const error = mode[0] === "--last" ? text.replace("step 0", "step 91") : text;
      expect(stderr).toContain(error);
      expect(stderr).toMatch(/^error: .*\nhint: .*\n$/s);
      expect(stderr.split("hint: ")[1]).toContain(hint);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(status).toBe(1);
    }
    expect(await project.storeDigest()).toBe(before);
    expect((await project.ok("verify", "--full")).status).toBe(0);
  });
});

describe("Ctrl-C", () => {
  /** Runs a search, and presses Ctrl-C when the expression is evaluated at a step. */
  async function pressed(project: Project, step: number, ...argv: string[]): Promise<Result> {
    const keys = globalThis as { pressAt?: (now: number) => boolean };
    const interrupt = (press: () => void): void => {
      keys.pressAt = (now) => {
        if (now === step) press();
        return false;
      };
    };
    try {
      return await project.runWith({ interrupt }, "find", ...argv);
    } finally {
      keys.pressAt = () => false;
    }
  }

  /** The command line in the hint, as a shell would split it, without `rewind`. */
  function goOn(stderr: string): string[] {
    const line = /^hint: `rewind (.*)` continues from there\n$/ms.exec(stderr)?.[1] ?? "";
    return [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll("'\\''", "'") ?? plain ?? "",
    );
  }

  async function long(): Promise<Project> {
    const project = await emptyProject();
    await project.write(
      "model.ts",
      'export default { name: "m", init: () => ({ x: 0 }), step: (s) => { s.x += 1; } };',
    );
    await project.ok("record", "model.ts", "--steps", "2_000_000", "--block-size", "1000");
    return project;
  }

  test("says how far it got, and how to continue", async () => {
    const project = await long();
    const holds = "pressAt(step) || state.x === 1_999_000";
    const { status, stdout, stderr } = await pressed(project, 5_000, "main", holds);
    expect([status, stdout]).toEqual([130, ""]);
    const [, upTo = ""] =
      /^error: interrupted: looked at steps 0 to ([\d,]+), and none of them matches\n/.exec(
        stderr,
      ) ?? [];
    const next = Number(upTo.replaceAll(",", "")) + 1;
    expect(next).toBeGreaterThan(5_000);
    const from = next.toLocaleString("en-US").replaceAll(",", "_");
    expect(goOn(stderr)).toEqual(["find", "main", holds, "--from", from]);
    expect(stderr).toContain(`\`rewind find main '${holds}' --from ${from}\``);
    expect((await project.ok(...goOn(stderr), "--json")).json.step).toBe(1_999_000);
  });

  test("--count gives the matches so far: the rest of the steps gives the rest", async () => {
    const project = await long();
    const even = "pressAt(step) || state.x % 2 === 0";
    const argv = ["main@10..@1_900_001", even, "--count", "--json"];
    const { status, stdout, stderr } = await pressed(project, 5_000, ...argv);
    const { error } = JSON.parse(stdout);
    expect([status, error.code]).toEqual([130, "INTERRUPTED"]);
    const [, held = ""] =
      /^error: interrupted: looked at steps 10 to [\d,]+, and ([\d,]+) of them match: the first 10, the last [\d,]+\n/.exec(
        stderr,
      ) ?? [];
    expect(error.data).toMatchObject({ count: Number(held.replaceAll(",", "")), first: 10 });
    expect(error.data.last).toBe(error.data.looked.to - (error.data.looked.to % 2));
    // The range is now given by options, because its beginning has moved.
    expect(goOn(stderr)).toEqual([
      ..."find main".split(" "),
      even,
      ...["--count", "--from", expect.stringMatching(/^[\d_]+$/), "--to", "1_900_001", "--json"],
    ]);
    const { json } = await project.ok(...goOn(stderr));
    expect(Number(held.replaceAll(",", "")) + json.count).toBe(949_996);
  });

  test("--last continues towards the start", async () => {
    const project = await long();
    const holds = "pressAt(step) || state.x === 17";
    const argv = ["main", "--last", "--trust", "--from", "5", "--", holds];
    const { status, stderr } = await pressed(project, 1_900_500, ...argv);
    expect(status).toBe(130);
    expect(stderr).toMatch(
      /^error: interrupted: looked at steps [\d,]+ to 2,000,000, and none of them matches/,
    );
    expect(goOn(stderr)).toEqual([
      ...["find", "main", holds, "--last", "--from", "5", "--to"],
      ...[expect.stringMatching(/^[\d_]+$/), "--trust"],
    ]);
    expect((await project.ok(...goOn(stderr), "--json")).json.step).toBe(17);
  });

  test("--bisect continues between the steps that it had reached", async () => {
    const project = await long();
    const holds = "pressAt(step) || state.x >= 17";
    const { status, stdout, stderr } = await pressed(project, 500_000, "main", holds, "--bisect");
    expect([status, stdout]).toEqual([130, ""]);
    expect(stderr).toMatch(/^error: interrupted: looked at 4 states\n/);
    expect(goOn(stderr)).toEqual([...["find", "main", holds, "--bisect", "--to", "500_000"]]);
    expect((await project.ok(...goOn(stderr), "--json")).json.step).toBe(17);
  });

  test("at once: it looked at one step, or at no step", async () => {
    const project = await long();
    const first = await project.runWith({ interrupt: true }, ..."find main step<0".split(" "));
    expect([first.status, first.stderr]).toEqual([
      130,
      "error: interrupted: looked at step 0, which does not match\n" +
        "hint: `rewind find main 'step<0' --from 1` continues from there\n",
    ]);
    const none = await project.runWith({ interrupt: true }, ..."find main@500.. step<0".split(" "));
    expect([none.status, none.stderr]).toEqual([
      130,
      "error: interrupted: looked at no step yet\n" +
        "hint: `rewind find main 'step<0' --from 500` continues from there\n",
    ]);
  });

  test("an expression with quotes or a leading dash is printed unchanged", async () => {
    const project = await long();
    for (const expression of [`String(state.x) === 'it\\'s'`, "-state.x > 0", 'step < "0"']) {
      const argv = ["--program", "working", "-q", "--", "main@{0}", expression];
      const { stderr } = await project.runWith({ interrupt: true }, "find", ...argv);
      const again = goOn(stderr);
      expect(again).toContain(expression);
      expect(again).toEqual(
        expect.arrayContaining(["main@{0}", "--program", "working", "--quiet"]),
      );
      expect((await project.run(...again)).stdout).toBe("no step matches\n");
    }
  });
});

describe("find --changed", () => {
  async function phases(): Promise<Project> {
    const project = await emptyProject();
    await project.write(
      "phases.ts",
      `export default { name: "phases", init: () => ({ n: 0, phase: 0, all: [] }),
        step: (s) => { s.n++; if (s.n % 10 === 0) { s.phase++; s.all = [s.phase]; } } };`,
    );
    await project.ok("record", "phases.ts", "--steps", "57", "--block-size", "7");
    return project;
  }

  test("prints the first step, the last, or their number", async () => {
    const project = await phases();
    const find = async (...words: string[]) =>
      (await project.run("find", ...words, "--json")).json as unknown;
    const path = ["--path", "phase"];
    expect(await find("main", "--changed", "phase", ...path)).toEqual({ step: 10, state: 1 });
    expect(await find("main", "--changed", "phase", "--last", ...path)).toEqual({
      step: 50,
      state: 5,
    });
    expect(await find("main", "--changed", "phase", "--count")).toEqual({
      count: 5,
      first: 10,
      last: 50,
    });
    expect(await find("main@11..@29", "--changed", "state.phase", ...path)).toEqual({
      step: 20,
      state: 2,
    });
    // A part that appears changes, and so does a part that holds others.
    expect(await find("main", "--changed", "all[0]", "--count")).toMatchObject({ first: 10 });
    expect(await find("main", "--changed", "all", "--count")).toMatchObject({ count: 5 });
    expect(await find("main@20..@20", "--changed", "n", "--count")).toMatchObject({ count: 1 });
    expect(await find("main@11..@19", "--changed", "phase")).toEqual({ step: null, state: null });
  });

  test.each([
    [["--changed", "fase"], 1, "there is no state.fase"],
    [["--changed", "phase", "--bisect"], 2, "expected --changed without --bisect"],
    [
      ["state.n > 3", "--changed", "phase"],
      2,
      "expected an expression or --changed PATH, got both",
    ],
    [["--changed", "phase["], 2, "phase["],
    [[], 2, "expected an expression, or --changed PATH"],
  ])("refuses %j", async (words, status, message) => {
    const project = await phases();
    const result = await project.run("find", "main", ...words);
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(status);
  });

  test("Ctrl-C says how far it got, and how to go on", async () => {
    const project = await phases();
    const { status, stderr } = await project.runWith(
      { interrupt: true },
      ...["find", "main", "--changed", "phase", "--count"],
    );
    expect(status).toBe(130);
    expect(stderr).toMatch(/hint: .*rewind find main --count --changed phase --from 1/s);
  });
});
