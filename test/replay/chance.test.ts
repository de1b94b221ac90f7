import { webcrypto } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { defineSimulation, load, record } from "../../src/index.ts";

/** A step that draws and tells the time in every way that a package does. */
const drawing = defineSimulation({
  name: "drawing",
  chance: "run",
  params: { shift: 0 },
  init: () => ({ ...everything(), own: 0 }),
  step: (state, rng, { params }) => ({
    ...everything(),
    own: rng.random() + params.shift,
    sum: Math.random() + state.random,
  }),
});

function everything() {
  const view = new Uint32Array(3);
  crypto.getRandomValues(view);
  return {
    random: Math.random(),
    ids: [crypto.randomUUID(), webcrypto.randomUUID()],
    view,
    now: Date.now(),
    date: new Date(),
    text: Date(),
    elapsed: performance.now(),
    origin: performance.timeOrigin,
    day: new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone: "UTC" }).format(),
    parts: new Intl.DateTimeFormat("en", { timeZone: "UTC" }).formatToParts()[0],
    sum: 0,
  };
}

const folder = mkdtempSync(path.join(tmpdir(), "chance-"));
afterAll(() => rmSync(folder, { recursive: true }));

const STREAMS = ["block", "continuous", "step"] as const;

describe('chance: "run"', () => {
  test.each(STREAMS)(
    "gives each step the same in every replay, with %s streams",
    async (streams) => {
      const options = { steps: 50, seed: 3, blockSize: 7, streams } as const;
      const run = await record(drawing, { ...options, selfCheck: true });
      const again = await record(drawing, options);
      expect(again.root).toBe(run.root);
      expect((await run.verify({ full: true })).ok).toBe(true);
      for (const step of [0, 1, 6, 7, 8, 33, 50]) {
        expect(await run.get(step)).toEqual(await again.get(step));
      }
      const seen = await Promise.all([10, 11, 12].map(async (step) => run.get(step)));
      expect(new Set(seen.map(({ random }) => random)).size).toBe(3);
      expect(new Set(seen.flatMap(({ ids }) => ids)).size).toBe(6);
      for (const id of seen[0]?.ids ?? []) {
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      }
      const other = await record(drawing, { ...options, seed: 4 });
      expect((await other.get(10)).random).not.toBe(seen[0]?.random);
    },
  );

  test("draws beside rng: neither moves the other", async () => {
    const silent = {
      ...drawing,
      step: (state: object, rng: { random(): number }) => ({ ...state, own: rng.random() }),
    };
    const options = { steps: 20, seed: 3, streams: "continuous" } as const;
    const [a, b] = [await record(drawing, options), await record(silent as never, options)];
    expect(await b.get(20)).toMatchObject({ own: (await a.get(20)).own });
  });

  test("the clock goes on with the steps, and stands still in each", async () => {
    const clock = { start: Date.UTC(2026, 0, 31, 9), stepMs: 1000 / 60 };
    const run = await record(drawing, { steps: 60, seed: 1, clock });
    const { now, date, elapsed, origin, text, day, parts } = await run.get(60);
    expect({ now, date, elapsed, origin }).toEqual({
      ...{ now: Math.floor(clock.start + 59 * clock.stepMs), elapsed: 59 * clock.stepMs },
      ...{ date: new Date(Math.floor(clock.start + 59 * clock.stepMs)), origin: clock.start },
    });
    expect(text).toBe(String(new Date(now)));
    expect([day, parts?.value]).toEqual(["1/31/26", "1"]);
    const plain = await record(drawing, { steps: 5, seed: 1 });
    expect([(await plain.get(0)).now, (await plain.get(5)).now]).toEqual([0, 4]);
  });

  test("a loop that waits for the clock is refused, even if it catches that", async () => {
    const waits = {
      ...({ name: "waits", chance: "run", init: () => 0 } as const),
      step: () => {
        try {
          while (Date.now() < 1e9);
        } catch {}
        return 1;
      },
    };
    await expect(record(waits, { steps: 1 })).rejects.toMatchObject({
      code: "FORBIDDEN_IN_STEP",
      message: expect.stringContaining("read more than 10,000,000 times in a step"),
    });
  });

  test("a fork keeps it, and a changed one draws the same where nothing else changed", async () => {
    for (const streams of STREAMS) {
      const run = await record(drawing, { steps: 40, seed: 5, blockSize: 8, streams });
      const same = await run.branch(13);
      expect(await same.get(40)).toEqual(await run.get(40));
      const changed = await run.branch(13, { params: { shift: 1 } });
      const [a, b] = [await run.get(40), await changed.get(40)];
      expect(b.own).toBe(a.own + 1);
      expect({ ...b, own: 0 }).toEqual({ ...a, own: 0 });
      expect((await changed.verify({ full: true })).ok).toBe(true);
    }
  });

  test("what was recorded counts, whatever the simulation says now", async () => {
    const silent = { ...drawing, chance: "refuse", clock: { start: 5 } } as const;
    const run = await record(silent, { steps: 20, seed: 1, chance: "run", clock: { stepMs: 2 } });
    const file = path.join(folder, "silent.replay");
    await run.save(file);
    const loaded = await load(file, silent);
    expect(await loaded.get(11)).toEqual(await run.get(11));
    expect((await loaded.get(11)).now).toBe(25);
    const extended = await loaded.branch(20, { steps: 30 });
    expect((await extended.get(30)).now).toBe(5 + 58);
  });

  test("only steps have it: not what looks at states, and not codecs", async () => {
    const run = await record(drawing, { steps: 30, seed: 5, blockSize: 10 });
    for (const look of [() => Math.random() > 2, () => Date.now() > 5]) {
      await expect(run.find(look)).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
    }
    class Dice {
      readonly eyes: number;
      constructor(eyes: number) {
        this.eyes = eyes;
      }
    }
    const codec = {
      is: (value: unknown): value is Dice => value instanceof Dice,
      encode: (dice: Dice) => dice.eyes + Math.random(),
      decode: (eyes: unknown) => new Dice(eyes as number),
    };
    const dice = {
      ...({ name: "dice", chance: "run", types: { Dice: codec } } as const),
      init: () => new Dice(1),
      step: () => new Dice(2),
    };
    await expect(record(dice, { steps: 3 })).rejects.toThrow(/Math\.random\(\) was called/);
  });

  test("timers stay refused, and its stream is reserved", async () => {
    const refused = (step: (ctx: { stream(name: string): unknown }) => void) =>
      record(
        {
          ...({ name: "refused", chance: "run", init: () => 0 } as const),
          step: (x: number, _rng, ctx) => {
            step(ctx);
            return x;
          },
        },
        { steps: 1 },
      );
    await expect(refused(() => void setTimeout(() => {}, 1))).rejects.toMatchObject({
      code: "FORBIDDEN_IN_STEP",
    });
    await expect(refused(() => void process.hrtime())).rejects.toMatchObject({
      code: "FORBIDDEN_IN_STEP",
    });
    await expect(refused((ctx) => void ctx.stream("rewind:chance"))).rejects.toThrow(
      /expected another name for a stream than rewind:chance/,
    );
  });

  test("is refused unless it is asked for, and the error offers it", async () => {
    const { chance: _, ...plain } = drawing;
    for (const step of [() => Math.random(), () => Date.now(), () => crypto.randomUUID()]) {
      const simulation = { ...plain, init: () => 0, step };
      await expect(record(simulation as never, { steps: 2 })).rejects.toMatchObject({
        code: "FORBIDDEN_IN_STEP",
        data: { hint: expect.stringContaining('or record with chance: "run" (--chance run)') },
      });
    }
    await expect(record(plain as never, { steps: 2 })).rejects.toThrow(/chance: "run"/);
    const timer = { ...plain, init: () => 0, step: () => setTimeout(() => {}, 1) };
    await expect(record(timer as never, { steps: 2 })).rejects.toThrow(
      /in the step itself \(step 0\)$/,
    );
  });

  test("wrong options are refused", async () => {
    const { chance: _, ...plain } = drawing;
    const cases: [object, string][] = [
      [{ chance: "yes" }, 'expected chance to be refuse or run, got "yes"'],
      [{ chance: "refuse", clock: {} }, 'expected chance: "run" beside a clock'],
      [
        { clock: { start: 0.5 } },
        "expected clock.start to be whole milliseconds since 1970, got 0.5",
      ],
      [{ clock: { start: 8.65e15 } }, "expected clock.start to be whole"],
      [
        { clock: { stepMs: -1 } },
        "expected clock.stepMs to be a number of milliseconds, at least 0, got -1",
      ],
      [{ clock: { stepMs: Number.NaN } }, "expected clock.stepMs"],
      [{ clock: { tick: 1 } }, "tick"],
    ];
    for (const [options, message] of cases) {
      await expect(record(drawing, { steps: 1, ...options } as never)).rejects.toThrow(message);
    }
    await expect(record(plain, { steps: 1, clock: { start: 1 } })).rejects.toThrow(
      "beside a clock",
    );
    for (const chance of ["perhaps", 1]) {
      await expect(async () =>
        record({ ...plain, chance } as never, { steps: 1 }),
      ).rejects.toMatchObject({
        code: "INVALID_SIMULATION",
      });
    }
  });
});
