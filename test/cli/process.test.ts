import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import {
  copyOf,
  emptyProject,
  type Project,
  temporaryFolder,
  walkProject,
} from "../support/run-cli.ts";

// These run the build that is shipped, so run `npm run build` first.
const REWIND = fileURLToPath(new URL("../../bin/rewind.js", import.meta.url));

beforeAll(() => {
  const built = existsSync(fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url)));
  expect(built, "expected dist/: npm run build").toBe(true);
});

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  cwd: string,
  command: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): [ChildProcess, Promise<Ended>] {
  const child = spawn(command, argv, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (part) => (stdout += part));
  child.stderr?.on("data", (part) => (stderr += part));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return [child, ended];
}

const rewind = (project: Project, line: string): [ChildProcess, Promise<Ended>] =>
  start(project.root, process.execPath, [REWIND, ...line.split(" ")]);

const shell = (project: Project, line: string): Promise<Ended> =>
  start(project.root, "bash", [
    "-c",
    line.replaceAll("rewind", `'${process.execPath}' '${REWIND}'`),
  ])[1];

/** Waits until a journal has been committed to. */
async function untilRecorded(project: Project): Promise<void> {
  const objects = path.join(project.root, ".rewind/objects");
  // A journal that has grown again was flushed in between, a tip included.
  const sizes = new Set<number>();
  for (;;) {
    for (const name of await readdir(objects)) {
      if (!name.startsWith("journal-")) continue;
      const { size } = await stat(path.join(objects, name)).catch(() => ({ size: 0 }));
      if (size > 1_000) sizes.add(size);
      if (sizes.size > 2) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ENDLESS = "record walk.ts --steps 1e12 --block-size 10 --seed 42";

/** A walk whose steps wait in the process of `endless`, so that it does not use a processor up. */
const WALK = `export default {
  name: "walk",
  init: () => 0,
  step: (x, rng) => { Atomics.pace?.(); return x + (rng.random() < 0.5 ? 1 : -1); },
};`;
const PACE =
  "Atomics.pace = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);";

/** A recording that goes on until it is ended, of which a part is committed. */
async function endless(
  line = ENDLESS,
  walk = WALK,
): Promise<{
  readonly project: Project;
  /** Ends it. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}> {
  const project = await emptyProject();
  await project.write("walk.ts", walk);
  await project.write("pace.mjs", PACE);
  const argv = ["--import", "./pace.mjs", REWIND, ...line.split(" ")];
  const [child, ended] = start(project.root, process.execPath, argv);
  await untilRecorded(project);
  return {
    project,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

describe("the process", () => {
  test("exit statuses and streams", async () => {
    const project = await walkProject();
    const cases: [string, number, boolean][] = [
      ["--version", 0, true],
      ["get main@500", 0, true],
      ["get nope", 1, false],
      ["get", 2, false],
    ];
    for (const [line, expected, prints] of cases) {
      const { status, stdout, stderr } = await rewind(project, line)[1];
      expect([line, status]).toEqual([line, expected]);
      expect(stdout !== "").toBe(prints);
      expect(stderr !== "").toBe(!prints);
    }
  });

  test("interrupted by a signal: what was recorded is kept and can be continued", async () => {
    // Ctrl-C, the signal of a batch system, and a closed terminal.
    const statuses = [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const;
    // All at once, since each waits until its recording has committed.
    const started = await Promise.all(statuses.map(() => endless()));
    for (const [i, [signal, code]] of statuses.entries()) {
      const { project, end } = started[i] as Awaited<ReturnType<typeof endless>>;
      const { status, stderr, stdout } = await end(signal);
      expect([signal, status, stdout]).toEqual([signal, code, ""]);
      expect(stderr).toMatch(
        // In a step, between two slices, or during a checkpoint.
        /^error: interrupted(?: at step [\d,]+(?:, while it was running)?\nhint: the first [\d,]+ of 1,000,000,000,000 steps are kept on main|\nhint: the (?:next command restores|part recorded before is kept))/,
      );
      const { json } = await project.ok("show", "HEAD", "--json");
      expect(json).toMatchObject({ goal: 1e12, blockSize: 10 });
      expect(json.steps).toBeGreaterThan(0);
      const kept = /first ([\d,]+) of/.exec(stderr)?.[1];
      const step = /interrupted at step ([\d,]+)/.exec(stderr)?.[1];
      for (const each of [kept, step]) {
        if (each !== undefined) expect(json.steps).toBe(Number(each.replaceAll(",", "")));
      }
      expect((await project.ok("verify", "--json")).json.ok).toBe(true);
    }
  });

  test("a program that replaces the clock and the timers changes neither times nor flushes nor Ctrl-C", async () => {
    const replacing = `const real = await (async () => {}).constructor("return globalThis")();
let calls = 0;
real.performance.now = () => -(calls += 1e6);
real.Date.now = () => calls--;
for (const name of ["setTimeout", "setImmediate", "clearTimeout"]) real[name] = () => 0;
${WALK}`;
    const { project, end } = await endless(ENDLESS, replacing);
    const { status, stderr } = await end("SIGINT");
    expect(status).toBe(130);
    expect(stderr).toMatch(/^error: interrupted/);
    expect((await project.ok("show", "HEAD", "--json")).json.steps).toBeGreaterThan(0);
    const [, short] = rewind(project, "record walk.ts --steps 100 -b short");
    expect((await short).stdout).toMatch(/^recorded 100 steps on short in \d/);
    const { time } = (await project.ok("show", "short", "--json")).json.meta;
    expect(Date.parse(time)).toBeGreaterThan(Date.UTC(2020));
  });

  test.each([
    ["a loop", "for (;;);", "record"],
    ["a pattern that never ends", "/(a+)+$/.test('a'.repeat(60) + 'b');", "record"],
    ["a wait", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);", "record"],
    ["a loop that catches everything", "for (;;) try { f(); } catch {} finally { f(); }", "record"],
  ])("Ctrl-C ends a step that does not return, and names it: %s", async (_, stuck, verb) => {
    const project = await emptyProject("walk.ts");
    const step = `step: (x, rng, ctx) => { if (ctx.step === 1_234) { console.log("stuck"); ${stuck} } return x + 1; }`;
    await project.write(
      "stuck.mjs",
      `const f = () => 0; export default { name: "stuck", init: () => 0, ${step} };`,
    );
    const [child, ended] = rewind(project, `${verb} stuck.mjs --steps 10_000 --block-size 100`);
    await new Promise((resolve) => child.stderr?.on("data", resolve));
    // After the line is written, so that the signal ends the step itself.
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGINT");
    const { status, signal, stderr } = await ended;
    expect({ status, signal }).toEqual({ status: 130, signal: null });
    expect(stderr).toMatch(/^stuck\nerror: interrupted at step 1,234, while it was running\n/);
    expect(stderr).toContain("hint: the first 1,234 of 10,000 steps are kept on main");
    const { json } = await project.ok("get", "main@-1", "--json");
    expect(json).toMatchObject({ step: 1_234, state: 1_234 });
  });

  test("killed at once: the next command recovers what was acknowledged", async () => {
    const { project, end } = await endless();
    expect((await end("SIGKILL")).signal).toBe("SIGKILL");
    const { stderr, stdout } = await project.ok("branch");
    expect(stderr).toMatch(
      /^note: recovered an interrupted recording: main, [\d,]+ of 1,000,000,000,000 steps; `rewind resume main` continues it\n$/,
    );
    expect(stdout).toMatch(/^\* {2}main .* steps of 1,000,000,000,000, unfinished +just now\n$/);
    // A reader recovers nothing, so the next one says it again; a writer says it for the last time.
    expect((await project.ok("branch")).stderr).toBe(stderr);
    expect((await project.ok("tag", "here", "main")).stderr).toBe(stderr);
    expect((await project.ok("branch")).stderr).toBe("");
    const { steps } = (await project.ok("show", "HEAD", "--json")).json;
    const { json } = await project.ok("get", `main@${steps - 1}`, "--json");
    // It is the run that was never interrupted.
    await project.ok(
      ..."record walk.ts --seed 42 -b whole --block-size 10 --steps".split(" "),
      String(steps),
    );
    expect((await project.ok("get", `whole@${steps - 1}`, "--json")).json.state).toBe(json.state);
    expect((await project.ok("diff", "main", "whole")).stdout).toBe("the runs are identical\n");
  });

  test("killed on a branch that is not HEAD's, or is another's now: the note says what continues it", async () => {
    const { project: killed, end } = await endless(ENDLESS.replace("record", "record -b far"));
    await end("SIGKILL");
    for (const [taken, command] of [
      [false, "resume far"],
      [true, "branch NAME archive/far/1"],
    ] as const) {
      const project = await copyOf(killed);
      if (taken) {
        const other = await emptyProject("walk.ts");
        const { json } = await other.ok(..."record walk.ts --steps 5 --json".split(" "));
        await project.write(".rewind/refs/heads/far", `${json.run}\n`);
      }
      const { stderr } = await project.run("branch");
      const note = `[\\d,]+ of 1,000,000,000,000 steps; \`rewind ${command}\` continues it\n`;
      expect(stderr).toMatch(new RegExp(`^note: recovered .*, ${note}`));
      // The user chooses the name; Ctrl-C ends the command that continues it.
      const line = command.replace("NAME", "new").split(" ");
      const went = await project.runWith({ interrupt: true }, ...line);
      expect(went.stderr).toMatch(/^note: .*\nerror: interrupted at step [\d,]+\n/);
    }
  });

  test("two at once on one branch: one says that the other is recording", async () => {
    const { project, end } = await endless();
    for (const line of [ENDLESS, ENDLESS.replace("record", "record -b MAIN")]) {
      const { status, stderr } = await rewind(project, line)[1];
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(
          /^error: another process is recording on the branch main\nhint: wait/i,
        ),
      ]);
    }
    // Another branch is not affected, and neither are readers.
    expect((await rewind(project, "record walk.ts --steps 10 -b other")[1]).status).toBe(0);
    expect((await rewind(project, "get other@5")[1]).status).toBe(0);
    expect((await end("SIGINT")).status).toBe(130);
    expect((await project.ok("branch", "--json")).json.branches).toHaveLength(2);
  });

  test("many at once, each on its own branch, all succeed", async () => {
    const project = await emptyProject("walk.ts");
    const names = ["a", "b", "c", "d"];
    const lines = names.map((name) => `record walk.ts --steps 1000 -b ${name}`);
    const results = await Promise.all(lines.map((line) => rewind(project, line)[1]));
    expect(results.map(({ status, stderr }) => [status, stderr])).toEqual(names.map(() => [0, ""]));
    expect((await project.ok("branch", "--json")).json.branches).toHaveLength(4);
  });

  test("a pipe that is closed early is not an error", async () => {
    const project = await walkProject();
    await project.ok(..."record walk.ts --steps 1e5 --block-size 10 -b long".split(" "));
    for (const line of [
      "rewind show long --seeds | head -1",
      "rewind log | true",
      "rewind get | true",
    ]) {
      const { stderr } = await shell(project, line);
      expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
    }
    const { stdout } = await shell(project, "rewind show long --seeds -n 10000 | wc -l");
    expect(stdout.trim()).toBe("10000");
  });

  test.runIf(existsSync("/dev/full"))("a full disk behind stdout is an error", async () => {
    const project = await walkProject();
    const { status, stderr } = await shell(project, "rewind log > /dev/full");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*ENOSPC.*\n/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("what a simulation logs goes to stderr", async () => {
    const project = await emptyProject();
    await project.write(
      "noisy.ts",
      `console.log("loaded");
       export default { name: "noisy", init: () => 0, step: (x) => { console.info("step", x); return x + 1; } };`,
    );
    const recorded = await rewind(project, "record noisy.ts --steps 2 --json")[1];
    expect(recorded.status).toBe(0);
    expect(JSON.parse(recorded.stdout)).toMatchObject({ steps: 2 });
    expect(recorded.stderr).toBe("loaded\nstep 0\nstep 1\n");
  });

  test("a failed promise that a module leaves behind is reported without a stack trace", async () => {
    const project = await emptyProject();
    await project.write(
      "stray.ts",
      'Promise.reject(new Error("left behind")); export default { name: "s", init: () => 0, step: (x) => x };',
    );
    const { status, stderr } = await rewind(project, "record stray.ts --steps 2")[1];
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: left behind\nhint: .*\n$/),
    ]);
  });
});

/** Whether a program can be started here; prints a note if not. */
function has(program: string, ...argv: string[]): boolean {
  if (spawnSync(program, argv).status === 0) return true;
  console.warn(`skipped: there is no ${program} here`);
  return false;
}

describe.runIf(has("python3", "--version"))("on a terminal, the pager", () => {
  const SCRIPT = fileURLToPath(new URL("terminal.py", import.meta.url));
  let project: Project;
  beforeAll(async () => {
    project = await walkProject();
    await project.ok(..."record walk.ts --steps 1e5 --block-size 10 -b long".split(" "));
  });

  /** Runs a line on a terminal of ten rows; types `keys` at `prompt`. */
  async function onTerminal(
    line: string,
    pager: string,
    { prompt = "", keys = "" } = {},
  ): Promise<{ readonly status: number | null; readonly text: string }> {
    const home = project.root;
    const { status, stdout, stderr } = await start(
      project.root,
      "python3",
      [SCRIPT, "10", prompt, keys, process.execPath, REWIND, ...line.split(" ")],
      { REWIND_PAGER: pager, HOME: home, XDG_CONFIG_HOME: home, TERM: "xterm", NO_COLOR: "1" },
    )[1];
    expect(stderr).toBe("");
    return { status, text: stdout.replaceAll("\r\n", "\n") };
  }

  test("gets the whole text, through the shell, and the status is the command's", async () => {
    const plain = await onTerminal("show long --seeds -n 50", "");
    const { status, text } = await onTerminal("show long --seeds -n 50", "sed 's/^block/BLOCK/'");
    expect([plain.status, status]).toEqual([0, 0]);
    expect(plain.text).toMatch(/^block 0 /);
    expect(text).toBe(plain.text.replaceAll("block", "BLOCK"));
    const none = await onTerminal("find main state===1e9||[].length", "cat -A");
    expect(none.status).toBe(1);
  });

  test("may be left before the end of a text that does not fit into a pipe", async () => {
    const { status, text } = await onTerminal("show long --seeds", "head -1");
    expect([status, text]).toEqual([0, expect.stringMatching(/^block 0 .*\n$/)]);
  });

  test("has Ctrl-C to itself", async () => {
    // It goes to every process on the terminal.
    const pager = "trap '' INT; kill -INT 0; sed 's/^block/BLOCK/'";
    const { status, text } = await onTerminal("show long --seeds -n 50", pager);
    expect(status).toBe(0);
    expect(text.match(/^BLOCK/gm)).toHaveLength(50);
  });

  test("that is missing loses nothing", async () => {
    const plain = await onTerminal("show long --seeds -n 50", "");
    const { status, text } = await onTerminal("show long --seeds -n 50", "not-a-pager-at-all");
    expect(status).toBe(0);
    expect(text).toContain(
      'note: cannot start the pager "not-a-pager-at-all": printed without it\n',
    );
    expect(text.endsWith(plain.text)).toBe(true);
  });

  test.runIf(has("less", "--version"))("less stops at a screen, and q ends it", async () => {
    const { status, text } = await onTerminal("show long --seeds", "less", {
      prompt: ":",
      keys: "q",
    });
    expect(status).toBe(0);
    expect(text).toContain("block 0 ");
    expect(text).not.toContain("block 100 ");
    const fits = await onTerminal("show long --seeds -n 9", "less");
    expect(fits.text.match(/block/g)).toHaveLength(9);
  });
});

describe("completion scripts", () => {
  test.runIf(has("bash", "--version"))("bash completes a line as it stands", async () => {
    const project = await walkProject();
    await project.ok("branch", "fix/a;b$(c)", "main@500");
    await project.ok(..."tag v1 main".split(" "));
    await project.write("sub/a b.replay", "");
    const cases: [line: string, words: string[], replies: string[]][] = [
      ["rewind check", ["rewind", "check"], ["checkout"]],
      ["rewind get ma", ["rewind", "get", "ma"], ["main"]],
      ["rewind get fi", ["rewind", "get", "fi"], []],
      ["rewind get 'fi", ["rewind", "get", "'fi"], []],
      ['rewind get "fi', ["rewind", "get", '"fi'], []],
      ["rewind verify --program=w", ["rewind", "verify", "--program", "=", "w"], ["working"]],
      ["rewind verify --program=", ["rewind", "verify", "--program", "="], ["recorded", "working"]],
      ["rewind log main..v", ["rewind", "log", "main..v"], ["main..v1"]],
      ["rewind get main@", ["rewind", "get", "main", "@"], []],
      ["rewind load su", ["rewind", "load", "su"], ["sub"]],
      ["rewind load sub/a", ["rewind", "load", "sub/a"], ["sub/a b.replay"]],
      ["rewind save main --output=s", ["rewind", "save", "main", "--output", "=", "s"], ["sub"]],
      ["rewind -C su", ["rewind", "-C", "su"], ["sub"]],
      ["rewind  diff   v1  ma", ["rewind", "diff", "v1", "ma"], ["main"]],
      ["rewind nonsense x", ["rewind", "nonsense", "x"], []],
    ];
    const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
    const script = [
      `rewind() { ${quote(process.execPath)} ${quote(REWIND)} "$@"; }`,
      'eval "$(rewind completion bash)"',
      ...cases.flatMap(([line, words]) => [
        `COMP_LINE=${quote(line)} COMP_POINT=\${#COMP_LINE}`,
        `COMP_WORDS=(${words.map(quote).join(" ")}) COMP_CWORD=${words.length - 1}`,
        "_rewind",
        `echo ${quote(line)}`,
        `((\${#COMPREPLY[@]})) && printf "  %s\\n" "\${COMPREPLY[@]}"`,
      ]),
    ].join("\n");
    const { stdout, stderr } = await start(project.root, "bash", ["-c", script])[1];
    expect(stdout.split("\n")).toEqual([
      ...cases.flatMap(([line, , replies]) => [line, ...replies.map((reply) => `  ${reply}`)]),
      "",
    ]);
    expect(stderr).toBe("");
  });

  test.each(["bash", "zsh", "fish"].filter((shell) => has(shell, "--version")))(
    "%s can read its script",
    async (shell) => {
      const [, ended] = start(tmpdir(), process.execPath, [REWIND, "completion", shell]);
      const file = path.join(await temporaryFolder(), "script");
      for (const [end, status] of [
        ["", 0],
        ["\nif (", expect.any(Number)],
      ] as const) {
        await writeFile(file, (await ended).stdout + end);
        const read = spawnSync(shell, ["-n", file], { encoding: "utf8" });
        expect([read.status, read.stderr === ""]).toEqual([status, end === ""]);
      }
    },
  );
});
