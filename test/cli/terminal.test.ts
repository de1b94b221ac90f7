import { beforeAll, describe, expect, test } from "vitest";
import { Output } from "../../src/cli/terminal/output.ts";
import { progressBar } from "../../src/cli/terminal/progress.ts";
import {
  type Project,
  type Result,
  type RunOptions,
  temporaryFolder,
  walkProject,
} from "../support/run-cli.ts";

const ESCAPE = "\u001b";

describe("messages", () => {
  test("of several lines have only the first at the margin", () => {
    let stderr = "";
    const silent = { write: () => undefined };
    const write = (text: string | Uint8Array): void => {
      stderr += text;
    };
    const out = new Output({ stdout: silent, stderr: { write }, colour: false });
    out.error("the server: no\nhint: run this\n\nerror: or that\n  as it was", "a\nhint: b");
    out.note("c\nnote: d\r\n\u2028hint: e\n");
    expect(stderr.split("\n")).toEqual([
      ...["error: the server: no", "  hint: run this", "", "  error: or that", "  as it was"],
      ...["hint: a", "  hint: b", "note: c", "  note: d\\u000d", "  \\u2028hint: e", "", ""],
    ]);
  });
});

describe("colours", () => {
  test("on a terminal only, and not with NO_COLOR", async () => {
    const project = await walkProject();
    const shown = async (isTTY: boolean, env: Record<string, string>): Promise<boolean> => {
      const { stdout } = await project.runWith({ isTTY, env }, "log");
      const { stderr } = await project.runWith({ isTTY, env }, "get", "nope");
      expect(stderr.includes(ESCAPE)).toBe(stdout.includes(ESCAPE));
      return stdout.includes(ESCAPE);
    };
    expect(await shown(true, {})).toBe(true);
    expect(await shown(true, { NO_COLOR: "" })).toBe(true);
    expect(await shown(true, { NO_COLOR: "1" })).toBe(false);
    expect(await shown(true, { TERM: "dumb" })).toBe(false);
    expect(await shown(false, {})).toBe(false);
  });

  test("never in JSON", async () => {
    const project = await walkProject();
    const { stdout } = await project.runWith({ isTTY: true }, "log", "--json");
    expect(stdout).not.toContain(ESCAPE);
  });
});

describe("progress", () => {
  function bars(options: { isTTY: boolean; quiet?: boolean; json?: boolean }): string {
    let text = "";
    const stream = { write: (part: unknown) => (text += part), isTTY: options.isTTY, columns: 60 };
    const out = new Output({ stdout: stream, stderr: stream, colour: false });
    out.configure({ json: options.json ?? false, quiet: options.quiet ?? false });
    const show = progressBar(out, "recording");
    const start = performance.now();
    for (let done = 0; performance.now() - start < 500; done++) show({ done, total: 1e12 });
    out.raw("result\n");
    return text;
  }

  test("shows rate and time left after a while, and disappears before the result", () => {
    const text = bars({ isTTY: true });
    const lines = text.split(`\r${ESCAPE}[K`);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[1]).toMatch(/^recording ░+ 0% {2}[\d,]+\/1,000,000,/);
    for (const line of lines) expect(line.length).toBeLessThan(60);
    expect(lines.at(-1)).toBe("result\n");
  });

  test("is silent without a terminal", () => {
    for (const options of [
      { isTTY: false },
      { isTTY: true, quiet: true },
      { isTTY: true, json: true },
    ]) {
      expect(bars(options)).toBe("result\n");
    }
  });
});

