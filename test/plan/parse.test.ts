import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { checkPlan } from "../../src/plan/check.ts";
import { formatPlan } from "../../src/plan/format.ts";
import { parsePlan } from "../../src/plan/parse.ts";
import type { Plan, PlanStep } from "../../src/plan/plan.ts";
import { anyPlan } from "./plans.ts";

// biome-ignore lint/suspicious/noSparseArray: the test needs a sparse array.
const HOLES = [{ kind: "seed", seed: 1n }, , { kind: "draws", count: 1 }];
const torch13 = { name: "torch", version: "1.13" } as const;

describe("parsePlan", () => {
  test("reads the example of the reference", () => {
    expect(parsePlan("seed 1; split 1806 0.8; epochs 9 of shuffle 1444")).toEqual({
      generator: torch13,
      steps: [
        { kind: "seed", seed: 1n },
        { kind: "split", length: 1806, parts: [0.8] },
        { kind: "epochs", count: 9, loader: { length: 1444, shuffle: true } },
      ],
    });
  });

  test("reads every step and option, over lines, with comments and underscores", () => {
    const text = `
      # how model 7 was trained
      generator torch 2.13
      seed -12_345_678_901_234_567
      draws 1e3; draws 5 words   # weights
      draws 1_000 doubles
      permutation 10
      split 100 50,30,20
      repeat 3 {
        epochs 2 of shuffle 50 batch 8 drop last workers 4 prefetch 3 persistent generator own part 1 break after 2
        repeat 2 { epochs 1 of loader 30 batch 16 }
      }
    `;
    const shuffled = {
      length: 50,
      shuffle: true,
      batchSize: 8,
      dropLast: true,
      numWorkers: 4,
      prefetchFactor: 3,
      persistentWorkers: true,
      generator: "own",
      part: 1,
    } as const;
    const kept = { length: 30, batchSize: 16 };
    expect(parsePlan(text)).toEqual({
      generator: { name: "torch", version: "2.13" },
      steps: [
        { kind: "seed", seed: -12345678901234567n },
        { kind: "draws", count: 1000, unit: "words" },
        { kind: "draws", count: 5, unit: "words" },
        { kind: "draws", count: 1000, unit: "doubles" },
        { kind: "permutation", length: 10 },
        { kind: "split", length: 100, parts: [50, 30, 20] },
        {
          kind: "repeat",
          count: 3,
          steps: [
            { kind: "epochs", count: 2, loader: shuffled, breakAfter: 2 },
            { kind: "repeat", count: 2, steps: [{ kind: "epochs", count: 1, loader: kept }] },
          ],
        },
      ],
    });
  });

  test("numpy and python have seeds of any size", () => {
    const seed = 2n ** 200n;
    expect(parsePlan(`generator numpy; seed ${seed}`).steps).toEqual([{ kind: "seed", seed }]);
    const python = parsePlan(`generator python; seed -${seed}; epochs 2 of shuffle 5 batch 2`);
    expect(python.generator).toEqual({ name: "python" });
    expect(python.steps[0]).toEqual({ kind: "seed", seed: -seed });
  });

  test.each([
    ["", 1, 1, "expected a plan to begin with a seed, got no steps"],
    ["draws 3", 1, 1, "expected a plan to begin with a seed, got draws"],
    ["seed", 1, 5, "expected a whole number as the seed, got the end"],
    ["seed 1.5", 1, 6, 'expected a whole number as the seed, got "1.5"'],
    ["seed 1 seed 2", 1, 8, 'expected a semicolon or a new line, got "seed"'],
    ["seed 18446744073709551615; draws -1", 1, 34, "expected a number of draws"],
    ["seed 18446744073709551616", 1, 1, "in -2^63..2^64 - 1, got 18446744073709551616"],
    ["seed -9223372036854775808; draws -1", 1, 34, "expected a number of draws"],
    ["seed -9223372036854775809", 1, 1, "in -2^63..2^64 - 1, got -9223372036854775809"],
    ["generator numpy; seed -1", 1, 18, "expected a seed of at least 0, got -1"],
    ["generator jax; seed 1", 1, 11, 'expected torch, numpy, python or xoshiro, got "jax"'],
    ["generator torch 1.5; seed 1", 1, 17, "expected a version of PyTorch, at least 1.6"],
    ["generator numpy 1.24; seed 1", 1, 17, "numpy takes no version"],
    ["seed 1; epochs nine of shuffle 5", 1, 16, 'expected a number of epochs, got "nine"'],
    ["seed 1; epochs 9.5 of shuffle 5", 1, 16, 'expected a number of epochs, got "9.5"'],
    ["seed 1\n\n  epochs 9 off", 3, 12, 'expected "of" and a loader, got "off"'],
    ["seed 1; epochs 9 of sampler 5", 1, 21, 'expected a loader: "shuffle" or "loader"'],
    ["seed 1; epochs 9 of shuffle", 1, 28, "expected the number of samples in the loader"],
    ["seed 1; epochs 9 of shuffle;", 1, 28, "in the loader, got the step's end"],
    [
      "seed 1; epochs 9 of shuffle 5 batch 0",
      1,
      37,
      'expected the size of a batch, at least 1, got "0"',
    ],
    ["seed 1; epochs 9 of shuffle 5 batch", 1, 36, "of a batch, at least 1, got the end"],
    ["seed 1; epochs 9 of shuffle 5 part 0", 1, 36, 'number of a part, at least 1, got "0"'],
    [
      "seed 1; epochs 9 of shuffle 5 workers 2 prefetch 0",
      1,
      50,
      'ahead of each worker, at least 1, got "0"',
    ],
    ["seed 1; epochs 9 of shuffle 5 drop", 1, 35, 'expected "last"'],
    ["seed 1; epochs 9 of shuffle 5 batch 2 batch 3", 1, 39, "batch was given more than once"],
    ["seed 1; epochs 9 of shuffle 5 generator mine", 1, 41, 'expected "own" or "default"'],
    [
      "seed 1; epochs 9 of shuffle 5 persistent",
      1,
      9,
      "expected at least 1 worker for a loader with persistent, got none",
    ],
    ["seed 1; epochs 9 of shuffle 5 workers 0 prefetch 2", 1, 9, "with prefetch, got none"],
    ["seed 1; generator numpy", 1, 9, '"generator" must come first in a plan'],
    [
      "seed 1; epochs 9 of shuffle 5 colour 3",
      1,
      31,
      'expected batch, drop last, workers, prefetch, persistent, generator own, part, break after, a semicolon or a new line, got "colour"',
    ],
    ["seed 1; epochs 9 of shuffle 5 break after 6", 1, 9, "expected to break off after at most 5"],
    ["seed 1; epochs 9 of shuffle 5 toString", 1, 31, 'got "toString"'],
    ["seed 1; epochs 9 of shuffle 0", 1, 9, "expected at least one sample to shuffle, got none"],
    [
      "seed 1; epochs 9 of shuffle 8 part 1",
      1,
      9,
      "expected an earlier split whose part 1 has 8 items, got no split",
    ],
    [
      "seed 1; split 10 0.7; epochs 1 of loader 8 part 1",
      1,
      23,
      "whose part 1 has 8 items, got a part of 7",
    ],
    [
      "seed 1; split 10 0.7; epochs 1 of loader 8 part 3",
      1,
      23,
      "whose part 3 has 8 items, got a split into 2",
    ],
    ["generator numpy; seed 1; epochs 1 of shuffle 5 workers 2", 1, 26, "expected no workers"],
    [
      "generator torch 1.6; seed 1; epochs 1 of shuffle 5 workers 2 persistent",
      1,
      30,
      "needs torch 1.7 or later",
    ],
    ["seed 1; split 10", 1, 17, "expected the lengths or fractions of the parts, got the end"],
    ["seed 1; split 10 3 4", 1, 9, "expected lengths that add up to 10"],
    ["seed 1; split 10 11", 1, 9, "expected a part of 10 items, as a fraction or a length, got 11"],
    ["generator torch 1.12; seed 1; split 10 0.8 0.2", 1, 31, "takes fractions since torch 1.13"],
    ["seed 1; draws -1", 1, 15, 'expected a number of draws, got "-1"'],
    ["seed 1; draws 1,000", 1, 17, 'expected a semicolon or a new line, got "000"'],
    ["seed 1; repeat 3 draws 1", 1, 18, 'expected "{" and the steps to repeat, got "draws"'],
    ["seed 1; repeat 3 { draws 1", 1, 27, 'expected a semicolon, a new line or "}", got the end'],
    ["seed 1; repeat 3 { draws 1;", 1, 28, 'expected "}", got the end'],
    ["seed 1; }", 1, 9, "expected a step: seed, draws, permutation, split, epochs or repeat"],
    [
      "seed 1; repeat 100_000_000 { draws 1; draws 1 }",
      1,
      1,
      "of at most 10^8 events, empty ones counted, got 200000001",
    ],
    ["seed 1; repeat 9007199254740991 { }", 1, 1, "of at most 10^8 events"],
    ["seed 1; repeat 1e12 { epochs 0 of shuffle 5 }", 1, 1, "of at most 10^8 events"],
    ["seed 1; repeat 1e12 { repeat 0 { repeat 1e12 { draws 1 } } }", 1, 1, "at most 10^8 events"],
    ["seed 1; draws 9007199254740991; draws 1", 1, 1, "at most 2^53 - 1 draws, got about 9.01e+15"],
    ["seed 1; draws 4503599627370496 doubles", 1, 1, "expected a plan of at most 2^53 - 1 draws"],
    ["seed 1; repeat 1e7 { permutation 4294967295 }", 1, 1, "at most 2^53 - 1 draws"],
    [
      "generator numpy; seed 1; permutation 3e9",
      1,
      16,
      "this plan takes 3.00 times the work that is allowed",
    ],
    ["seed 1; repeat 1e5 { draws 1e6 }", 1, 1, "2 * 10^10 draws made one by one"],
    [
      "seed 1; split 120 10 50 50 10; epochs 1 of shuffle 10; epochs 1 of loader 50",
      1,
      32,
      'expected "part N" of the loader: parts 1 and 4 of the split both have 10 samples',
    ],
    [
      "seed 1; split 30 10 10 10; epochs 1 of shuffle 10",
      1,
      28,
      "parts 1, 2 and 3 of the split all have 10 samples",
    ],
    ["seed 1; epochs 9 of shuffle 5 batch_size 2", 1, 31, 'got "batch_size"; did you mean batch?'],
    ["seed 1; epochs 9 of shuffle 5 num_workers 2", 1, 31, "; did you mean workers?"],
    ["seed 1; epochs 9 of shuffle 5 drop_last", 1, 31, "; did you mean drop last?"],
    ["seed 1; epochs 9 of shufle 5", 1, 21, 'got "shufle"; did you mean shuffle?'],
    ["seed 1; epoch 3 of shuffle 5", 1, 9, 'got "epoch"; did you mean epochs?'],
    ["seed 1; manual_seed 3", 1, 9, "; did you mean seed?"],
    ["seed 1; shuffle 100", 1, 9, 'such as "epochs 1 of shuffle 100", got "shuffle"'],
    ["seed 1; loader", 1, 9, 'such as "epochs 1 of loader N", got "loader"'],
    ["seed 1; draws 1,000", 1, 17, 'got "000"; a thousand is written 1_000'],
    ["seed 1; epochs 1,000 of shuffle 5", 1, 18, "; a thousand is written 1_000"],
    [`seed 1; ${"repeat 1 { ".repeat(99)}`, 1, 568, "expected at most 50 repeats in one another"],
  ])("%j: line %i, column %i: %s", (text, line, column, message) => {
    const refusal = (): unknown => parsePlan(text);
    expect(refusal).toThrow(`line ${line}, column ${column}: `);
    expect(refusal).toThrow(message);
    expect(refusal).toThrow(
      expect.toSatisfy((error: unknown) => isRewindError(error, "INVALID_PLAN"), "INVALID_PLAN"),
    );
  });
});

