import { describe, expect, test } from "vitest";
import { Output } from "../../src/cli/output.ts";
import { progressBar } from "../../src/cli/progress.ts";
import { walkProject } from "./run-cli.ts";

const ESCAPE = "\u001b";

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

  test("shows rate and time left after a while, and is gone before the result", () => {
    const text = bars({ isTTY: true });
    const lines = text.split(`\r${ESCAPE}[K`);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[1]).toMatch(/^recording ░+ 0% {2}[\d,]+\/1,000,000,/);
    for (const line of lines) expect(line.length).toBeLessThan(60);
    expect(lines.at(-1)).toBe("result\n");
  });

  test("is silent where nobody looks", () => {
    for (const options of [
      { isTTY: false },
      { isTTY: true, quiet: true },
      { isTTY: true, json: true },
    ]) {
      expect(bars(options)).toBe("result\n");
    }
  });
});
