import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { isRewindError } from "../../src/base/errors.ts";
import { loadingLines } from "../../src/plan/consumer.ts";
import { drawsOf, explain, orderOf, stateBefore } from "../../src/plan/reconstruct.ts";
import { numpy } from "../../src/random/numpy/index.ts";
import { python } from "../../src/random/python/index.ts";
import { torch } from "../../src/random/torch/torch.ts";
import { readVectors } from "../support/vectors.ts";
import { planFor } from "./plans.ts";

interface Golden {
  readonly seed: string;
  readonly default_generator: Loading;
  readonly own_generator: Loading;
}
interface Loading {
  readonly epochs: readonly {
    readonly epoch: number;
    readonly state_before_sha256: string;
    readonly first8: number[];
    readonly order_sha256: string;
  }[];
}
interface Program {
  readonly by: string;
  readonly plan: string;
  readonly epoch: number;
  readonly batches: number[][];
  readonly order: number[];
  readonly before: string;
  readonly end: string;
}

const golden = readVectors<{ cases: Golden[] }>("torch");
const programs = readVectors<Record<"torch" | "numpy" | "python", Program[]>>("plans");
const sha256 = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex");

describe("the example of the reference", () => {
  const cases = golden.cases.flatMap((vector) => [
    [vector.seed, "default", vector.default_generator] as const,
    [vector.seed, "own", vector.own_generator] as const,
  ]);

  test.each(cases)("seed %s, %s generator: 12 epochs", (seed, whose, { epochs }) => {
    const start = `seed ${seed}; split 1806 0.8`;
    const loader = `shuffle 1444 generator ${whose}`;
    for (const epoch of epochs) {
      // Epochs in the plan, and the one that comes next.
      for (const written of [epoch.epoch - 1, 12]) {
        const plan = `${start}; epochs ${written} of ${loader}`;
        expect(sha256(stateBefore(plan, { epoch: epoch.epoch }))).toBe(epoch.state_before_sha256);
        const { order, batches } = orderOf(plan, { epoch: epoch.epoch, batch: 64 });
        expect(order.slice(0, 8)).toEqual(epoch.first8);
        expect(sha256(JSON.stringify(order).replaceAll(",", ", "))).toBe(epoch.order_sha256);
        expect(batches.flat()).toEqual(order);
        expect(batches).toHaveLength(23);
      }
    }
  });

  test.each(["default", "own"])("epoch 93 is the one after 92 loops, %s generator", (whose) => {
    const rng = torch(1);
    const items = rng.randomSplit(1806, [1444, 362])[0] as number[];
    const generator = whose === "own" ? { generator: rng } : {};
    const loader = rng.dataLoader({ length: 1444, batchSize: 64, shuffle: true, ...generator });
    for (let epoch = 1; epoch < 93; epoch++) loader.epoch();
    const expected = loader.epoch().batches.map((batch) => batch.map((at) => items[at]));
    const plan = `seed 1; split 1806 0.8; epochs 9 of shuffle 1444 generator ${whose}`;
    expect(orderOf(plan, { epoch: 93, batch: 64 }).batches).toEqual(expected);
  });

  test("0.8 alone is int(0.8 * 1806) and the rest, 0.8 and 0.2 are PyTorch's fractions", () => {
    const alone = orderOf("seed 1; split 1806 0.8; epochs 1 of shuffle 1444", { epoch: 1 });
    expect(alone.order).not.toEqual(alone.positions);
    const both = orderOf("seed 1; split 1806 0.8 0.2; epochs 1 of shuffle 1445", { epoch: 1 });
    expect(both.order).not.toEqual(both.positions);
    const neither = orderOf("seed 1; split 1806 0.8 0.2; epochs 1 of shuffle 1444", { epoch: 1 });
    expect(neither.order).toEqual(neither.positions);
    expect(neither.positions).toEqual(alone.positions);
  });
});

