import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { TOPICS } from "../../../src/cli/help/help-topics.ts";
import { GENERATOR_FORMS, LOADER_FORMS, STEP_FORMS } from "../../../src/plan/forms.ts";
import { parsePlan } from "../../../src/plan/parse.ts";
import { orderOf, stateBefore } from "../../../src/plan/reconstruct.ts";
import { bareProject, runCli, temporaryFolder } from "../../support/run-cli.ts";
import { readVectors } from "../../support/vectors.ts";

interface Epochs {
  readonly epochs: readonly {
    readonly epoch: number;
    readonly state_before_sha256: string;
    readonly first8: readonly number[];
    readonly order_sha256: string;
  }[];
}

const golden = readVectors("torch") as {
  readonly cases: readonly {
    readonly seed: string;
    readonly default_generator: Epochs;
    readonly own_generator: Epochs;
  }[];
};

const PLAN = "seed 1; split 1806 0.8; epochs 9 of shuffle 1444";

const cases = golden.cases.flatMap(({ seed, default_generator, own_generator }) => [
  { seed, own: "", epochs: default_generator.epochs },
  { seed, own: " generator own", epochs: own_generator.epochs },
]);

describe("the runs of PyTorch 1.13", () => {
  test.each(cases)("case %#: orders, batches and states", async ({ seed, own, epochs }) => {
    const { run, root } = await bareProject();
    const plan = `seed ${seed}; split 1806 0.8; epochs 9 of shuffle 1444${own}`;
    expect(epochs).toHaveLength(12);
    // All of them by the library: test/plan/reconstruct.test.ts.
    const told = epochs.filter(({ epoch }) => epoch === 1 || epoch >= 10);
    for (const { epoch, state_before_sha256, first8, order_sha256 } of told) {
      const at = ["rng", plan, "--epoch", String(epoch)];
      const { json } = await run(...at, "--batch", "64", "--json");
      expect(json).toMatchObject({ plan, epoch, state: state_before_sha256 });
      expect(json.order.slice(0, 8)).toEqual(first8);
      expect(sha256(`[${json.order.join(", ")}]`)).toBe(order_sha256);
      expect(json.batches.map((batch: number[]) => batch.length)).toEqual([
        ...Array(22).fill(64),
        36,
      ]);
      expect(json.batches.flat()).toEqual(json.order);
      expect((await run(...at, "-o", "state.bin")).status).toBe(0);
      const bytes = readFileSync(path.join(root, "state.bin"));
      expect([bytes.length, sha256(bytes)]).toEqual([5056, state_before_sha256]);
      const located = await run("rng", "locate", plan, "--order", first8.join(), "--json");
      expect(located.json.found[0]).toMatchObject({ hypothesis: "as written", epoch });
    }
  });
});

