import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { copies, type Project } from "../../support/run-cli.ts";

/** A run of 1,000 steps whose x is its step, a spike at step 777, and a fork at step 400. */
const forked: () => Promise<Project> = copies(async (project) => {
  await project.ok("init");
  await project.write(
    "ramp.ts",
    `export default {
      name: "ramp", params: { by: 1 }, init: () => ({ x: 0, spike: 0, name: "a" }),
      step: (s, rng, { step, params }) => ({ ...s, x: s.x + params.by, spike: step === 776 ? 50 : 0 }),
    };`,
  );
  await project.ok("record", "ramp.ts", "--steps", "1000", "--seed", "1");
  await project.ok("branch", "fix", "main@400", "--param", "by=3");
});

const isDrawn = (row: string | undefined): boolean => /[\u2801-\u28ff]/.test(row ?? "");

describe("plot", () => {
  test("draws runs and expressions, in whatever order after the first run", async () => {
    const project = await forked();
    const { stdout } = await project.ok("plot", "main", "state.x", "fix");
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("state.x");
    expect(lines.some((line) => line.startsWith("2,000 ┤") || line.startsWith("3,000 ┤"))).toBe(
      true,
    );
    expect(stdout).toContain("main, fix (shared past)");
    expect(stdout).toContain("┊ step 400: fix: by 1 → 3");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("a spike of one step is drawn, however narrow the plot", async () => {
    const project = await forked();
    const { stdout } = await project.ok(
      ..."plot main state.spike --width 20 --height 10".split(" "),
    );
    expect(isDrawn(stdout.split("\n")[1])).toBe(true);
  });

  test("--json has the exact data of each bucket", async () => {
    const project = await forked();
    const { json } = await project.ok(..."plot main fix state.x --points 4 --json".split(" "));
    expect(json).toEqual({
      title: "state.x",
      xLabel: "step",
      curves: [
        {
          ...{ label: "main, fix (shared past)", title: "state.x", unit: null, style: "shared" },
          spans: [
            { from: 0, to: 249, min: 0, max: 249, first: 0, last: 249 },
            { from: 250, to: 400, min: 250, max: 400, first: 250, last: 400 },
          ],
        },
        {
          ...{ label: "main", title: "state.x", unit: null, style: 0 },
          spans: [
            { from: 400, to: 499, min: 400, max: 499, first: 400, last: 499 },
            { from: 500, to: 749, min: 500, max: 749, first: 500, last: 749 },
            { from: 750, to: 1000, min: 750, max: 1000, first: 750, last: 1000 },
          ],
        },
        {
          ...{ label: "fix", title: "state.x", unit: null, style: 1 },
          spans: [
            { from: 400, to: 499, min: 400, max: 697, first: 400, last: 697 },
            { from: 500, to: 749, min: 700, max: 1447, first: 700, last: 1447 },
            { from: 750, to: 1000, min: 1450, max: 2200, first: 1450, last: 2200 },
          ],
        },
      ],
      marks: [{ step: 400, label: "fix: by 1 → 3" }],
    });
  });

  test("--json writes NaN as everywhere, and does not depend on the terminal", async () => {
    const project = await forked();
    const { json } = await project.ok("plot", "main", "state.x > 5 ? 0/0 : 1", "--json");
    expect(json.curves[0].spans).toHaveLength(160);
    expect(json.curves[0].spans.at(-1)).toMatchObject({ min: { $number: "NaN" } });
  });

  test("of a part of the steps: a range of one run, or --from and --to", async () => {
    const project = await forked();
    const range = (await project.ok(..."plot main@10..@19 state.x --json".split(" "))).json;
    const [spans] = range.curves.map((curve: { spans: object[] }) => curve.spans);
    expect([spans.length, spans[0].from, spans.at(-1).to]).toEqual([10, 10, 19]);
    const ends = await project.ok(..."plot main state.x --from 10 --to 19 --json".split(" "));
    expect({ ...ends.json }).toEqual(range);
    const late = (await project.ok(..."plot main fix state.x --from 50% --json".split(" "))).json;
    expect(late.curves.map(({ label }: { label: string }) => label)).toEqual(["main", "fix"]);
  });

  test("with the previous state, a truth as 1, the step and the params", async () => {
    const project = await forked();
    const words = ["state.x - previous.x", "state.x > 3", "step * params.by"];
    const { json } = await project.ok("plot", "main@1..", ...words, "--points", "1", "--json");
    const seen = json.curves.map((curve: { label: string; spans: { max: number }[] }) => [
      curve.label,
      curve.spans[0]?.max,
    ]);
    expect(seen).toEqual([
      ["state.x - previous.x", 1],
      ["state.x > 3", 1],
      ["step * params.by", 1000],
    ]);
  });

  test("-o writes SVG, HTML and PNG, and replaces only such a plot", async () => {
    const project = await forked();
    const at = (file: string): string => path.join(project.root, file);
    for (const [file, start] of [
      ["x.svg", "<svg"],
      ["x.html", "<!doctype html>"],
      ["x.png", "\u0089PNG"],
    ] as const) {
      const line = ["plot", "main", "fix", "state.x", "-o", file];
      const { stdout } = await project.ok(...line);
      expect(stdout).toMatch(new RegExp(`^wrote 3 curves of at most \\d+ buckets to ${file}\n$`));
      const first = readFileSync(at(file));
      expect(first.toString("latin1").startsWith(start)).toBe(true);
      expect((await project.ok(...line)).stderr).toContain(`replaced ${file}`);
      expect(readFileSync(at(file))).toEqual(first);
      for (const mine of [
        "my notes",
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "<!doctype html>",
      ]) {
        writeFileSync(at(file), mine);
        expect(await project.run(...line)).toMatchObject({ status: 1, stdout: "" });
        expect(readFileSync(at(file), "utf8")).toBe(mine);
      }
    }
  });

  test("--width, --height, --title and --log", async () => {
    const project = await forked();
    const size = ["--width", "1000", "--height", "600", "--title", "a <b>"];
    const svg = (file: string) => readFileSync(path.join(project.root, file));
    await project.ok("plot", "main", "state.x + 1", "-o", "x.svg", ...size, "--log");
    expect(svg("x.svg").toString()).toContain('width="1000" height="600"');
    expect(svg("x.svg").toString()).toContain("a &lt;b&gt;</text>");
    expect(svg("x.svg").toString()).toMatch(/>1<\/text>.*\n.*>10<\/text>.*\n.*>100<\/text>/);
    await project.ok("plot", "main", "state.x", "-o", "x.png", ...size);
    expect([svg("x.png").readUInt32BE(16), svg("x.png").readUInt32BE(20)]).toEqual([1000, 600]);
  });

  test("colours on a terminal; with NO_COLOR other dots", async () => {
    const project = await forked();
    const line = ["plot", "main", "fix", "state.x"];
    const colour = await project.runWith({ isTTY: true, env: {} }, ...line);
    const plain = await project.runWith({ isTTY: true, env: { NO_COLOR: "1" } }, ...line);
    expect(colour.stdout).toContain("\u001b[36m");
    expect(plain.stdout).not.toContain("\u001b");
    expect(plain.stdout).toContain("⠒⠒ ⠒ fix");
  });

  test.each([
    [["main"], 1, "expected state to be a number, got an object"],
    [["main", "state.name"], 1, 'expected state.name to be a number, got "a"'],
    [["main", "state.y"], 1, "expected state.y to be a number, got undefined"],
    [["main", "state.x +"], 2, 'cannot read the expression "state.x +": it ends too early'],
    [["main", "state.x, state.y"], 2, "give each as a separate argument: state.x state.y"],
    [["state.x"], 2, "expected a run before the expression state.x"],
    [["main", "fxi", "state.x"], 1, 'got "fxi" (taken as a run, because it does not read state,'],
    [["mian", "state.x"], 1, 'expected the name of a run, got "mian"\n'],
    [["main@3", "fix", "state.x"], 2, "with several runs, use --from and --to"],
    [["main", "state.x", "--from", "2000"], 1, "expected a step in 0..1,000, got 2,000"],
    [["main", "state.x", "-o", "x.jpg"], 2, "expected -o FILE.svg, FILE.png or FILE.html"],
    [["main", "state.x", "--width", "3"], 2, "expected --width to be from 20 to 16,384, got 3"],
    [["main", "state.x", "--points", "0"], 2, "expected --points to be from 1 to 1,000,000, got 0"],
  ] as const)("%j is refused with what was taken as what", async (words, status, message) => {
    const project = await forked();
    const result = await project.run("plot", ...words);
    expect(result).toMatchObject({ status, stdout: "" });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  test("a run may be named as an expression is, except as the four words alone", async () => {
    const project = await forked();
    await project.ok("branch", "step-size", "main");
    const labels = async (...words: string[]) =>
      (await project.ok("plot", ...words, "--json")).json.curves.map(
        ({ label }: { label: string }) => label,
      );
    expect(await labels("main", "step-size", "state.x")).toEqual(["main, step-size"]);
    expect(await labels("main", "step")).toEqual(["main"]);
  });
});