describe("programs in Python and their plans", () => {
  test.each(programs.torch)("$by: $plan", ({ plan, epoch, batches, before, end }) => {
    expect(orderOf(plan, { epoch }).batches).toEqual(batches);
    expect(sha256(stateBefore(plan, { epoch }))).toBe(before);
    expect(sha256(stateBefore(plan, "end"))).toBe(end);
  });

  test.each(programs.numpy)("$by: $plan", ({ plan, epoch, order, before, end }) => {
    expect(orderOf(plan, { epoch }).order).toEqual(order);
    expect(new TextDecoder().decode(stateBefore(plan, { epoch }))).toBe(before);
    expect(new TextDecoder().decode(stateBefore(plan, "end"))).toBe(end);
  });

  test.each(programs.python)("$by: $plan", ({ plan, epoch, order, before, end }) => {
    expect(orderOf(plan, { epoch }).order).toEqual(order);
    expect(sha256(stateBefore(plan, { epoch }))).toBe(before);
    expect(sha256(stateBefore(plan, "end"))).toBe(end);
  });
});

describe("points, draws and rows", () => {
  const plan = "seed 1; draws 10; repeat 2 { epochs 2 of shuffle 7; epochs 1 of loader 3 }";

  test("a row for each event, with its draws", () => {
    const rows = [...explain(plan)];
    expect(rows.map(({ event, text, draws, total }) => [event, text, draws, total])).toEqual([
      [1, "seed 1", 0, 0],
      [2, "draws 10", 10, 10],
      [3, "epoch 1 of shuffle 7", 4, 14],
      [4, "epoch 2 of shuffle 7", 4, 18],
      [5, "epoch 1 of loader 3", 2, 20],
      [6, "epoch 3 of shuffle 7", 4, 24],
      [7, "epoch 4 of shuffle 7", 4, 28],
      [8, "epoch 2 of loader 3", 2, 30],
    ]);
    expect(rows[0]?.before).toBeUndefined();
    expect(rows[0]?.after).toBe(sha256(torch(1).getRngState()));
  });

  test("the states before events and epochs are those of the rows; draws add up", () => {
    const generators = planFor({ name: "torch" }, { name: "numpy" }, { name: "python" });
    fc.assert(
      fc.property(generators, fc.nat(), (any, where) => {
        const rows = [...explain(any)];
        const row = rows[where % rows.length];
        const point = { event: row?.event as number };
        if (point.event > 1) expect(toHex(sha(stateBefore(any, point)))).toBe(row?.before);
        expect(drawsOf(any, point)).toBe((row?.total ?? 0) - (row?.draws ?? 0));
        expect(drawsOf(any)).toBe(rows.at(-1)?.total);
        expect(toHex(sha(stateBefore(any, "end")))).toBe(rows.at(-1)?.after);
      }),
      { numRuns: 100 },
    );
  });

  test("an epoch after the plan extends its last repeat, or else follows", () => {
    expect(drawsOf(plan, { epoch: 4 })).toBe(24);
    expect(drawsOf(plan, { epoch: 5 })).toBe(30);
    expect(drawsOf(plan, { epoch: 7 })).toBe(40);
    expect(drawsOf(`${plan}; draws 5`, { epoch: 5 })).toBe(35);
    expect(drawsOf(`${plan}; draws 5`, { epoch: 7 })).toBe(43);
    expect(drawsOf(plan, { epoch: 3, loader: 2 })).toBe(38);
    // Unless it is named, the loader is the first that shuffles, or else the first.
    expect(drawsOf("seed 1; epochs 5 of loader 3; epochs 5 of shuffle 7", { epoch: 2 })).toBe(14);
    expect(drawsOf("seed 1; epochs 5 of loader 3; epochs 5 of loader 7", { epoch: 2 })).toBe(2);
  });

  test("an epoch that follows comes after loops like the last ones", () => {
    const loader = "shuffle 100 batch 10 generator own";
    const told = `seed 1; epochs 3 of ${loader} break after 3`;
    const short = `seed 1; epochs 2 of ${loader} break after 3`;
    expect(orderOf(short, { epoch: 4 }).order).toEqual(orderOf(told, { epoch: 4 }).order);
    expect(drawsOf(short, { epoch: 4 })).toBe(3 * (2 + 99));
    const inside = `seed 1; repeat 2 { epochs 1 of ${loader} break after 3 }; draws 1`;
    expect(drawsOf(inside, { epoch: 4 })).toBe(3 * (2 + 99) + 1);
  });

  test("steps with the same loader continue each other", () => {
    const loader = "shuffle 9 workers 1 persistent";
    const once = `seed 1; epochs 4 of ${loader}`;
    const twice = `seed 1; epochs 1 of ${loader}; epochs 3 of ${loader}`;
    expect(drawsOf(once)).toBe(4 + 3 * 2);
    expect(drawsOf(twice)).toBe(drawsOf(once));
    expect(orderOf(twice, { epoch: 3 })).toEqual(orderOf(once, { epoch: 3 }));
  });

  test("a part is named, or the only one of the loader's length", () => {
    const start = "seed 3; split 30 10 12 8; epochs 1 of shuffle 12";
    const [first, second] = torch(3).randomSplit(30, [10, 12, 8]) as [number[], number[]];
    const { order, positions } = orderOf(start, { epoch: 1 });
    expect(order).toEqual(positions.map((at) => second[at]));
    expect(orderOf(`${start} part 2`, { epoch: 1 }).order).toEqual(order);
    const tied = "seed 3; split 30 10 10 10; epochs 1 of shuffle 10 part";
    expect(new Set(orderOf(`${tied} 1`, { epoch: 1 }).order)).toEqual(new Set(first));
    expect(new Set(orderOf(`${tied} 3`, { epoch: 1 }).order)).not.toEqual(new Set(first));
    // Loaders of two parts are two loaders, each with a first epoch.
    const both = `${tied} 2; epochs 1 of shuffle 10 part 3`;
    expect([...explain(both)].map(({ text }) => text).slice(2)).toEqual([
      "epoch 1 of shuffle 10 part 2",
      "epoch 1 of shuffle 10 part 3",
    ]);
    expect(orderOf(`${start}; split 9 3 6`, { epoch: 2 }).order).not.toEqual(order);
    expect(orderOf("seed 3; epochs 1 of loader 3", { epoch: 1 }).order).toEqual([0, 1, 2]);
  });

  test("a tie that only a repeat brings about is refused as well", () => {
    const plan = "seed 3; repeat 2 { epochs 1 of shuffle 5; split 10 5 5 }";
    expect(orderOf(plan, { epoch: 1 }).order).toHaveLength(5);
    expect(() => orderOf(plan, { epoch: 2 })).toThrow('expected "part N" of the loader');
  });

  test("the order of a permutation, the parts of a split, the batches of an epoch", () => {
    const plan = "seed 3; permutation 9; split 12 0.5 0.25 0.25; epochs 1 of shuffle 6 batch 4";
    const rng = torch(3, { version: "2.13" });
    const permuted = Array.from(rng.randperm(9));
    const parts = rng.randomSplit(12, [0.5, 0.25, 0.25]);
    expect(orderOf(plan, { event: 2 })).toEqual({ order: permuted, parts: [permuted] });
    expect(orderOf(plan, { event: 3 })).toEqual({ order: parts.flat(), parts });
    const { order, batches } = orderOf(plan, { epoch: 1 });
    expect(orderOf(plan, { event: 4 })).toEqual({ order, parts: batches });
    for (const [name, order] of [
      ["numpy", numpy(3).permutation(9)],
      ["python", python(3).shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8])],
    ] as const) {
      const shuffled = orderOf(`generator ${name}; seed 3; permutation 9`, { event: 2 });
      expect(shuffled.order).toEqual(Array.from(order));
    }
    expect(() => orderOf(plan, { event: 1 })).toThrow("a split or an epoch, got seed 3");
    expect(() => orderOf(plan, { event: 5 })).toThrow("a split or an epoch, got the end");
  });

  test("the base seed of workers is that of the loader", () => {
    const plan = "seed 3; epochs 2 of shuffle 9 workers 2";
    const loader = torch(3).dataLoader({ length: 9, shuffle: true, numWorkers: 2 });
    for (const epoch of [1, 2]) {
      expect(orderOf(plan, { epoch }).baseSeed).toBe(loader.epoch().baseSeed);
    }
    const persistent = `${plan} persistent`;
    expect(orderOf(persistent, { epoch: 2 }).baseSeed).toBe(
      orderOf(persistent, { epoch: 1 }).baseSeed,
    );
    expect(orderOf("seed 3; epochs 2 of shuffle 9", { epoch: 1 }).baseSeed).toBeUndefined();
  });

  test("permutations that can be skipped are not made, however long", () => {
    expect(drawsOf("seed 1; split 4e9 0.8; permutation 4e9; epochs 9 of loader 4e9")).toBe(
      2 * (4e9 - 1) + 18,
    );
    const long = "seed 1; epochs 1 of loader 4294967295";
    expect(() => orderOf(long, { epoch: 1 })).toThrow(
      "at most 2^24 samples, got one of 4294967295",
    );
    const wide = "seed 1; split 1e9 10 999999990; epochs 1 of loader 10";
    expect(() => orderOf(wide, { epoch: 1 })).toThrow(
      "at most 2^28 items to make, got one of 1000",
    );
  });

  test("batches are of the size asked for, of the loader's, or of one", () => {
    const sizes = (text: string, batch?: number): number[] =>
      orderOf(`seed 1; epochs 1 of shuffle 7${text}`, {
        epoch: 1,
        ...(batch ? { batch } : {}),
      }).batches.map(({ length }) => length);
    expect(sizes("")).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(sizes("", 3)).toEqual([3, 3, 1]);
    expect(sizes(" batch 4")).toEqual([4, 3]);
    expect(sizes(" batch 4 drop last")).toEqual([4]);
    expect(sizes(" batch 4 drop last", 3)).toEqual([3, 3]);
    expect(sizes(" batch 2 break after 2")).toEqual([2, 2]);
    expect(sizes(" batch 2 break after 2", 3)).toEqual([3, 3, 1]);
  });

  test.each([
    ["epoch 0", () => orderOf(plan, { epoch: 0 }), "expected an epoch in 1..10^7, got 0"],
    ["half an epoch", () => stateBefore(plan, { epoch: 1.5 }), "expected an epoch in 1..10^7"],
    ["a batch of 0", () => orderOf(plan, { epoch: 1, batch: 0 }), "expected batch to be a whole"],
    [
      "a third loader",
      () => orderOf(plan, { epoch: 1, loader: 3 }),
      "expected a loader in 1..2, got 3",
    ],
    ["no loader", () => orderOf("seed 1", { epoch: 1 }), "expected a plan with a loader"],
    ["event 0", () => stateBefore(plan, { event: 0 }), "expected an event in 1..9, 9 being"],
    ["event 10", () => drawsOf(plan, { event: 10 }), "expected an event in 1..9, 9 being"],
    ["nowhere", () => stateBefore(plan, undefined as never), "or an epoch, got undefined"],
    ["a number", () => stateBefore(plan, 5 as never), "or an epoch, got 5"],
    ["null", () => stateBefore(plan, null as never), "or an epoch, got null"],
    ["a loader's name", () => orderOf(plan, { epoch: 1, loader: "1" as never }), 'got "1"'],
    [
      "two points",
      () => drawsOf(plan, { epoch: 1, event: 1 } as never),
      'keys epoch, loader, got "event"',
    ],
    [
      "an unknown key",
      () => orderOf(plan, { epoch: 1, batchsize: 3 } as never),
      'got "batchsize"; did you mean batch?',
    ],
    ["nothing", () => orderOf(plan, undefined as never), "takes to be an object, got undefined"],
    ["no point", () => orderOf(plan, {} as never), "or an epoch, got undefined"],
  ])("refuses %s", (_, refusal, message) => {
    expect(refusal).toThrow(message);
    expect(refusal).toThrow(
      expect.toSatisfy((e: unknown) => isRewindError(e, "INVALID_ARGUMENT"), "INVALID_ARGUMENT"),
    );
  });

  test("persistent workers are started before the state is loaded", () => {
    const lines = loadingLines({ name: "torch" }, "a", { started: ["shuffle 9 workers 2"] });
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^iter\(loader\) .* shuffle 9 workers 2$/);
    expect(lines[2]).toMatch(/^torch.set_rng_state/);
  });

  test("the lines of Python name the file", () => {
    for (const name of ["torch", "numpy", "python"] as const) {
      const lines = loadingLines({ name }, 'my "state".bin');
      expect(lines).toHaveLength(2);
      expect(lines.join("\n")).toContain('"my \\"state\\".bin"');
    }
  });
});

function sha(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
