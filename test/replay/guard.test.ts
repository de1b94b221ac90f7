import { describe, expect, test } from "vitest";
import { createGuard } from "../../src/replay/guard.ts";

const guard = createGuard();

const CALLS: readonly (readonly [string, () => unknown, string])[] = [
  ["Math.random()", () => Math.random(), "rng.random()"],
  ["Date.now()", () => Date.now(), "ctx.step"],
  ["new Date()", () => new Date(), "ctx.step"],
  ["Date()", () => Date(), "ctx.step"],
  ["performance.now()", () => performance.now(), "ctx.step"],
  ["crypto.getRandomValues()", () => crypto.getRandomValues(new Uint8Array(1)), "rng.uint32()"],
  ["crypto.randomUUID()", () => crypto.randomUUID(), "rng.uint32()"],
];

describe("calls that a step may not make", () => {
  test.each(CALLS)("%s", (name, call, instead) => {
    expect(() => guard(call)).toThrow(
      expect.objectContaining({
        code: "FORBIDDEN_IN_STEP",
        message: expect.stringMatching(/^.* was called in a step.*: \w/),
        data: { name, hint: expect.stringContaining(instead) },
      }),
    );
    expect(call()).toBeDefined();
  });

  test("even if the step catches the refusal", () => {
    const step = (): number => {
      try {
        return Math.random();
      } catch {
        return 0.5;
      }
    };
    expect(() => guard(step)).toThrow("Math.random() was called in a step");
    expect(() => guard(() => guard(step))).toThrow("Math.random() was called in a step");
    expect(guard(() => 1)).toBe(1);
  });

  test("calls that the caller adds", () => {
    const dice = { roll: () => 6 };
    const guard = createGuard([
      { object: dice, key: "roll", name: "dice.roll()", hint: "use rng.integer(1, 7)" },
      { object: dice, key: "absent", name: "dice.absent()", hint: "" },
    ]);
    expect(() => guard(() => dice.roll())).toThrow(
      "dice.roll() was called in a step, and a replay would not give the same result: use rng.integer(1, 7)",
    );
    expect(dice.roll()).toBe(6);
    expect(Object.keys(dice)).toEqual(["roll"]);
  });
});

describe("calls that a step may make", () => {
  test("Date, if it reads no clock", () => {
    guard(() => {
      const date = new Date(86_400_000);
      expect(date.toISOString()).toBe("1970-01-02T00:00:00.000Z");
      expect(date).toBeInstanceOf(Date);
      expect(Object.getPrototypeOf(date)).toBe(Date.prototype);
      expect(date.constructor).toBe(Date);
      expect(Date.UTC(1970, 0, 2)).toBe(86_400_000);
      expect(Date.parse("1970-01-02")).toBe(86_400_000);
      class Day extends Date {}
      expect(new Day(0)).toBeInstanceOf(Day);
      expect(new Date(2020, 1, 1).getMonth()).toBe(1);
    });
  });

  test("but not the clock of a subclass", () => {
    const step = (): Date => {
      class Day extends Date {}
      return new Day();
    };
    expect(() => guard(step)).toThrow("new Date() was called in a step");
  });

  test("dates pass in and out of a step", () => {
    const outer = new Date(0);
    const inner = guard(() => {
      expect(outer).toBeInstanceOf(Date);
      return new Date(0);
    });
    expect(inner).toBeInstanceOf(Date);
    expect(inner.constructor).toBe(Date);
    expect(Object.getPrototypeOf(inner)).toBe(Object.getPrototypeOf(outer));
  });
});

describe("afterwards", () => {
  const held = (): unknown[] => [
    Math.random,
    Date,
    Date.now,
    Date.prototype.constructor,
    performance.now,
    crypto.getRandomValues,
    crypto.randomUUID,
  ];
  const before = held();

  test("everything is as before, even if the step throws", () => {
    expect(guard(() => held()).some((value, i) => value === before[i])).toBe(false);
    expect(held()).toEqual(before);
    expect(() =>
      guard(() => {
        throw new RangeError("mine");
      }),
    ).toThrow("mine");
    for (const [i, value] of held().entries()) expect(value).toBe(before[i]);
    expect(Object.hasOwn(performance, "now")).toBe(false);
  });

  test("an inner guard that ends does not end the outer one", () => {
    guard(() => {
      expect(guard(() => 7)).toBe(7);
      expect(Math.random).not.toBe(before[0]);
    });
    expect(Math.random).toBe(before[0]);
    expect(() => guard(() => [guard(() => 7), Math.random()])).toThrow("Math.random()");
    expect(Math.random()).toBeLessThan(1);
  });

  test("a fake clock that a test installs stays", () => {
    const now = Date.now;
    try {
      Date.now = () => 5;
      expect(() => guard(() => Date.now())).toThrow("Date.now()");
      expect(Date.now()).toBe(5);
    } finally {
      Date.now = now;
    }
  });
});

describe("a reference that a module keeps", () => {
  test("is refused in a step and works elsewhere", async () => {
    const kept = await guard.watch(async () => {
      await Promise.resolve();
      const { random } = Math;
      const Clock = Date;
      return { random, Clock, first: random() };
    });
    expect(kept.first).toBeLessThan(1);
    expect(Math.random).not.toBe(kept.random);
    expect(() => guard(() => kept.random())).toThrow("Math.random()");
    expect(() => guard(() => new kept.Clock())).toThrow("new Date()");
    expect(kept.random()).toBeLessThan(1);
    expect(new kept.Clock()).toBeInstanceOf(Date);
  });

  test("nothing stays replaced if loading fails, or while another module loads", async () => {
    const { random } = Math;
    await expect(guard.watch(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    expect(Math.random).toBe(random);
    await Promise.all([
      guard.watch(() => Promise.resolve()),
      guard.watch(() => new Promise((done) => setTimeout(done, 5))),
    ]);
    expect(Math.random).toBe(random);
  });
});

test("entering and leaving takes less than 2 µs", () => {
  const run = (): number => 1;
  const nanoseconds = Array.from({ length: 5 }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 20_000; i++) guard(run);
    return Number(process.hrtime.bigint() - start) / 20_000;
  });
  // Ten times the limit, so that the test passes on a busy machine; the benchmark measures.
  expect(Math.min(...nanoseconds)).toBeLessThan(20_000);
});
