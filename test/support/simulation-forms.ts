import type { RandomGenerator } from "../../src/random/generator.ts";
import {
  defineSimulation,
  type Simulation,
  type StepContext,
} from "../../src/replay/simulation.ts";

/** The params of every simulation here: the most draws of a step, and their weight. */
export interface Knobs {
  readonly draws: number;
  readonly gain: number;
  readonly levels: readonly number[];
}

const KNOBS: Knobs = { draws: 3, gain: 1, levels: [0.25, 0.75] };

/** A simulation of one form of state, and what a test needs to know about that state. */
export interface Form<S = unknown> {
  readonly simulation: Simulation<S, Knobs>;
  /** Paths that accept any number at every step. */
  readonly paths: readonly string[];
  /** Changes a state in place and returns nothing, or returns a new one, depending on `amount`. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a change in place returns nothing.
  change(state: S, amount: number): S | void;
  /** A finite number computed from a state. */
  metric(state: S): number;
}

/** 0 to `draws` draws of every kind. The number depends on the state, the step and a draw. */
function draw(rng: RandomGenerator, x: number, ctx: StepContext<Knobs>): number {
  const { step } = ctx;
  const { draws, levels } = ctx.params;
  const wanted = Math.abs(Math.trunc(x * 7) + step) % (draws + 1);
  let sum = 0;
  for (let i = 0; i < wanted; i++) {
    const kind = (i + step) % 7;
    if (kind === 0) sum += rng.random() - 0.5;
    else if (kind === 1) sum += rng.integer(-3, 4);
    else if (kind === 2) sum += rng.normal();
    else if (kind === 3) sum -= rng.exponential(0.5);
    else if (kind === 4) sum += rng.choice(levels);
    // A named stream, and one that only even numbers use.
    else if (kind === 5) sum += ctx.stream("a").random() - ctx.stream(`b${step % 2}`).normal();
    else sum += rng.shuffle([1, 2, 3, 4])[0]! - 2.5;
    // The first draws decide whether there are more.
    if (sum > 2) break;
  }
  return sum;
}

const scalar: Form<number> = {
  simulation: defineSimulation<number, Knobs>({
    name: "scalar",
    params: KNOBS,
    init: ({ rng, stream }) => rng.normal() + stream("a").random(),
    step: (x, rng, ctx) => x * 0.9 + ctx.params.gain * draw(rng, x, ctx),
  }),
  paths: ["state"],
  change: (x, amount) => x + amount,
  metric: (x) => x,
};

type Odd = number | string | bigint | boolean | null;

const ODD: readonly Odd[] = [
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "\ud800",
  2n ** 70n,
  null,
  0,
];

const odd: Form<Odd> = {
  simulation: defineSimulation<Odd, Knobs>({
    name: "odd-scalar",
    params: KNOBS,
    init: () => -0,
    step(x, rng, ctx) {
      const sum = draw(rng, Number.isFinite(x) ? (x as number) : 1, ctx);
      // The next state depends on values that only Object.is tells apart.
      if (Object.is(x, -0)) return rng.choice(ODD);
      if (typeof x === "bigint") return x > 2n ** 90n ? null : x * 3n - BigInt(Math.trunc(sum));
      if (typeof x === "string") return x.length > 9 ? false : `${x}${rng.integer(0, 10)}`;
      return sum === 0 ? -sum : rng.choice(ODD);
    },
  }),
  // Its states change their kind, so that no value can be set without looking.
  paths: [],
  change: (_, amount) => (amount > 0 ? "\udc00" : -0),
  metric: (x) => (typeof x === "string" ? x.length : Number(Object.is(x, -0))),
};

interface Trail {
  readonly x: number;
  readonly best: { readonly at: number; readonly x: number };
  readonly trail: readonly number[];
  readonly gone?: undefined;
}

const fresh: Form<Trail> = {
  simulation: defineSimulation<Trail, Knobs>({
    name: "fresh-object",
    params: KNOBS,
    init: ({ rng }) => ({ x: rng.random(), best: { at: 0, x: 0 }, trail: [] }),
    step(state, rng, ctx) {
      const { step, params } = ctx;
      const x = state.x * 0.9 + params.gain * draw(rng, state.x, ctx);
      // The best so far stays the same object, so that successive states share it.
      const best = x > state.best.x ? { at: step + 1, x } : state.best;
      const trail = [...state.trail.slice(-3), x];
      return x < 0 ? { gone: undefined, best, x, trail } : { x, best, trail };
    },
  }),
  paths: ["x", "best.x", "trail"],
  change: (state, amount) => ({ ...state, x: state.x + amount, best: { at: -0, x: amount } }),
  metric: (state) => state.x,
};

