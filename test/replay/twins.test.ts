import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { loadProgram } from "../../src/node/program/load-program.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { recordInto } from "../../src/replay/run/open-run.ts";
import type { AnySimulation } from "../../src/replay/simulation.ts";
import { outOfOrder } from "../../src/replay/twins.ts";
import { recordProgram } from "../support/hidden-programs.ts";

const program = (keeps: string, step: string, init = "() => ({ x: 0, seen: 0 })") => ({
  text: `${keeps} export default { name: "p", init: ${init}, step: (s, rng, { step: t }) => {
    s.x = 0.9 * s.x + rng.random(); ${step} } };`,
});

/** A flag in every k-th state, set by a count outside the state. */
const flag = (k: number) => program("let n = 0;", `s.seen = ++n % ${k} === 0 ? 1 : 0;`);

const PERIODS = [2, 3, 5, 7, 8, 13, 16, 20, 31, 50, 61, 97, 100, 127, 199, 200];

describe("an effect that comes and goes is found", () => {
  test.each(PERIODS)("a flag in every %d-th state", async (k) => {
    for (const blockSize of [16, 20, 45]) {
      const shape = { steps: Math.max(220, blockSize * 6), blockSize, seed: k };
      const { run } = await recordProgram(flag(k), shape);
      const { ok, mismatch } = await run.verify({ full: true });
      expect([ok, mismatch?.causes], `blocks of ${blockSize}`).toEqual([false, expect.any(Array)]);
      const checked = recordProgram(flag(k), { ...shape, selfCheck: true });
      await expect(checked, `blocks of ${blockSize}`).rejects.toMatchObject({
        code: "SELF_CHECK_FAILED",
      });
    }
  });

  test.each([
    [
      "an event of the block before",
      "const due = new Set();",
      "t === 8 && due.add(14)",
      "due.has(t)",
    ],
    [
      "an event of two blocks before",
      "const due = new Set();",
      "t === 38 && due.add(54)",
      "due.has(t)",
    ],
    [
      "what init left, read once",
      "let n = 0;",
      "",
      "t === 4 && n > 0",
      "() => { n = 1; return { x: 0, seen: 0 }; }",
    ],
    [
      "a flag on globalThis",
      "const g = globalThis; g.rewindTwin ??= 0;",
      "g.rewindTwin++",
      "g.rewindTwin % 31 === 0",
    ],
    [
      "a generator of its own, shown now and then",
      "let w = 1;",
      "w = (Math.imul(w, 1664525) + 1013904223) >>> 0",
      "t % 7 === 4 && w > 2 ** 31",
    ],
  ])("%s", async (_, keeps, does, shows, init?: string) => {
    const text = program(keeps, `${does}; s.seen = ${shows} ? 1 : 0;`, init);
    const { run } = await recordProgram(text, { steps: 100, blockSize: 10, seed: 3 });
    expect((await run.verify({ full: true })).ok).toBe(false);
  });

  test("even with only one instance", async () => {
    let n = 0;
    const step = (s: number) => (++n % 31 === 0 ? 1 : s * 0);
    const simulation = { name: "flag", init: () => 0, step } as AnySimulation;
    const run = await recordInto(nodeEnvironment(), codeOf(simulation), {
      ...{ steps: 200, blockSize: 20, seed: 1 },
    });
    expect((await run.verify({ full: true })).ok).toBe(false);
  });
});

describe("the error names the first step at which the two differ", () => {
  test("with its fields, after other steps and in a fresh instance", async () => {
    const text = program("let n = 0;", "n++; s.seen = t === 17 && n > 10 ? 1 : 0;");
    const { run } = await recordProgram(text, { steps: 100, blockSize: 10, seed: 1 });
    expect(await run.verify({ full: true })).toMatchObject({
      ok: false,
      mismatch: {
        ...{ block: 1, from: 10, to: 20, against: "replay", step: 18 },
        changes: [{ path: "state.seen", a: 1, b: 0 }],
        causes: [],
      },
    });
  });

  test("a state that no checkpoint can hold differs from one that it can", async () => {
    const last = "s.extra = t % 10 === 9 ? 0 : ";
    const same = program("", `${last} () => 0;`);
    const shape = { steps: 40, blockSize: 10, seed: 1 };
    const verify = async (text: { text: string }) => (await recordQuietly(text, shape)).verify;
    expect(await verify(same)).toMatchObject({ ok: true });
    const other = program("let n = 0;", `n++; ${last} t === 17 && n > 10 ? () => 0 : 1;`);
    expect(await verify(other)).toMatchObject({ ok: false, mismatch: { step: 18, changes: [] } });
  });
});

/** Records without noting the states inside blocks, which have no encoding here. */
async function recordQuietly({ text }: { text: string }, shape: object) {
  const code = text
    .replace("export default", "const p =")
    .concat("\nexport {\n  p as default\n};\n");
  const loaded = await loadProgram({ code, root: "/" });
  const run = await recordInto(
    nodeEnvironment(),
    { ...loaded, source: { name: "p", module: "p.mjs", code } },
    shape as never,
  );
  return { verify: await run.verify({ full: true }) };
}

describe("a program that depends only on its state passes", () => {
  test.each([
    ["a number", program("", "")],
    [
      "a cache that always gives the same",
      program(
        "const c = new Map();",
        "const k = Math.floor(s.x); if (!c.has(k)) c.set(k, k * 2); s.seen = c.get(k);",
      ),
    ],
    [
      "scratch space",
      program("const a = new Float64Array(4);", "a.fill(s.x); s.seen = a[0] + a[3];"),
    ],
    [
      "class instances",
      program(
        "class A { v = 0 }",
        "(s.list ??= [1]).push(t); if (s.list.length > 5) s.list.shift();",
      ),
    ],
  ])("%s", async (_, text) => {
    for (const shape of [
      { steps: 60, blockSize: 10, seed: 1 },
      { steps: 7, blockSize: 10, seed: 1 },
      { steps: 5, blockSize: 1, seed: 1 },
    ]) {
      const { run } = await recordProgram(text, { ...shape, selfCheck: true });
      const blocksChecked = Math.ceil(shape.steps / shape.blockSize);
      expect(await run.verify({ full: true })).toEqual({
        ...{ ok: true, blocksChecked, mismatch: undefined },
      });
    }
  });
});

test("stretches with square numbers are replayed out of order, the last first", () => {
  expect(outOfOrder(0, 1)).toEqual([0]);
  expect(outOfOrder(0, 17)).toEqual([16, 9, 4, 1, 0]);
  expect(outOfOrder(4, 9)).toEqual([4]);
  expect(outOfOrder(5, 9)).toEqual([]);
  expect(outOfOrder(0, 0)).toEqual([]);
});
