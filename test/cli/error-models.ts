import fs from "node:fs";

// A step may not use files, so this is saved before any step runs, where a program finds it.
const { copyFileSync } = fs;
Object.assign(Atomics, { copyForTest: copyFileSync });

const simulation = (members: string): string => `export default { name: "model", ${members} };`;

/** Modules with faults, by their files in `models/`, and some without. */
export const MODELS: Readonly<Record<string, string>> = {
  "herd.ts": `export default {
    name: "herd",
    params: { rate: 0.5, label: "x", levels: [1], any: null },
    init: () => ({
      n: 0, name: "herd", agents: [{ x: 1, infected: false }],
      v: new Float64Array(2), bytes: new Uint8Array(2), map: new Map([["a", 1]]),
    }),
    step: (s, rng) => { s.n++; s.v[0] = rng.random(); },
  };
  export const vanish = (s) => { throw new Error("no herd"); };
  export const nothing = () => undefined;`,
  "fragile.ts": simulation(
    "init: () => 0, step: (x, rng, ctx) => { if (ctx.step === 70) throw new Error('no more'); return x + 1; }",
  ),
  "sharp.ts": simulation(
    "params: { a: 0 }, init: () => 0, step: (x, rng, ctx) => { if (ctx.params.a === 2 && x === 15) throw new Error('no more'); return x + 1; }",
  ),
  "starts.ts": simulation(
    "params: { a: 0, o: { b: 1 } }, init: ({ params }) => { if (params.a === 2) throw new Error('a is 2'); return 0; }, step: (x) => x + 1",
  ),
  // Between checkpoints the state holds a value that a checkpoint cannot.
  "passing.ts": simulation(
    "init: () => ({ n: 0, f: null }), step: (s) => ({ n: s.n + 1, f: s.n % 10 === 4 ? () => 0 : null })",
  ),
  // Makes its own branch by hand while it is recorded on.
  "mover.ts": `export default { name: "mover", params: { refs: "" }, init: () => 0, step: (x, rng, ctx) => {
      const { refs } = ctx.params;
      if (ctx.step === 15) Atomics.copyForTest(refs + "/fork", refs + "/moved");
      return x + 1;
    } };`,
  "leaves.ts": `let left = 0; ${simulation("init: () => 0, step: (x, _, { step }) => { if (step === 5) left = 1; return step < 10 ? 0 : left; }")}`,
  "settles.ts": `let calls = 0; ${simulation("init: () => 0, step: (x, _, { step }) => (step % 10 === 9 ? 0 : ++calls)")}`,
  "cache.ts": `let calls = 0; ${simulation("init: () => 0, step: (x) => x + calls++")}`,
  "throws.ts": 'throw new Error("no luck");',
  "syntax.ts": "export default {",
  "nothing.ts": "",
  "number.ts": "export default 5;",
  "half.ts": 'export default { name: "half", init: () => 0 };',
  "misspelt.ts": simulation("chanse: 'run', init: () => 0, step: (x) => x"),
  "misspelt-init.ts":
    'export const a = 1; export const b = { name: "b", intial: () => 0, step: (x) => x };',
  "several.ts": `const m = ${"{ name: 'm', init: () => 0, step: (x) => x }"}; export const a = m; export const b = m;`,
  "dynamic.ts": `const load = (name) => import(name);
export default { name: "m", init: () => load("./walk.ts"), step: (x) => x };`,
  "wasm.ts": `import { add } from "./text.wasm"; ${simulation("init: () => 0, step: (x) => add(x, 1)")}`,
  "text.wasm": "not WebAssembly",
  "resolve.ts": `const place = require.resolve("./walk.ts"); ${simulation("init: () => place, step: (x) => x")}`,
  "resolve-step.ts": simulation(
    "init: () => '', step: (x, rng, { step }) => require.resolve('./walk' + step)",
  ),
  "meta-resolve.ts": `// The path of another module.
    const place = import.meta.resolve("./walk.ts"); ${simulation("init: () => place, step: (x) => x")}`,
  "require-renamed.ts": `const load = require; ${simulation("init: () => load('./walk.ts'), step: (x) => x")}`,
  "require-computed.ts": simulation("init: () => 0, step: (x) => require('./walk' + x)"),
  "import-text.ts": simulation(
    "init: () => 0, step: (x) => new Function('name', 'return import(name)')('./walk.ts')",
  ),
  "import-eval.ts": `await eval("import('./walk.ts')"); ${simulation("init: () => 0, step: (x) => x")}`,
  "script.mts": `import { defineSimulation, record } from "rewind-engine";
    const walk = defineSimulation({ name: "walk", init: () => 0, step: (x) => x + 1 });
    const run = await record(walk, { steps: 5, seed: 1 });
    console.log(run.steps);`,
  "script-in-store.mts": `import { openRepository } from "rewind-engine";
    const repo = await openRepository(".");
    await repo.close();`,
  // It also exports a simulation, does not wait for the recording, and hides its failure.
  "script-and-model.ts": `import { record } from "rewind-engine";
    const model = { name: "model", init: () => 0, step: (x) => x + 1 };
    export default model;
    try { record(model, { steps: 5, seed: 1 }); } catch {}`,
  "package.ts": `import left from "leftpad"; ${simulation("init: () => left(), step: (x) => x")}`,
  "init-throws.ts": simulation("init: () => { throw new Error('no'); }, step: (x) => x"),
  "init-nothing.ts": simulation("init: () => undefined, step: (x) => x"),
  "init-promise.ts": simulation("init: async () => 0, step: (x) => x"),
  "numpy.ts": simulation("rng: 'numpy', init: () => 0, step: (x, rng) => rng.poisson(3)"),
  "rng-number.ts": simulation("rng: 5, init: () => 0, step: (x) => x"),
  "streams-daily.ts": simulation("streams: 'daily', init: () => 0, step: (x) => x"),
  "step-throws.ts": simulation("init: () => 0, step: () => { throw new Error('no'); }"),
  "step-nothing.ts": simulation("init: () => 0, step: () => undefined"),
  "step-promise.ts": simulation("init: () => 0, step: async (x) => x"),
  "step-random.ts": simulation("init: () => 0, step: () => Math.random()"),
  "state-function.ts": simulation("init: () => ({ f: () => 0 }), step: (s) => s"),
  "state-late.ts": simulation(
    "init: () => ({ n: 0 }), step: (s) => s.n === 55 ? { n: 56, brain: new WeakMap() } : { ...s, n: s.n + 1 }",
  ),
  "state-proxy.ts": simulation("init: () => ({ p: new Proxy({}, {}) }), step: (s) => s"),
  "state-sparse.ts": simulation("init: () => ({ list: [1, , 3] }), step: (s) => s"),
  "state-read-only.ts": simulation(
    "init: () => ({ bank: Object.defineProperty({ x: 1 }, 'x', { writable: false }) }), step: (s) => s",
  ),
  "state-view.ts": simulation(
    "init: () => ({ bytes: new Uint8Array(new ArrayBuffer(8192), 64, 16) }), step: (s) => s",
  ),
  "state-deep.ts": simulation(
    "init: () => { let s = {}; for (let i = 0; i < 1e5; i++) s = { s }; return s; }, step: (s) => s",
  ),
  "state-cycle.ts": `class Agent { constructor(self) { this.self = self ?? this; } }
    ${simulation(`init: () => new Agent(), step: (s) => s,
      types: { Agent: { is: (v) => v instanceof Agent, encode: ({ self }) => ({ self }), decode: ({ self }) => new Agent(self) } }`)}`,
  "class-private.ts": `class Agent { #age = 1; older() { this.#age++; } }
    ${simulation("init: () => new Agent(), step: (s) => void s.older(), types: { Agent }")}`,
  "class-unlisted.ts": `class Agent { age = 1; } class Child extends Agent {}
    ${simulation("init: () => [new Agent(), new Child()], step: (s) => s, types: { Agent }")}`,
  "class-symbol.ts": `class Agent { [Symbol("id")] = 1; }
    ${simulation("init: () => ({ agent: new Agent() }), step: (s) => s, types: { Agent }")}`,
  "codec-create.ts": `class Agent {}
    ${simulation(`init: () => new Agent(), step: (s) => s,
      types: { Agent: { is: (v) => v instanceof Agent, encode: () => 0, create() {}, fill() {} } }`)}`,
  "codec-throws.ts": `class Agent {}
    ${simulation(`init: () => new Agent(), step: (s) => s,
      types: { Agent: { is: (v) => v instanceof Agent, encode() { throw new Error("no"); }, decode: () => new Agent() } }`)}`,
  "codec-is-throws.ts": `class Agent {}
    ${simulation(`init: () => new Agent(), step: (s) => s,
      types: { Agent: { is() { throw new Error("no"); }, encode: () => 0, decode: () => new Agent() } }`)}`,
  "codec-without-is.ts": simulation(
    "init: () => 0, step: (s) => s, types: { Agent: { encode: () => 0, decode: () => 0 } }",
  ),
  "clock-start.ts": simulation(
    'chance: "run", clock: { start: 0.5 }, init: () => 0, step: (s) => s',
  ),
  "clock-step.ts": simulation(
    'chance: "run", clock: { stepMs: -1 }, init: () => 0, step: (s) => s',
  ),
  "clock-wait.ts": simulation(
    'chance: "run", init: () => 0, step: () => { while (Date.now() < 1_000); return 1; }',
  ),
  "chance-stream.ts": simulation(
    'chance: "run", init: () => 0, step: (s, rng, ctx) => ctx.stream("rewind:chance").random()',
  ),
  "init-random.ts": simulation("init: () => Math.random(), step: (s) => s"),
  "codec-lossy.ts": `class Bag { constructor(items) { this.items = items; } }
    ${simulation(`init: () => ({ agents: [{ bag: new Bag([3, 1]) }] }), step: (s) => s,
      types: { Bag: { is: (v) => v instanceof Bag, encode: ({ items }) => items, decode: (items) => new Bag(items.sort()) } }`)}`,
  "codec-copies.ts": `class Bag { constructor(items) { this.items = items; } }
    ${simulation(`init: () => { const items = []; return { items, bag: new Bag(items) }; }, step: (s) => s,
      types: { Bag: { is: (v) => v instanceof Bag, encode: ({ items }) => items, decode: (items) => new Bag([...items]) } }`)}`,
  "large.ts": simulation("init: () => new Uint8Array(60_000_000), step: (s) => s"),
  "large-params.ts": simulation(
    "params: { table: new Uint8Array(60_000_000) }, init: () => 0, step: (x) => x",
  ),
  // What its observer does wrong is a param, and the step at which it does.
  "observed.ts": `${simulation(`params: { fails: 0, changes: 0, other: 0, chance: 0 },
      init: () => ({ n: 0 }), step: (s) => { s.n++; },
      observe: { n: (s, { step, params }) => {
        if (step === params.fails && step > 0) throw new Error("no value");
        if (params.changes) s.n += 1;
        if (step === params.chance && step > 0) return Math.random();
        return step === params.other && step > 0 ? "five" : s.n;
      } }`)}
    export const wrong = { value: 5 };`,
  "param-function.ts": simulation("params: { f: () => 0 }, init: () => 0, step: (x) => x"),
  "param-array.ts": simulation(
    "params: { w: new Uint8Array(2) }, init: () => 0, step: (x, rng, ctx) => { ctx.params.w[0]++; return x; }",
  ),
  "param-date.ts": simulation("params: { at: new Date(0) }, init: () => 0, step: (x) => x"),
  // What init and the step ask of their generators is a param.
  "draws.ts": `import { generatorNamed, numpy, python, torch } from "rewind-engine/random";
    const ask = (call, rng, ctx) =>
      new Function("rng", "ctx", "numpy", "python", "torch", "generatorNamed", \`"use strict"; \${call}\`)(
        rng, ctx, numpy, python, torch, generatorNamed);
    ${simulation(`params: { first: "", call: "" },
      init: (ctx) => { ask(ctx.params.first, ctx.rng, ctx); return 0; },
      step: (x, rng, ctx) => { ask(ctx.params.call, rng, ctx); return x + 1; }`)}`,
};

/** `agent.ts`, whose states are of a class, as it was recorded and as it is afterwards. */
export const AGENT: Readonly<Record<"before" | "failing" | "without", string>> = {
  before: agent("is: (v) => v instanceof Agent, encode: ({ x }) => x, decode: (x) => new Agent(x)"),
  failing: agent(
    "is: (v) => v instanceof Agent, encode: ({ x }) => x, decode() { throw new Error('of old'); }",
  ),
  without: agent(undefined),
};

function agent(codec: string | undefined): string {
  return `class Agent { constructor(x) { this.x = x; } }
    ${simulation(
      `init: () => new Agent(0), step: ({ x }) => new Agent(x + 1)${
        codec === undefined ? "" : `, types: { Agent: { ${codec} } }`
      }`,
    )}`;
}
