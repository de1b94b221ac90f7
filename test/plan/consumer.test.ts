import { describe, expect, test } from "vitest";
import { consumerOf } from "../../src/plan/consumers.ts";
import type { EpochAction } from "../../src/plan/events.ts";
import { NumpyConsumer } from "../../src/plan/numpy-consumer.ts";
import { PLAN_GENERATORS } from "../../src/plan/plan.ts";
import { PythonConsumer } from "../../src/plan/python-consumer.ts";
import { numpy } from "../../src/random/numpy/index.ts";
import { xoshiro } from "../../src/random/xoshiro/index.ts";
import { generatorNamed } from "../../src/random.ts";

const names = PLAN_GENERATORS;

describe.each(names)("a plan's generator: %s", (name) => {
  test("skipping equals drawing", () => {
    const [passing, drawing] = [consumerOf({ name }), consumerOf({ name })];
    for (let epoch = 1; epoch <= 20; epoch++) {
      const loader = { length: epoch, shuffle: epoch % 3 > 0 };
      const action: EpochAction = {
        kind: "epoch",
        epoch,
        loader,
        name: `${epoch}`,
        breakAfter: undefined,
      };
      passing.passEpoch(action);
      expect(drawing.epoch(action).order).toHaveLength(epoch);
      passing.passPermutation(epoch);
      expect(drawing.permutation(epoch)).toHaveLength(epoch);
      expect(passing.drawn).toBe(drawing.drawn);
      expect(passing.state()).toEqual(drawing.state());
    }
  });

  test("draws are counted over seeds, doubles as the words that they take", () => {
    const consumer = consumerOf({ name });
    consumer.seed(1n);
    consumer.draws(1000, "words");
    expect(consumer.drawn).toBe(1000);
    consumer.draws(1000, "doubles");
    const both = name === "numpy" ? 2000 : 3000;
    expect(consumer.drawn).toBe(both);
    consumer.seed(2n);
    expect(consumer.drawn).toBe(both);
    consumer.draws(10 ** 15, "words");
    expect(consumer.drawn).toBe(both + 10 ** 15);
  });
});

test.each(names)("%s skips long shuffles in the same way as it makes them", (name) => {
  const [passing, drawing] = [consumerOf({ name }), consumerOf({ name })];
  for (const length of [0, 1, 2, 127, 128, 129, 4095, 4096, 4097, 70_000]) {
    passing.passPermutation(length);
    drawing.permutation(length);
    expect(passing.state()).toEqual(drawing.state());
  }
});

test("numpy keeps half an output while doubles are drawn", () => {
  for (let length = 2; length < 12; length++) {
    const [consumer, rng] = [new NumpyConsumer(), numpy(7)];
    consumer.seed(7n);
    consumer.permutation(length);
    rng.permutation(length);
    consumer.draws(3);
    rng.random(3);
    expect(Array.from(consumer.permutation(9))).toEqual([...rng.permutation(9)]);
  }
});

test("python counts the words of shuffles, over many twists", () => {
  const consumer = new PythonConsumer();
  consumer.seed(3n);
  let last = 0;
  for (let i = 0; i < 10; i++) {
    consumer.permutation(1000);
    // Each of 999 numbers takes at least one word, and less than two on average.
    expect(consumer.drawn - last).toBeGreaterThanOrEqual(999);
    expect(consumer.drawn - last).toBeLessThan(2000);
    last = consumer.drawn;
  }
  const twin = new PythonConsumer();
  twin.seed(3n);
  twin.draws(last, "words");
  expect(twin.state()).toEqual(consumer.state());
});

test("numpy counts the outputs of shuffles", () => {
  const consumer = new NumpyConsumer();
  consumer.seed(3n);
  consumer.permutation(1000);
  const twin = numpy(3).advance(consumer.drawn);
  expect(new TextDecoder().decode(consumer.state())).toContain(
    `"state": ${twin.bitGenerator.state},`,
  );
  expect(consumer.drawn).toBeGreaterThanOrEqual(500);
  expect(consumer.drawn).toBeLessThan(1000);
});

test("xoshiro draws like xoshiro(seed)", () => {
  const [consumer, rng] = [consumerOf({ name: "xoshiro" }), xoshiro(5)];
  consumer.seed(5n);
  consumer.draws(7, "words");
  for (let i = 0; i < 7; i++) rng.uint32();
  consumer.draws(7, "doubles");
  for (let i = 0; i < 7; i++) rng.random();
  const order = Array.from({ length: 300 }, (_, i) => i);
  expect(Array.from(consumer.permutation(300))).toEqual(rng.shuffle(order));
  expect(consumer.state()).toEqual(rng.state());
  expect(generatorNamed("xoshiro128++").fromState(consumer.state()).state()).toEqual(rng.state());
});
