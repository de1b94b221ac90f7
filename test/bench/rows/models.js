import { record } from "../../../dist/index.js";
import { nodeHash } from "../../../dist/node/host/platform.js";
import { seeder } from "../../../dist/random/seeds.js";
import { xoshiroAlgorithm } from "../../../dist/random/xoshiro/index.js";
import { Moments } from "../bare.js";
import { compare, places } from "../measure.js";
import { MODELS } from "../models.js";
import { reading } from "../reading.js";
import { SEED } from "../workshop.js";

const seedOf = seeder(nodeHash, BigInt(SEED), "block");
const rngOf = (block) => xoshiroAlgorithm.fromSeed(seedOf(block));

/** A model's steps in a plain loop; `visit` sees each state. */
function bareLoop({ init, step, params }, steps, visit) {
  const rng = rngOf(0);
  const ctx = { step: 0, params, rng };
  let state = init(ctx);
  visit?.(state);
  for (let t = 0; t < steps; t++) {
    ctx.step = t;
    state = step(state, rng, ctx) ?? state;
    visit?.(state);
  }
  return state;
}

/** The same from a state within a run. */
function bareReplay({ step, params }, { state, from, to, rng }) {
  const ctx = { step: from, params };
  let at = state;
  for (let t = from; t < to; t++) {
    ctx.step = t;
    at = step(at, rng, ctx) ?? at;
  }
  return at;
}

const options = ({ steps }) => ({ steps, seed: SEED });

/** A few pairs tell enough where each takes tenths of a second. */
const PAIRS = { pairs: 9, warmups: 3 };

const measures = [
  {
    name: "record in memory / bare loop",
    limit: ({ rich }) => (rich ? 1.15 : 1.1),
    run: (model, { recorded, bare }) =>
      compare(
        () => record(recorded, options(model)),
        () => bareLoop(bare, model.steps),
        PAIRS,
      ),
  },
  {
    name: "record into a store / bare loop",
    limit: ({ rich }) => (rich ? 1.25 : 1.15),
    run: (model, { recorded, bare }, workshop) =>
      compare(
        (repository) => repository.record(recorded, { ...options(model), branch: "main" }),
        () => bareLoop(bare, model.steps),
        { ...PAIRS, prepare: (pair) => workshop.repository(`${model.name}-${pair}`, [recorded]) },
      ),
  },
  {
    name: "get at random steps / bare replay",
    limit: () => 1.25,
    run: compareGet,
  },
  {
    name: "stats over all steps / bare loop",
    limit: () => 1.15,
    async run(model, { recorded, bare }) {
      const { metric } = model;
      const run = await record(recorded, options(model));
      const base = () => {
        const moments = new Moments();
        bareLoop(bare, model.steps, (state) => moments.add(metric(state)));
      };
      return compare(() => run.stats(metric), base, PAIRS);
    },
  },
  {
    name: "find over all steps / bare loop",
    limit: () => 1.15,
    async run(model, { recorded, bare }) {
      // No metric is ever so large, but V8 must not know it; shock's is infinite at its end.
      const never = (state) => model.metric(state) === 0.1234567890123;
      const run = await record(recorded, options(model));
      const found = { count: 0 };
      const base = () =>
        bareLoop(bare, model.steps, (state) => {
          if (never(state)) found.count++;
        });
      return compare(() => run.find(never), base, PAIRS);
    },
  },
];

/** `get` at random steps against replays from copies of the checkpoints. */
async function compareGet(model, { recorded, bare }) {
  const run = await record(recorded, options(model));
  const { blockSize } = run;
  const steps = places(model.gets, model.steps);
  // Steps change states in place, so each pair needs its own.
  const prepare = async () => {
    const starts = [];
    for (const to of steps) {
      const block = Math.floor(to / blockSize);
      const from = block * blockSize;
      starts.push({ state: await run.get(from), from, to, rng: rngOf(block) });
    }
    return starts;
  };
  let starts = [];
  const base = () => {
    for (const start of starts) bareReplay(bare, start);
  };
  const work = async () => {
    for (const step of steps) await run.get(step);
  };
  return compare(work, base, {
    pairs: 15,
    prepare: async () => {
      starts = await prepare();
    },
  });
}

export const rows = measures.map(({ name, limit, run }) => ({
  name: `models: ${name}`,
  async run(workshop) {
    const readings = [];
    for (const model of MODELS) {
      const copies = await workshop.copies(model);
      const comparison = await run(model, copies, workshop);
      readings.push(reading(`${model.name}: ${name}`, comparison, limit(model)));
    }
    return readings;
  },
}));