interface Cells {
  readonly cells: Float64Array;
  /** The bytes of the second cell, as a view of the same memory. */
  readonly window: Uint8Array;
  total: number;
}

const typed: Form<Cells> = {
  simulation: defineSimulation<Cells, Knobs>({
    name: "typed-array-in-place",
    params: KNOBS,
    init({ rng }) {
      const cells = Float64Array.from({ length: 6 }, () => rng.random());
      return { cells, window: new Uint8Array(cells.buffer, 8, 8), total: 0 };
    },
    step(state, rng, ctx) {
      const { step, params } = ctx;
      const i = rng.integer(0, state.cells.length);
      state.cells[i] = state.cells[i]! / 2 + params.gain * draw(rng, state.total, ctx);
      // Changes only the low bits of the second cell, so that it stays a finite number.
      if (step % 3 === 0) state.window[0] = (state.window[0]! + 1) % 256;
      state.total = state.cells.reduce((sum, cell) => sum + cell, 0);
    },
  }),
  paths: ["total", "cells[3]"],
  change(state, amount) {
    state.cells[0] = amount;
    state.window[0] = 9;
  },
  metric: (state) => state.total,
};

interface Crowd {
  readonly ages: Map<number, { age: number }>;
  readonly tired: Set<number>;
  born: number;
}

const collections: Form<Crowd> = {
  simulation: defineSimulation<Crowd, Knobs>({
    name: "map-and-set-in-place",
    params: KNOBS,
    init: () => ({ ages: new Map([[-1, { age: -0 }]]), tired: new Set(), born: 0 }),
    step(state, rng, ctx) {
      const { step, params } = ctx;
      // Draws in the order of insertion: another order would have another future.
      for (const [id, who] of state.ages) {
        who.age += params.gain * draw(rng, who.age + id, ctx);
        if (rng.random() < 0.2) state.tired.add(id);
      }
      const first = [...state.tired][0];
      if (first !== undefined && rng.random() < 0.5) {
        state.tired.delete(first);
        state.ages.delete(first);
      }
      if (state.ages.size < 5) state.ages.set(state.born++, { age: rng.random() });
      return step % 2 === 0 ? state : undefined;
    },
  }),
  paths: ["born", "ages.values()[0].age"],
  change(state, amount) {
    const oldest = [...state.ages][0]!;
    state.ages.delete(oldest[0]);
    state.ages.set(...oldest);
    state.tired.add(amount);
  },
  metric: (state) => [...state.ages.values()].reduce((sum, { age }) => sum + age, 0),
};

interface Node {
  x: number;
  next: Node;
  friends: Node[];
}

interface Graph {
  head: Node;
  readonly nodes: Node[];
  self?: Graph;
}

const graph: Form<Graph> = {
  simulation: defineSimulation<Graph, Knobs>({
    name: "shared-references-and-cycles",
    params: KNOBS,
    init({ rng }) {
      const friends: Node[] = [];
      const nodes = Array.from({ length: 4 }, () => {
        const node = { x: rng.random(), friends } as unknown as Node;
        node.next = node;
        return node;
      });
      return { head: nodes[0]!, nodes };
    },
    step(state, rng, ctx) {
      const { step, params } = ctx;
      const { head, nodes } = state;
      head.x = head.x / 2 + params.gain * draw(rng, head.x, ctx);
      if (rng.random() < 0.3) head.next = rng.choice(nodes);
      if (rng.random() < 0.2) head.friends = rng.choice(nodes).friends;
      // Several nodes may share one list of friends, so all of them see the new one.
      if (head.friends.push(rng.choice(nodes)) > 3) head.friends = [];
      if (step % 5 === 0) state.self = state;
      if (step % 7 === 0) delete state.self;
      state.head = head.next === head ? rng.choice(nodes) : head.next;
    },
  }),
  paths: ["head.x", "nodes[2].x"],
  change(state, amount) {
    state.head.next = state.nodes[1]!;
    return { nodes: state.nodes, head: { x: amount, next: state.head, friends: [state.head] } };
  },
  metric: (state) => state.nodes.reduce((sum, node) => sum + node.x * (1 + node.friends.length), 0),
};

class Agent {
  wealth: number;
  readonly bag: number[];
  constructor(wealth: number, bag: number[]) {
    this.wealth = wealth;
    this.bag = bag;
  }
  earn(amount: number): void {
    this.wealth = this.wealth * 0.9 + amount;
    if (this.bag.push(this.wealth) > 3) this.bag.shift();
  }
}

interface Market {
  readonly agents: Agent[];
  leader: Agent;
  day: Date;
}

