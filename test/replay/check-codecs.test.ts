import { expect, test } from "vitest";
import { RewindError } from "../../src/base/errors.ts";
import type { TypeCodec } from "../../src/codec/state/type-codecs.ts";
import { checkCodecs } from "../../src/replay/check-codecs.ts";
import { type Environment, encodeState } from "../../src/replay/environment.ts";
import type { AnySimulation } from "../../src/replay/simulation.ts";

class Bag {
  readonly items: readonly number[];
  readonly label: string;
  constructor(items: readonly number[], label = "") {
    this.items = items;
    this.label = label;
  }
}
class Box {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

const is = (value: unknown) => value instanceof Bag;
const boxCodec: TypeCodec<Box> = {
  is: (value) => value instanceof Box,
  encode: ({ content }) => ({ content }),
  decode: ({ content }) => new Box(content),
};

const env = { guard: <T>(action: () => T) => action() } as unknown as Environment;

function check(bag: TypeCodec<Bag>, state: unknown): unknown {
  const types = { Box: boxCodec, Bag: bag };
  const simulation = { name: "s", init: () => 0, step: () => 0, types } as AnySimulation;
  try {
    checkCodecs(encodeState(state, simulation, env), state, simulation, env);
  } catch (error) {
    if (error instanceof RewindError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return undefined;
}

const exact: TypeCodec<Bag> = {
  is,
  encode: ({ items, label }) => [[...items], label],
  decode: ([items, label]) => new Bag(items, label),
};
const state = () => ({ agents: [1, { bag: new Bag([3, 1], "x") }] });
const LOSSY = "CODEC_LOSSY: the codec Bag does not restore state.agents[1].bag exactly: ";

test("a codec that restores everything passes, also nested and shared", () => {
  const bag = new Bag([2, 1], "a");
  expect(check(exact, [state(), bag, new Box([bag, Object.freeze(new Bag([]))])])).toBeUndefined();
});

test.each<[string, TypeCodec<Bag>, RegExp]>([
  [
    "restores another order",
    { ...exact, decode: ([items, label]) => new Bag([...items].sort(), label) },
    /what its decode returns is encoded differently/,
  ],
  [
    "restores a field with its default",
    { ...exact, decode: ([items]) => new Bag(items) },
    /what its decode returns is encoded differently/,
  ],
  [
    "restores -0 as 0",
    {
      ...exact,
      decode: ([items, label]) =>
        new Bag(
          items.map((x: number) => x + 1 - 1),
          `${label}!`,
        ),
    },
    /encoded differently/,
  ],
  [
    "restores something else",
    { ...exact, decode: (stored) => stored },
    /its is does not accept what its decode returns/,
  ],
  [
    "cannot read what it stores",
    { ...exact, decode: ({ items }) => new Bag(items.slice()) },
    /TypeError/,
  ],
  [
    "numbers what it encodes",
    {
      ...exact,
      encode: (bag) => [[...bag.items], String(calls++)],
      decode: ([items, label]) => new Bag(items, label),
    },
    /encoded differently/,
  ],
])("one is refused, with its type and path, that %s", (_, codec, message) => {
  const found = String(check(codec, state()));
  expect(found.startsWith(LOSSY)).toBe(true);
  expect(found).toMatch(message);
  // The inner one is named, not the box around it.
  expect(check(codec, new Box(state().agents[1]))).toMatch(
    /the codec Bag does not restore state\S*bag/,
  );
});
let calls = 0;

test("an instance that is frozen differs from one that is not", () => {
  const freezing: TypeCodec<Bag> = { ...exact, decode: ([i, l]) => Object.freeze(new Bag(i, l)) };
  expect(check(freezing, state())).toBe(
    `${LOSSY}its decode returns a frozen object for one that was not frozen`,
  );
  expect(check(freezing, [Object.freeze(new Bag([1]))])).toBeUndefined();
});

test("a simulation without codecs is not checked", () => {
  const simulation = { name: "s", init: () => 0, step: () => 0 } as AnySimulation;
  expect(checkCodecs(new Uint8Array(0), 1, simulation, env)).toBeUndefined();
});
