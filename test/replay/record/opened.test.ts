import { defineSimulation, type Run, record } from "rewind-engine";
import { expect, test } from "vitest";

interface Dish {
  readonly name: string;
  readonly price: number;
}

/**
 * Its state holds a part of its frozen params, and its step tries to change that, ignoring errors.
 */
const bar = defineSimulation({
  name: "bar",
  params: { menu: [{ name: "tea", hits: 0 }] },
  init: ({ params }) => ({ order: params.menu[0] as { hits: number }, steps: 0 }),
  step: (state) => {
    Reflect.set(state.order, "hits", state.order.hits + 1);
    state.steps++;
  },
});

test("a part of the params in a state is as frozen in a replay as in the run", async () => {
  const run = await record(bar, { steps: 20, seed: 1, blockSize: 4 });
  for (const step of [0, 15, 16, 20]) {
    const { order } = await run.get(step);
    expect(order.hits).toBe(0);
    expect(Object.isFrozen(order)).toBe(true);
  }
  expect((await run.verify({ full: true })).ok).toBe(true);
});

test("a library that freezes what it returns replays exactly", async () => {
  const frozen = defineSimulation({
    name: "frozen",
    init: (): Readonly<Record<"tries" | "failed", number>> =>
      Object.freeze({ tries: 0, failed: 0 }),
    step: (state) => {
      const failed = Reflect.set(state, "tries", 9) ? 0 : 1;
      return Object.freeze({ tries: state.tries + 1, failed: state.failed + failed });
    },
  });
  const run = await record(frozen, { steps: 50, seed: 1 });
  expect(await run.get(33)).toEqual({ tries: 33, failed: 33 });
});

const shop = defineSimulation({
  name: "shop",
  init: () => {
    const tea: Dish = Object.freeze({ name: "tea", price: 3 });
    return Object.freeze({ menu: Object.freeze([tea]), special: tea, sold: new Map([["tea", 0]]) });
  },
  step: (state) => state,
});
type Shop = typeof shop extends { init(...given: never[]): infer S } ? S : never;

test("values are set in frozen objects, which stay frozen and shared", async () => {
  const run = await record(shop, { steps: 10, seed: 1 });
  const price = await run.branch(5, { set: { "menu[0].price": 4 } });
  await expectTea(price, { name: "tea", price: 4 });
  const dish = { name: "coffee", price: 5 };
  await expectTea(await run.branch(5, { set: { special: dish } }), dish, "tea");
  expect(Object.isFrozen(dish)).toBe(false);
  const list = await run.branch(5, { set: { menu: [{ name: "rum", price: 9 }] } });
  const { menu } = await list.get(10);
  expect([menu, menu[0]].map(Object.isFrozen)).toEqual([true, true]);
});

async function expectTea(run: Run<Shop>, special: Dish, first = special.name): Promise<void> {
  const state = await run.get(10);
  expect(state.special).toEqual(special);
  expect(state.menu[0]?.name).toBe(first);
  expect(state.menu[0] === state.special).toBe(first === special.name);
  expect([state, state.menu, state.special].map(Object.isFrozen)).toEqual([true, true, true]);
  expect(Object.isFrozen(state.sold)).toBe(false);
}

test("mutate gets the frozen state, and an error if it changes that in place", async () => {
  const run = await record(shop, { steps: 10, seed: 1 });
  const changed = run.branch(5, {
    mutate: (state) => {
      (state.special as { price: number }).price = 7;
    },
  });
  await expect(changed).rejects.toMatchObject({
    code: "FUNCTION_FAILED",
    data: { hint: "that object is frozen: return a changed copy of the state" },
  });
  const copied = await run.branch(5, {
    mutate: (state) => ({ ...state, special: { ...state.special, price: 7 } }),
  });
  expect((await copied.get(5)).special.price).toBe(7);
});