const agents: Form<Market> = {
  simulation: defineSimulation<Market, Knobs>({
    name: "class-instances",
    params: KNOBS,
    init({ rng }) {
      const all = Array.from({ length: 3 }, () => new Agent(rng.random(), []));
      return { agents: all, leader: all[0]!, day: new Date(0) };
    },
    step(state, rng, ctx) {
      const { step, params } = ctx;
      const agent = rng.choice(state.agents);
      agent.earn(params.gain * draw(rng, agent.wealth, ctx));
      if (agent.wealth > state.leader.wealth) state.leader = agent;
      if (rng.random() < 0.1) state.agents[rng.integer(0, 3)] = new Agent(0, agent.bag);
      state.day.setTime(step * 1000);
    },
    types: {
      Agent: {
        is: (value) => value instanceof Agent,
        encode: ({ wealth, bag }: Agent) => ({ wealth, bag }),
        decode: ({ wealth, bag }: Agent) => new Agent(wealth, bag),
      },
    },
  }),
  paths: ["day", "leader.bag"],
  change(state, amount) {
    state.leader = new Agent(amount, state.leader.bag);
  },
  metric: (state) => state.agents.reduce((sum, { wealth }) => sum + wealth, state.leader.wealth),
};

class Universe {
  readonly bodies: Planet[] = [];
  readonly byMass = new Map<number, Planet>();
  age = 0;
}

class Planet {
  x: number;
  readonly universe: Universe;
  nearest: Planet = this;
  constructor(universe: Universe, x: number) {
    this.universe = universe;
    this.x = x;
    universe.bodies.push(this);
  }
}

/** A planet that hides its speed, and so needs a codec. */
class Rogue extends Planet {
  #speed = 0;
  get speed(): number {
    return this.#speed;
  }
  push(by: number): void {
    this.#speed = this.#speed / 2 + by;
    this.x += this.#speed;
  }
  static empty(): Rogue {
    return new Rogue({ bodies: [] } as unknown as Universe, 0);
  }
}

const backLinks: Form<Universe> = {
  simulation: defineSimulation<Universe, Knobs>({
    name: "classes-with-back-links",
    params: KNOBS,
    init({ rng }) {
      const universe = new Universe();
      for (let i = 0; i < 3; i++) new Planet(universe, rng.random());
      new Rogue(universe, rng.random());
      return universe;
    },
    step(universe, rng, ctx) {
      const { bodies, byMass } = universe;
      const body = rng.choice(bodies);
      const sum = ctx.params.gain * draw(rng, body.x, ctx);
      if (body instanceof Rogue) body.push(sum);
      else body.x = body.x / 2 + sum;
      body.nearest = rng.choice(body.universe.bodies);
      body.universe.age++;
      byMass.set(rng.integer(0, 3), body.nearest);
      if (rng.random() < 0.1) bodies.shift();
      if (bodies.length < 3) new Planet(universe, sum);
    },
    types: {
      Universe,
      Planet,
      Rogue: {
        is: (value) => value instanceof Rogue,
        encode: (rogue: Rogue) => ({ ...rogue, speed: rogue.speed }),
        create: () => Rogue.empty(),
        fill(rogue: Rogue, { speed, ...fields }) {
          rogue.push(speed);
          Object.assign(rogue, fields);
        },
      },
    },
  }),
  paths: ["age", "bodies[0].x"],
  change(universe, amount) {
    universe.age = amount;
    (universe.bodies[0] as Planet).nearest = universe.bodies[1] as Planet;
  },
  metric: ({ bodies, age }) => bodies.reduce((sum, { x, nearest }) => sum + x + nearest.x, age),
};

interface Picture {
  readonly pixels: Uint8Array;
  x: number;
}

/** A state of over 64 KiB, which is stored in chunks. */
const large: Form<Picture> = {
  simulation: defineSimulation<Picture, Knobs>({
    name: "large",
    params: KNOBS,
    init: () => ({ pixels: new Uint8Array(70_000), x: 0 }),
    step(state, rng, ctx) {
      state.x = state.x / 2 + ctx.params.gain * draw(rng, state.x, ctx);
      state.pixels[rng.integer(0, state.pixels.length)] = rng.integer(0, 256);
    },
  }),
  paths: ["x", "pixels[69999]"],
  change(state, amount) {
    state.x = amount;
    state.pixels.fill(7, 100, 200);
  },
  metric: (state) => state.x,
};

/** One simulation of each form of state, all quick. */
export const FORMS: readonly Form[] = [
  scalar,
  odd,
  fresh,
  typed,
  collections,
  graph,
  agents,
  backLinks,
] as readonly Form[];

/** Slow, so tests take few of its steps. */
export const LARGE: Form = large as Form;

/** The simplest form. */
export const SCALAR: Form<number> = scalar;