describe("rng PLAN", () => {
  test("prints the batches of an epoch, wrapped to the terminal", async () => {
    const { order, batches } = orderOf(PLAN, { epoch: 10, batch: 64 });
    const { stdout, stderr } = await runCli(["rng", PLAN, "--epoch", "10", "--batch", "64"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /^epoch 10 of shuffle 1444\n {2}draws before it {2}1,841 of 32 bits\n {2}state before it {2}13d14d24.* \(SHA-256\)\n\nbatch 1 of 23, 64 samples\n {2}1247, 795, 625, /,
    );
    const printed = stdout.split(/batch \d+ of 23, \d+ samples\n/).slice(1);
    expect(printed.map(numbersIn)).toEqual(batches);
    expect(longestLine(stdout)).toBeLessThanOrEqual(100);
    const whole = await runCli(["rng", PLAN, "--epoch", "10"]);
    expect(numbersIn(whole.stdout.split("1,444 samples\n")[1] ?? "")).toEqual(order);
    const loader = await runCli(["rng", `${PLAN} batch 1000`, "--epoch", "10"]);
    expect(loader.stdout).toContain("\nbatch 2 of 2, 444 samples\n");
  });

  test("gives the draws and a digest of the state before an epoch, an event, and at the end", async () => {
    const at = async (...argv: string[]) => (await runCli(["rng", PLAN, "--json", ...argv])).json;
    expect(await at()).toEqual({
      plan: PLAN,
      before: null,
      draws: 1841,
      state: sha256(stateBefore(PLAN, "end")),
    });
    expect(await at("--event", "3")).toEqual({
      plan: PLAN,
      before: "epoch 1 of shuffle 1444",
      draws: 1805,
      state: sha256(stateBefore(PLAN, { epoch: 1 })),
      ...orderOf(PLAN, { epoch: 1 }),
      baseSeed: null,
    });
    expect(await at("--event", "12")).toEqual(await at());
    expect(await at("--epoch", "9")).toMatchObject({ before: "epoch 9 of shuffle 1444" });
    const two = "seed 1; epochs 2 of shuffle 9; epochs 3 of loader 4";
    const { json } = await runCli(["rng", two, "--epoch", "2", "--loader", "2", "--json"]);
    expect(json).toMatchObject({ before: "epoch 2 of loader 4", draws: 10, order: [0, 1, 2, 3] });
    expect((await runCli(["rng", PLAN])).stdout).toContain("the end of the plan\n");
  });

  test.each([
    ["", "import torch\n", "torch.set_rng_state("],
    ["own", "import torch  # g is the generator that the loader was given\n", "g.set_state("],
    ["numpy", "import json, numpy as np\n", "rng.bit_generator.state ="],
    ["python", "import json, random\n", "random.setstate((v"],
  ])("writes the state and the Python that loads it: %s", async (name, line, call) => {
    const project = await bareProject();
    const generator = name === "numpy" || name === "python" ? `generator ${name}; ` : "";
    const plan = `${generator}seed 1; epochs 1 of shuffle 9${name === "own" ? " generator own" : ""}`;
    const argv = ["rng", plan, "--epoch", "3", "--out", "my state"];
    const { stdout } = await project.ok(...argv);
    const state = stateBefore(plan, { epoch: 3 });
    expect(new Uint8Array(readFileSync(path.join(project.root, "my state")))).toEqual(state);
    const size = state.length.toLocaleString("en-US");
    expect(stdout).toContain(
      `wrote the state before epoch 3 of ${plan.split(" of ")[1]} to my state`,
    );
    const when = call.includes("set_")
      ? ", right before the loop: after the model, which draws as well"
      : "";
    expect(stdout).toContain(`, ${size} bytes\nin Python${when}:\n${line}`);
    expect(stdout.split("\n").at(-2)).toContain(call);
    expect(stdout).toContain('open("my state"');
    const { json } = await project.ok(...argv, "--json");
    expect(json).toMatchObject({ file: "my state", bytes: state.length, state: sha256(state) });
    expect(stdout).toContain(json.loading.join("\n"));
    expect(readdirSync(project.root)).toEqual(["my state"]);
  });

  test("says what must be done before the state is loaded", async () => {
    const project = await bareProject();
    expect((await project.ok("rng", PLAN, "--epoch", "9", "-o", "a.bin")).stdout).toContain(
      "in Python, right before the loop: after the model and random_split, which draw as well:\nimport",
    );
    for (const event of ["2", "12"]) {
      const { stdout } = await project.ok("rng", PLAN, "--event", event, "-o", "a.bin");
      expect(stdout).toMatch(/^wrote the state .* to a\.bin, 5,056 bytes\nin Python:\n/);
    }
  });

  test("starts persistent workers first, from their second epoch on", async () => {
    const project = await bareProject();
    const plan =
      "seed 1; repeat 3 { epochs 1 of shuffle 50 workers 2 persistent; epochs 1 of loader 9 workers 1 persistent }";
    const python = async (...point: string[]): Promise<string[]> =>
      (await project.ok("rng", plan, ...point, "-o", "a.bin", "--json")).json.loading;
    const starts = "iter(loader)  # starts its workers, which draws; loader is ";
    expect(await python("--epoch", "1")).toHaveLength(2);
    expect((await python("--epoch", "1", "--loader", "2")).slice(1, -1)).toEqual([
      `${starts}shuffle 50 workers 2 persistent`,
    ]);
    expect((await python("--epoch", "2")).slice(1, -1)).toEqual([
      `${starts}shuffle 50 workers 2 persistent`,
      `${starts}loader 9 workers 1 persistent`,
    ]);
  });

  test("prints the order of a permutation and the parts of a split", async () => {
    const plan = "seed 3; permutation 9; split 12 7 5";
    const { parts } = orderOf(plan, { event: 3 });
    const { order } = orderOf(plan, { event: 2 });
    const permutation = await runCli(["rng", plan, "--event", "2"]);
    expect(permutation.stdout).toContain(`(SHA-256)\n\n9 items\n  ${order.join(", ")}\n`);
    const split = await runCli(["rng", plan, "--event", "3"]);
    expect(split.stdout).toContain(
      `\n\npart 1 of 2, 7 samples\n  ${parts[0]?.join(", ")}\npart 2 of 2, 5 samples\n  ${parts[1]?.join(", ")}\n`,
    );
    expect((await runCli(["rng", plan, "--event", "3", "--json"])).json.parts).toEqual(parts);
    for (const name of ["torch", "numpy", "python"]) {
      const { json } = await runCli([
        "rng",
        `generator ${name}; ${plan}`,
        "--event",
        "2",
        "--json",
      ]);
      expect(json.order.toSorted((a: number, b: number) => a - b)).toEqual([...Array(9).keys()]);
    }
  });

  test("prints the base seed of workers", async () => {
    const plan = "seed 1; epochs 2 of shuffle 9 workers 2";
    const { baseSeed } = orderOf(plan, { epoch: 2 });
    const { stdout } = await runCli(["rng", plan, "--epoch", "2"]);
    expect(stdout).toContain(`\n  base seed        ${baseSeed}; worker w has this plus w\n\n`);
    const { json } = await runCli(["rng", plan, "--epoch", "2", "--json"]);
    expect(json.baseSeed).toEqual({ $bigint: String(baseSeed) });
  });

  test("notes a loader that is not a part of the split", async () => {
    const plan = "seed 1; split 606 0.8; epochs 3 of shuffle 485";
    const { stderr, status } = await runCli(["rng", plan, "--epoch", "1"]);
    expect([status, stderr]).toEqual([
      0,
      "note: 485 is the length of no part of the split (484, 122): these are positions in the loader\n",
    ]);
    const json = await runCli(["rng", plan, "--epoch", "1", "--json"]);
    expect(json.json.order).toEqual(json.json.positions);
    const located = await runCli(["rng", "locate", plan, "--order", "1,2,3,4"]);
    expect(located.stderr).toBe(stderr);
    for (const other of [PLAN, "seed 1; epochs 3 of shuffle 485"]) {
      expect((await runCli(["rng", other, "--epoch", "1"])).stderr).toBe("");
    }
  });

  test("reads a plan from a file, with comments", async () => {
    const project = await bareProject();
    const text =
      "# how model 7 was trained\nseed 1\nsplit 1806 0.8  # int(0.8 * n)\r\nepochs 9 of shuffle 1444\n";
    await project.write("model.plan", text);
    await project.write("sub/model.txt", `\ufeff${text}`);
    const expected = (await runCli(["rng", PLAN, "--json"])).stdout;
    expect((await project.ok("rng", "model.plan", "--json")).stdout).toBe(expected);
    expect((await project.ok("rng", "@model.plan", "--json")).stdout).toBe(expected);
    expect((await project.ok("-C", "sub", "rng", "@model.txt", "--json")).stdout).toBe(expected);
  });
});

describe("rng explain", () => {
  test("prints a line for each event", async () => {
    const { stdout, status } = await runCli(["rng", "explain", PLAN]);
    expect(status).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^event +draws +total +state after$/);
    expect(lines[2]).toBe("    2  split 1806 0.8           1,805  1,805  9904f24a64035fe2");
    expect(lines.slice(1, 12).at(-1)).toMatch(/^ {3}11 {2}epoch 9 of shuffle 1444 +4 +1,841 /);
    expect(stdout).toContain(
      "  hashlib.sha256(torch.get_rng_state().numpy().tobytes()).hexdigest()[:16]\n",
    );
  });

  test.each([
    ["torch", "32 bits", "torch.get_rng_state()"],
    ["numpy", "64 bits", "rng.bit_generator.state"],
    ["python", "32 bits", "random.getstate()"],
  ])("says what the draws and digests of %s are", async (name, bits, state) => {
    const { stdout } = await runCli(["rng", "explain", `generator ${name}; seed 1; draws 3`]);
    expect(stdout).toContain(`draws have ${bits}`);
    expect(stdout).toContain(state);
  });

  test("as JSON, each state before the one after the event before", async () => {
    const { json } = await runCli(["rng", "explain", PLAN, "--json"]);
    expect([json.plan, json.more, json.events.length]).toEqual([PLAN, 0, 11]);
    expect(json.events[0]).toMatchObject({ event: 1, text: "seed 1", draws: 0, before: null });
    for (const [i, { before, after, event }] of json.events.entries()) {
      if (i > 0) expect(before).toBe(json.events[i - 1].after);
      expect(after).toBe(sha256(stateBefore(PLAN, { event: event + 1 })));
    }
  });

  test("prints at most the requested number, and gives the total", async () => {
    const { stdout } = await runCli(["rng", "explain", PLAN, "-n", "3"]);
    expect(stdout).toContain("\n    3  epoch 1 of shuffle 1444");
    expect(stdout).not.toContain("epoch 2");
    expect(stdout).toContain("and 8 events more: -n 11 shows all\n");
    const long = await runCli(["rng", "explain", "seed 1; epochs 1e7 of shuffle 9", "--json"]);
    expect([long.json.events.length, long.json.more]).toEqual([1000, 9999001]);
    const none = await runCli(["rng", "explain", PLAN, "--limit", "0", "--json"]);
    expect([none.json.events, none.json.more]).toEqual([[], 11]);
  });
});

