import { expect, test } from "vitest";
import { RewindError } from "../../src/base/errors.ts";
import type { LinkedTypeCodec, TypeCodec, TypeCodecs } from "../../src/codec/state/type-codecs.ts";
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

class Agent {
  x: number;
  best: unknown = 0;
  constructor(x: number) {
    this.x = x;
  }
}

/** A codec to which a field was never added. */
const forgetful: TypeCodec<Agent> = {
  is: (value) => value instanceof Agent,
  encode: ({ x }) => x,
  decode: (x) => new Agent(x as number),
};

function checkAgent(change: (agent: Agent) => void, codec: TypeCodec<Agent> = forgetful): unknown {
  const types = { Agent: codec, Box: boxCodec };
  const simulation = { name: "s", init: () => 0, step: () => 0, types } as AnySimulation;
  const agent = new Agent(3);
  change(agent);
  const state = { agents: [agent] };
  try {
    checkCodecs(encodeState(state, simulation, env), state, simulation, env);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

const POINT = class Point {
  at: number;
  constructor(at: number) {
    this.at = at;
  }
};

test.each<[string, unknown]>([
  ["a number", 4],
  ["a list", [1, 2]],
  ["something in a Map", new Map([["a", { b: 1 }]])],
  ["a typed array", new Float64Array(3)],
  ["a date", new Date(5)],
  ["an instance with a codec", new Box(1)],
  ["an instance without one", new POINT(1)],
])("a codec that forgets a field with %s is refused", (_, value) => {
  const message =
    "the codec Agent does not restore state.agents[0] exactly: its field best is another after encode and decode";
  expect(checkAgent((agent) => Object.assign(agent, { best: value }))).toBe(message);
});

test("a codec that restores a field in another way is refused, and one that adds a field", () => {
  const kept = { ...forgetful, encode: ({ x, best }: Agent) => [x, best] };
  const twice = {
    ...kept,
    decode: ([x, best]: [number, number]) => Object.assign(new Agent(x), { best: best * 2 }),
  };
  expect(checkAgent((agent) => Object.assign(agent, { best: 1 }), twice)).toMatch(
    /encoded differently|differs|its field best/,
  );
  const more = {
    ...forgetful,
    decode: (x: unknown) => Object.assign(new Agent(x as number), { more: 1 }),
  };
  expect(checkAgent(() => undefined, more)).toMatch(/its field more is another/);
});

test("what no codec has to restore is not compared", () => {
  expect(checkAgent(() => undefined)).toBeUndefined();
  const hidden = (agent: Agent) => Object.defineProperty(agent, "cache", { value: {} });
  expect(checkAgent(hidden)).toBeUndefined();
  const own = {
    ...forgetful,
    decode: (x: unknown) => Object.assign(new Agent(x as number), { best: () => 2 }),
  };
  expect(checkAgent((agent) => Object.assign(agent, { best: () => 1 }), own)).toBeUndefined();
});

class World {
  readonly bodies: Body[] = [];
  age = 0;
}
class Body {
  mass = 1;
  world: World;
  constructor(world: World) {
    this.world = world;
    world.bodies.push(this);
  }
}

const worldCodec: LinkedTypeCodec<World> = {
  is: (value) => value instanceof World,
  encode: ({ bodies, age }) => ({ bodies, age }),
  create: () => new World(),
  fill: (world, { bodies, age }) => void Object.assign(world, { bodies, age }),
};
const bodyCodec: LinkedTypeCodec<Body> = {
  is: (value) => value instanceof Body,
  encode: ({ mass, world }) => ({ mass, world }),
  create: () => new Body({ bodies: [] } as unknown as World),
  fill: (body, { mass, world }) => void Object.assign(body, { mass, world }),
};

function checkWorld(types: TypeCodecs): unknown {
  const simulation = { name: "s", init: () => 0, step: () => 0, types } as AnySimulation;
  const world = new World();
  world.age = 3;
  new Body(world).mass = 2;
  try {
    checkCodecs(encodeState({ world }, simulation, env), { world }, simulation, env);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

const LOSSY_WORLD = "the codec World does not restore state.world exactly: ";
const LOSSY_BODY = "the codec Body does not restore state.world.bodies[0] exactly: ";

test.each<[string, TypeCodecs, string | undefined]>([
  ["of codecs that fill everything in", { World: worldCodec, Body: bodyCodec }, undefined],
  ["of classes alone", { World, Body }, undefined],
  ["of both", { World, Body: bodyCodec }, undefined],
  [
    "whose outer codec loses a field",
    {
      World: { ...worldCodec, fill: (world, { bodies }) => void Object.assign(world, { bodies }) },
      Body: bodyCodec,
    },
    `${LOSSY_WORLD}what its create and fill make is encoded differently`,
  ],
  [
    "whose outer codec never stores a field",
    {
      World: { ...worldCodec, encode: ({ bodies }: World) => ({ bodies, age: 0 }) },
      Body,
    },
    `${LOSSY_WORLD}its field age is another after encode and decode`,
  ],
  [
    "whose inner codec loses a field",
    {
      World: worldCodec,
      Body: { ...bodyCodec, fill: (body, { world }) => void Object.assign(body, { world }) },
    },
    `${LOSSY_BODY}what its create and fill make is encoded differently`,
  ],
  [
    "whose inner codec looks into a world that is not filled yet",
    {
      World: worldCodec,
      Body: {
        ...bodyCodec,
        fill: (body, { world }) => void Object.assign(body, world.bodies[0].mass),
      },
    },
    "the codec Body failed to decode",
  ],
  [
    "whose create gives something else",
    { World, Body: { ...bodyCodec, create: () => ({}) } },
    `${LOSSY_BODY}its is does not accept what its create and fill make`,
  ],
  [
    "whose create freezes",
    { World, Body: { ...bodyCodec, create: () => Object.freeze(bodyCodec.create()) } },
    LOSSY_BODY,
  ],
])("a cycle %s", (_, types, message) => {
  const found = checkWorld(types);
  if (message === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(message);
});