describe("formatPlan", () => {
  test("any plan reads again as what was written", () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const text = formatPlan(plan);
        expect(parsePlan(text)).toEqual(checkPlan(plan));
        expect(formatPlan(parsePlan(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test("defaults are left out, so that a loader has one name", () => {
    const text = "seed 1; epochs 1 of shuffle 5 batch 1 workers 0 generator default; draws 3 words";
    expect(formatPlan(parsePlan(text))).toBe("seed 1; epochs 1 of shuffle 5; draws 3");
    const plan = {
      generator: torch13,
      steps: [{ kind: "seed", seed: 1 as unknown as bigint }],
    } as const;
    expect(formatPlan(plan)).toBe("seed 1");
  });

  test.each([
    ["no value", undefined, "expected a plan that is no text to be an object, got undefined"],
    ["a number", 5, "expected a plan that is no text to be an object, got 5"],
    ["no list", { generator: torch13 }, "expected a list of steps, got undefined"],
    ["a list with holes", { generator: torch13, steps: HOLES }, "epochs or repeat, got undefined"],
    ["a generator's name", planOf("numpy"), 'generator to be an object, got "numpy"'],
    ["no generator", planOf(null), "expected a plan's generator to be an object, got null"],
    [
      "an unknown key",
      planOf(torch13, { kind: "epochs", count: 1, loader: { length: 5 }, breakafter: 2 }),
      'keys kind, count, loader, breakAfter, got "breakafter"; did you mean breakAfter?',
    ],
    [
      "an unknown option",
      planOf(torch13, { kind: "epochs", count: 1, loader: { length: 5, batch_size: 2 } }),
      'got "batch_size"; did you mean batchSize?',
    ],
    ["parts as texts", planOf(torch13, { kind: "split", length: 5, parts: ["0.5"] }), "lengths or"],
    ["no steps", { generator: torch13, steps: [] }, "expected a plan to begin with a seed"],
    [
      "another generator",
      planOf({ name: "jax" }),
      "expected a generator among torch, numpy, python",
    ],
    [
      "another kind",
      planOf(torch13, { kind: "sleep" }),
      "expected a step of the kind seed, draws,",
    ],
    ["no kind", planOf(torch13, null), "expected a step of the kind seed, draws,"],
    [
      "a fractional seed",
      planOf(torch13, { kind: "seed", seed: 0.5 }),
      "expected a whole number as",
    ],
    [
      "a wrong unit",
      planOf(torch13, { kind: "draws", count: 1, unit: "bits" }),
      "words or doubles",
    ],
    [
      "a wrong count",
      planOf(torch13, { kind: "draws", count: -1 }),
      "expected the number of draws",
    ],
    ["no loader", planOf(torch13, { kind: "epochs", count: 1 }), "a loader to be an object"],
    [
      "wrong parts",
      planOf(torch13, { kind: "split", length: 5, parts: "5" }),
      "expected lengths or",
    ],
  ])("refuses %s", (_, plan, message) => {
    const refusal = (): unknown => formatPlan(plan as unknown as Plan);
    expect(refusal).toThrow(message);
    expect(refusal).toThrow(
      expect.toSatisfy((error: unknown) => isRewindError(error, "INVALID_PLAN"), "INVALID_PLAN"),
    );
  });
});

function planOf(generator: unknown, ...steps: unknown[]): unknown {
  const seed: PlanStep = { kind: "seed", seed: 1n };
  return { generator, steps: [seed, ...steps] };
}
