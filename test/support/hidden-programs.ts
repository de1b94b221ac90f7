import fc from "fast-check";
import { encode } from "../../src/codec/encode.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { loadProgram } from "../../src/node/program/load-program.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { type Code, type LoadedProgram, Programs } from "../../src/replay/programs.ts";
import { openRun, recordInto } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import type { AnySimulation } from "../../src/replay/simulation.ts";

/** The text of a module whose steps depend on something that is not in their state. */
export interface HiddenProgram {
  readonly kind: string;
  readonly text: string;
}

/**
 * What a program keeps outside its state: declarations, and an expression that reads a number from
 * it.
 */
type Hiding = (k: number) => { readonly keeps: string; readonly gives: string };

/** Each gives different numbers in a used instance and in a fresh one. */
const HIDINGS: Readonly<Record<string, Hiding>> = {
  "a counter": () => ({ keeps: "let n = 0;", gives: "++n" }),
  "a toggle every k-th call": (k) => ({
    keeps: "let n = 0, on = 1;",
    gives: `(++n % ${k} === 0 ? (on = -on) : on)`,
  }),
  "the state before": () => ({
    keeps: "let before = 0; const swap = (x) => { const b = before; before = x; return b; };",
    gives: "swap(s.x)",
  }),
  "a warm start that contracts": () => ({
    keeps: `let y = 1; const root = (a) => { while (Math.abs(y * y - a) > 1e-6 * a) y = (y + a / y) / 2; return y; };`,
    gives: "root(2 + Math.abs(s.x))",
  }),
  "a generator of its own": (k) => ({
    keeps: `let w = ${k}; const draw = () => { w = (Math.imul(w, 1664525) + 1013904223) >>> 0; return w / 2 ** 32; };`,
    gives: "draw()",
  }),
  "a cache that goes stale": (k) => ({
    keeps: `const cache = new Map(); const of = (x, t) => { const key = Math.round(x) % ${k}; if (!cache.has(key)) cache.set(key, x + t); return cache.get(key); };`,
    gives: "of(s.x, t)",
  }),
  "a memo that expires": (k) => ({
    keeps: `let memo, age = 0; const of = (x) => { if (age++ % ${k + 1} === 0) memo = x; return memo; };`,
    gives: "of(s.x)",
  }),
  "a WeakMap keyed by params": () => ({
    keeps:
      "const kept = new WeakMap(); const count = (p) => { kept.set(p, (kept.get(p) ?? 0) + 1); return kept.get(p); };",
    gives: "count(params)",
  }),
  "a closure": () => ({
    keeps: "const next = (() => { let n = 0; return () => n++; })();",
    gives: "next()",
  }),
  "a static field": () => ({ keeps: "class Agent { static made = 0; }", gives: "Agent.made++" }),
  "a property of a function": () => ({
    keeps: "function count() { return (count.n = (count.n ?? 0) + 1); }",
    gives: "count()",
  }),
  "a registry on globalThis": () => ({
    keeps:
      "const g = globalThis, key = Symbol.for('rewind/test/hidden'); const count = () => (g[key] = (g[key] ?? 0) + 1);",
    gives: "count()",
  }),
  "an iterator": () => ({
    keeps: "const ids = (function* () { let n = 0; while (true) yield n++; })();",
    gives: "ids.next().value",
  }),
  "a regular expression's lastIndex": () => ({
    keeps: "const every = /aa?/g;",
    gives: "(every.test('aaaaaaaaaaaaaaaaa'), every.lastIndex)",
  }),
  "an array that grows": () => ({ keeps: "const log = [];", gives: "log.push(t)" }),
};

/** How hidden state enters a state: for good, fading with each step, or until the next step. */
const EFFECTS: Readonly<Record<string, string>> = {
  "for good": "s.x += 1e-3 * h",
  "shown beside": "s.seen = h",
  fading: "s.x = 0.5 * s.x + 1e-3 * h",
};

/** How hidden state shows in a few states and leaves no trace in the states after them. */
const TRANSIENT: Readonly<Record<string, string>> = {
  "in some states": "s.seen = Math.floor(Math.abs(h)) % 5 === 3 ? 1 : 0",
  "in few states": "s.seen = t % 7 === 3 ? h : 0",
  "in one state of a block": "s.seen = t % 11 === 5 && h > 1 ? 1 : 0",
};

export const hiddenPrograms: fc.Arbitrary<HiddenProgram> = programsWith(EFFECTS);
export const transientPrograms: fc.Arbitrary<HiddenProgram> = programsWith(TRANSIENT);

function programsWith(effects: Readonly<Record<string, string>>): fc.Arbitrary<HiddenProgram> {
  return fc
    .record({
      kind: fc.constantFrom(...Object.keys(HIDINGS)),
      effect: fc.constantFrom(...Object.keys(effects)),
      k: fc.integer({ min: 2, max: 12 }),
    })
    .map(({ kind, effect, k }) => hiddenProgram(kind, effects[effect] as string, k, effect));
}

export function hiddenProgram(
  kind: string,
  effect: string,
  k: number,
  says: string = effect,
): HiddenProgram {
  const { keeps, gives } = (HIDINGS[kind] as Hiding)(k);
  const text = `${keeps}
export default {
  name: "hidden",
  params: { p: 0.5 },
  init: () => ({ x: 0, seen: 0, sum: 0 }),
  step: (s, rng, { params, step: t }) => {
    const h = ${gives};
    s.sum += rng.random() < params.p ? 1 : -1;
    s.x = 0.9 * s.x + rng.random();
    ${effect};
  },
};
`;
  return { kind: `${kind}, ${says} (k = ${k})`, text };
}

/** A recorded program: the run as a later process opens it, and the states of the recording. */
export interface RecordedProgram {
  readonly run: Run<unknown, never>;
  readonly truth: readonly Uint8Array[];
  /** The same run in an environment that remembers nothing. */
  again(): Promise<Run<unknown, never>>;
}

export async function recordProgram(
  { text: source }: Pick<HiddenProgram, "text">,
  options: { steps: number; blockSize: number; seed: number; selfCheck?: boolean },
): Promise<RecordedProgram> {
  const place = { module: "hidden.mjs", root: "/" };
  // As a bundle exports it.
  const text = `${source.replace("export default", "const hidden =")}\nexport {\n  hidden as default\n};\n`;
  const loaded: LoadedProgram = await loadProgram({ code: text, ...place });
  const truth: Uint8Array[] = [];
  const code: Code = {
    ...loaded,
    simulation: noting(loaded.simulation, truth),
    source: { name: "hidden", module: "hidden.mjs", code: text },
  };
  const env = nodeEnvironment();
  const { id } = await recordInto(env, code, options);
  const again = async (): Promise<Run<unknown, never>> => openRun(id, elsewhere(env, text, place));
  return { run: await again(), truth, again };
}

/** Another process: it loads the program again and has checked no block. */
function elsewhere(env: Environment, code: string, place: object): Environment {
  const load = (): Promise<LoadedProgram> => loadProgram({ code, ...place } as never);
  return nodeEnvironment({ store: env.store, programs: new Programs(load) });
}

/** The simulation, which also notes each state that it makes. */
function noting(simulation: AnySimulation, truth: Uint8Array[]): AnySimulation {
  return {
    ...simulation,
    init(ctx: never) {
      const state = simulation.init(ctx);
      truth[0] = encode(state);
      return state;
    },
    step(state: never, rng: never, ctx: never) {
      const next = simulation.step(state, rng, ctx) ?? state;
      truth[(ctx as { step: number }).step + 1] = encode(next);
      return next;
    },
  } as AnySimulation;
}