describe("rng locate", () => {
  const order = orderOf(PLAN, { epoch: 10 }).order.slice(0, 4);

  test.each([order.join(), order.join(" "), `[${order.join(", ")}]`])("of %j", async (list) => {
    const { status, stdout, stderr } = await runCli(["rng", "locate", PLAN, "--order", list]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(
      "\nthese 3 have the same samples throughout: samples of another epoch tell them apart\n\n",
    );
    expect(stdout).toMatch(/^epoch 10, as written\n {2}rewind rng 'seed 1; .*' --epoch 10\n/);
  });

  test("names what it tested; the command that it prints gives the epoch", async () => {
    const truth = "generator torch 1.8; seed 1; split 1806 0.8; epochs 1 of shuffle 1444";
    const begins = orderOf(truth, { epoch: 7 }).order.slice(0, 5);
    const { stdout } = await runCli(["rng", "locate", PLAN, "--order", begins.join()]);
    const [, found = "", plan = "", epoch = ""] =
      /^(.*)\n {2}rewind rng '(.*)' --epoch (\d+)\n/.exec(stdout) ?? [];
    expect(found).toBe("epoch 7, by torch 1.8");
    const { json } = await runCli(["rng", plan, "--epoch", epoch, "--json"]);
    expect(json.order.slice(0, 5)).toEqual(begins);
    expect(stdout).toContain("\ntested epochs 1 to 100\n  as written\n  without the split\n");
    expect(stdout).toContain("\n  by torch 2.13\n");
  });

  test("exit status 1 when no epoch matches; --up-to and --draws limit the search", async () => {
    const argv = ["rng", "locate", PLAN, "--order", order.join()];
    const short = await runCli([...argv, "--up-to", "3"]);
    expect([short.status, short.stderr]).toEqual([1, ""]);
    expect(short.stdout).toMatch(/^no epoch begins with these samples\n\ntested epochs 1 to 3\n/);
    const split = "seed 1; split 1806 0.8";
    const later = orderOf(`${split}; draws 777; epochs 1 of shuffle 1444`, { epoch: 1 }).order;
    const list = later.slice(0, 4).join();
    const drawn = await runCli([...argv.slice(0, 4), list, "--draws", "1_000", "--json"]);
    expect(drawn.json).toMatchObject({ plan: PLAN, upTo: 100, draws: 1000 });
    expect(drawn.json.found).toEqual([
      {
        hypothesis: "after 777 draws",
        epoch: 1,
        as: "order",
        plan: `${split}; draws 777; epochs 9 of shuffle 1444`,
      },
    ]);
    expect(drawn.json.tested).toContain("with persistent workers");
  });

  test("a model that was built after the seed is found by its draws", async () => {
    const rest = "split 606 0.8 0.2; epochs 3 of shuffle 485 batch 64";
    const list = orderOf(`seed 1; draws 418; ${rest}`, { epoch: 1 }).order.slice(0, 5).join();
    const locate = ["rng", "locate", `seed 1; ${rest}`, "--order", list, "--draws", "1000"];
    const { stdout, status } = await runCli(locate);
    expect(status).toBe(0);
    expect(stdout).toBe(
      `epoch 1, with 418 draws after the seed\n  rewind rng 'seed 1; draws 418; ${rest}' --epoch 1\n\n${stdout.slice(stdout.indexOf("tested"))}`,
    );
    expect(stdout).toContain(
      "tested epochs 1 to 100, and up to 1,000 draws more before the first, or right after the seed\n",
    );
  });

  test("positions in the loader are labelled as such", async () => {
    const { positions } = orderOf(PLAN, { epoch: 3 });
    const list = positions.slice(0, 5).join();
    const { stdout } = await runCli(["rng", "locate", PLAN, "--order", list]);
    expect(stdout).toContain("epoch 3, as written, the samples as positions in the loader\n");
  });

  test("notes if there are so few samples that some agree by chance", async () => {
    const few = await runCli(["rng", "locate", PLAN, "--order", String(order[0])]);
    expect(few.stderr).toMatch(
      /^note: among 1,\d00 orders, some may begin with these samples by chance: give more/,
    );
    const kept = "seed 1; epochs 2 of loader 9";
    expect((await runCli(["rng", "locate", kept, "--order", "0,1"])).stderr).toBe("");
  });

  test("of the named loader, also in the printed command", async () => {
    const two = "seed 1; repeat 9 { epochs 1 of shuffle 50; epochs 1 of shuffle 40 }";
    const list = orderOf(two, { epoch: 4, loader: 2 }).order.slice(0, 6).join();
    const { stdout } = await runCli(["rng", "locate", two, "--order", list, "--loader", "2"]);
    expect(stdout).toMatch(/^epoch 4, as written\n {2}rewind rng '.*' --epoch 4 --loader 2\n/);
  });
});

describe("errors", () => {
  test.each([
    ["seed 1; epochs 9 off shuffle 1444", 1, 18, 'expected "of" and a loader, got "off"'],
    ["seed 1\nsplit 1806 0.8\n\trepeat 2 { split 5 9 }", 3, 13, "expected a part of 5 items"],
    ["epochs 1 of shuffle 5", 1, 1, "expected a plan to begin with a seed, got epochs"],
    [`seed 1; ${"draws 1; ".repeat(50)}jump 5; draws 1`, 1, 459, "expected a step: seed, draws"],
  ])("%j: line, column, and a caret below it", async (plan, line, column, says) => {
    const project = await bareProject();
    for (const argv of [
      ["rng", plan, "-o", "x"],
      ["rng", "explain", plan],
      ["rng", "wrong.plan"],
    ]) {
      await project.write("wrong.plan", plan);
      const { status, stdout, stderr } = await project.run(...argv);
      expect([status, stdout]).toEqual([2, ""]);
      const [message = "", source = "", caret = "", hint, ...rest] = stderr.split("\n");
      const where = argv.includes("wrong.plan") ? "wrong.plan, " : "";
      expect(message).toContain(`error: ${where}line ${line}, column ${column}: `);
      expect(message).toContain(says);
      const written = plan.split("\n")[line - 1] as string;
      expect(written).toContain(source.slice(2).replaceAll("…", ""));
      expect(source.slice(caret.length - 1)).toBe(
        written.slice(column - 1, column - 1 + source.length - caret.length + 1),
      );
      expect(caret).toMatch(/^ {2}[ \t]*\^$/);
      expect([hint, ...rest]).toEqual([
        "hint: `rewind help plans` explains how plans are written",
        "",
      ]);
      expect(readdirSync(project.root)).toEqual(["wrong.plan"]);
    }
  });

  test.each(["", " ", "\n\n", "# nothing yet"])("%j, a plan without steps", async (plan) => {
    const { status, stderr } = await runCli(["rng", plan]);
    const [message, ...rest] = stderr.split("\n");
    expect(status).toBe(2);
    expect(message).toMatch(
      /^error: line \d, column \d+: expected a plan to begin with a seed, got no steps$/,
    );
    // An empty line has no caret.
    expect(rest).toHaveLength(plan.trim() === "" ? 2 : 4);
  });

  test.each([
    [["rng"], "no plan was given"],
    [["rng", "@"], "expected @FILE, a file with a plan, got @ alone"],
    [["rng", "explain"], "no plan was given"],
    [["rng", PLAN, "--epoch", "0"], "expected --epoch to be a whole number from 1 to 10^7, got 0"],
    [
      ["rng", PLAN, "--epoch", "-1"],
      "expected --epoch to be a whole number from 1 to 10^7, got -1",
    ],
    [["rng", PLAN, "--epoch", "1e8"], "expected an epoch in 1..10^7, got 100000000"],
    [["rng", PLAN, "--event", "0"], "expected --event to be a whole number, at least 1, got 0"],
    [["rng", PLAN, "-o", ""], 'expected a file name after --out, got ""'],
    [["rng", "locate", PLAN, "--order", "5000"], "expected samples in 0..1805, got 5000"],
    [["rng", "locate", PLAN, "--order", "1,2,1"], "expected each sample once, got 1 again"],
    [["rng", PLAN, "--epoch", "x"], "expected --epoch to be a whole number"],
    [["rng", PLAN, "--event", "99"], "expected an event in 1..12, 12 being the end"],
    [
      ["rng", PLAN, "--epoch", "1", "--loader", "2"],
      "expected loader 1, the only one of the plan, got 2",
    ],
    [["rng", "seed 1", "--epoch", "1"], "expected a plan with a loader"],
    [["rng", PLAN, "--epoch", "1", "--event", "1"], "got both --epoch and --event"],
    [["rng", PLAN, "--batch", "64"], "expected --epoch N with --batch"],
    [["rng", PLAN, "--loader", "1"], "expected --epoch N with --loader"],
    [
      ["rng", PLAN, "--epoch", "1", "--batch", "0"],
      "expected --batch to be a whole number, at least 1, got 0",
    ],
    [
      ["rng", PLAN, "--epoch", "1", "--batch", "4", "-o", "x"],
      "expected --batch or --out, got both",
    ],
    [
      ["rng", PLAN, "--order", "1"],
      "--order is for `rewind rng locate PLAN`, not for `rewind rng PLAN`",
    ],
    [["rng", PLAN, "--up-to", "1"], "--up-to is for `rewind rng locate PLAN`"],
    [["rng", "explain", PLAN, "--epoch", "1"], "--epoch is for `rewind rng PLAN`, not for explain"],
    [
      ["rng", "locate", PLAN, "-n", "1"],
      "--limit is for `rewind rng explain PLAN`, not for locate",
    ],
    [["rng", "locate", PLAN], "expected --order LIST"],
    [["rng", "locate", PLAN, "--order", "1,x"], "expected --order to be whole numbers"],
    [["rng", "locate", PLAN, "--order", "1", "--up-to", "0"], "expected --up-to to be a whole"],
    [["rng", "locate", PLAN, "--order", "1", "--draws", "1e9"], "expected at most 10^8 draws"],
    [
      [
        "rng",
        "locate",
        "generator numpy; seed 1; epochs 1 of shuffle 9",
        "--order",
        "1",
        "--draws",
        "5",
      ],
      "expected a plan of torch",
    ],
  ])("%j", async (argv, message) => {
    const cwd = await temporaryFolder();
    const { status, stdout, stderr } = await runCli(argv, { cwd });
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
    expect(stderr).toContain("\nhint: ");
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("files that cannot be read or written", async () => {
    const project = await bareProject();
    const endless = await project.run("rng", "@/dev/zero");
    expect([endless.status, endless.stderr]).toEqual([
      1,
      expect.stringContaining("cannot read /dev/zero: it is a device"),
    ]);
    await project.write("folder/x", "");
    for (const argv of [
      ["rng", "@nothing"],
      ["rng", "@folder"],
      ["rng", PLAN, "-o", "no/x"],
      ["rng", PLAN, "-o", "folder"],
    ]) {
      const { status, stdout, stderr } = await project.run(...argv);
      expect([argv, status, stdout]).toEqual([argv, 1, ""]);
      expect(stderr).toMatch(/^error: cannot (read|write) /);
    }
    expect(readdirSync(project.root)).toEqual(["folder"]);
  });
});

describe("rewind help plans", () => {
  const page = TOPICS.get("plans")?.text() ?? "";
  const context = "seed 1; split 1806 1444 362; epochs 1 of loader 362";

  test("shows forms that can be read", () => {
    for (const [written] of GENERATOR_FORMS) {
      expect(parsePlan(`${written}; seed 1`).generator.name).toBe(written.split(" ")[1]);
    }
    for (const [written] of STEP_FORMS) {
      const { steps } = parsePlan(`seed 1; ${written}`);
      expect([written, steps[1]?.kind]).toEqual([written, written.split(" ")[0]]);
    }
    const plain = JSON.stringify(parsePlan(context), bigints);
    for (const [written] of LOADER_FORMS) {
      expect(JSON.stringify(parsePlan(`${context} ${written}`), bigints)).not.toBe(plain);
    }
    for (const [written] of [...GENERATOR_FORMS, ...STEP_FORMS, ...LOADER_FORMS]) {
      expect(page).toContain(`\n  ${written} `);
    }
  });

  test("names every word of the grammar, and its example is valid", () => {
    const [, example = ""] = /\n\n {2}(seed .*)\n/.exec(page) ?? [];
    expect(parsePlan(example).steps).toHaveLength(3);
    const source = ["parse.ts", "parse-loader.ts"]
      .map((file) => readFileSync(new URL(`../../../src/plan/${file}`, import.meta.url), "utf8"))
      .join("\n");
    const words = [
      ...source.matchAll(/case "(\w+)"|^ {2}(\w+): \(|takes?\((?:tokens, )?"(\w+)"/gm),
    ].map(([, verb, option, word]) => verb ?? option ?? word);
    expect(words).toEqual(expect.arrayContaining(["seed", "prefetch", "own", "after"]));
    const unsaid = words.filter((word) => !new RegExp(`\\b${word}\\b`).test(page));
    // Defaults need no word.
    expect(unsaid.sort()).toEqual(["default", "words"]);
  });
});

function bigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function numbersIn(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function longestLine(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}