describe("the pager", () => {
  let project: Project;
  beforeAll(async () => {
    project = await walkProject();
    for (const line of ["extend main --by 10", "branch fork main@5", "checkout fork"]) {
      await project.ok(...line.split(" "));
    }
  });

  interface Paged extends Omit<Result, "json"> {
    /** The texts that the pager was started with. */
    readonly shown: readonly { command: string; text: string; variables: object }[];
  }

  /** Runs a line on a terminal of ten rows; the pager starts or fails. */
  async function paged(
    line: string,
    { starts = true, ...options }: RunOptions & { readonly starts?: boolean } = {},
  ): Promise<Paged> {
    const shown: { command: string; text: string; variables: object }[] = [];
    const { status, stdout, stderr } = await project.runWith(
      {
        isTTY: true,
        rows: 10,
        async page(command, text, variables) {
          shown.push({ command, text, variables });
          return starts;
        },
        ...options,
      },
      ...line.split(" "),
    );
    return { status, stdout, stderr, shown };
  }

  test("shows text that is longer than the terminal, unchanged; the status stays", async () => {
    for (const [line, status] of [
      ["log --all", 0],
      ["show main", 0],
      ["show main --seeds", 0],
      ["get --help", 0],
      ["help", 0],
      ["help get", 0],
      ["completion bash", 0],
    ] as const) {
      const plain = await project.runWith({ isTTY: true, rows: 1_000 }, ...line.split(" "));
      const { shown, ...result } = await paged(line);
      expect([line, result.status, result.stdout, result.stderr]).toEqual([line, status, "", ""]);
      expect(shown).toEqual([{ command: "less", text: plain.stdout, variables: { LESS: "FRX" } }]);
    }
    const { shown } = await paged("log --all");
    expect(shown[0]?.text).toContain(ESCAPE);
  });

  test("keeps a status other than 0", async () => {
    const line = "find main state>1e9";
    const { status, stdout } = await project.run(...line.split(" "));
    const one = await paged(line, { rows: 1 });
    expect([one.status, one.shown[0]?.text, one.stdout]).toEqual([status, stdout, ""]);
    expect(status).toBe(1);
  });

  test("is skipped for text that fits, to the last row", async () => {
    const { stdout } = await project.ok("tag");
    expect(stdout.split("\n")).toHaveLength(2);
    const entries = (await project.ok("reflog")).stdout.split("\n").length - 1;
    // The prompt takes a row too.
    expect((await paged("reflog", { rows: entries + 1 })).shown).toHaveLength(0);
    expect((await paged("reflog", { rows: entries })).shown).toHaveLength(1);
  });

  test("counts the rows that long lines take", () => {
    const text = `${ESCAPE}[31m${"x".repeat(100)}${ESCAPE}[39m`;
    const held = (rows: number, lines: string[]): boolean => {
      const stdout = { write: () => undefined, isTTY: true, columns: 100, rows };
      const out = new Output({ stdout, stderr: stdout, colour: true });
      out.configure({ json: false, quiet: false, holds: true });
      out.text(lines.join("\n"));
      return out.holdsText;
    };
    expect(held(4, [text, text, text])).toBe(false);
    expect(held(4, [text, `${text}x`, text])).toBe(true);
    expect(held(4, [text, "", text])).toBe(false);
    expect(held(4, ["", "", "", ""])).toBe(true);
  });

  test.each<[string, RunOptions & { readonly line?: string }]>([
    ["a pipe", { isTTY: false }],
    ["--json", { line: "log --all --json", rows: 1 }],
    ["--no-pager", { line: "log --all --no-pager" }],
    ["--no-pager before the command", { line: "--no-pager log --all" }],
    ["--no-pager with help", { line: "--no-pager help get" }],
    ["a dumb terminal", { env: { TERM: "dumb" } }],
    ["an empty REWIND_PAGER", { env: { REWIND_PAGER: "", PAGER: "more" } }],
    ["REWIND_PAGER=cat", { env: { REWIND_PAGER: "cat" } }],
    ["PAGER=cat", { env: { PAGER: "cat" } }],
    ["a terminal whose size is unknown", { rows: 0 }],
  ])("is not started for %s", async (_name, { line = "log --all", ...options }) => {
    const { shown, stdout } = await paged(line, { ...options });
    expect(shown).toEqual([]);
    expect(stdout).not.toBe("");
  });

  test("is the one that REWIND_PAGER names, or the settings, or PAGER", async () => {
    const HOME = await temporaryFolder();
    const command = async (env: Record<string, string>): Promise<string | undefined> =>
      (await paged("log --all", { env: { HOME, ...env } })).shown[0]?.command;
    expect(await command({ PAGER: "most -s" })).toBe("most -s");
    await project.runWith({ env: { HOME } }, "config", "pager", "bat --paging always");
    expect(await command({ PAGER: "most" })).toBe("bat --paging always");
    expect(await command({ PAGER: "most", REWIND_PAGER: "less -S" })).toBe("less -S");
    const { shown } = await paged("log --all", { env: { LESS: "-i" } });
    expect(shown).toMatchObject([{ command: "less", variables: {} }]);
    expect(shown[0]?.variables).toEqual({});
  });

  test("that cannot be started leaves the text on the terminal", async () => {
    const plain = await project.runWith({ isTTY: true, rows: 1_000 }, "log", "--all");
    const { stdout, stderr, status } = await paged("log --all", {
      starts: false,
      env: { PAGER: "nope", NO_COLOR: "" },
    });
    expect([status, stdout]).toEqual([0, plain.stdout]);
    expect(stderr).toContain('cannot start the pager "nope": printed without it\n');
  });

  test("settings that cannot be read do not hold back a result", async () => {
    const HOME = await temporaryFolder();
    await project.runWith({ env: { HOME } }, "config", "pager", "less");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(`${HOME}/.config/rewind/config`, "{");
    const { shown, status, stdout, stderr } = await paged("log --all", { env: { HOME } });
    expect([shown, status]).toEqual([[], 0]);
    expect(stdout.split("\n").length).toBeGreaterThan(9);
    expect(stderr).toContain(`${HOME}/.config/rewind/config: expected JSON`);
  });
});
