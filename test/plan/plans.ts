import fc from "fast-check";
import { checkPlan } from "../../src/plan/check.ts";
import type { Plan, PlanGenerator, PlanStep } from "../../src/plan/plan.ts";

const count = fc.nat({ max: 4 });
const length = fc.integer({ min: 1, max: 40 });

const options = {
  batchSize: fc.integer({ min: 1, max: 9 }),
  shuffle: fc.boolean(),
  dropLast: fc.boolean(),
} as const;

const workers = fc.record(
  {
    numWorkers: fc.integer({ min: 1, max: 3 }),
    prefetchFactor: fc.integer({ min: 1, max: 3 }),
    persistentWorkers: fc.boolean(),
  },
  { requiredKeys: ["numWorkers"] },
);

const loader = (torch: boolean) =>
  fc
    .tuple(
      length,
      fc.record(options, { requiredKeys: [] }),
      torch ? fc.oneof(fc.constant({}), workers) : fc.constant({}),
      torch ? fc.constantFrom({}, { generator: "own" }, { generator: "default" }) : fc.constant({}),
    )
    .map(([samples, ...rest]) => Object.assign({ length: samples }, ...rest));

function anyStep(torch: boolean): fc.Arbitrary<PlanStep> {
  const { step } = fc.letrec<{ step: PlanStep }>((tie) => ({
    step: fc.oneof(
      { depthSize: "small" },
      fc.record({
        kind: fc.constant("draws" as const),
        count: fc.nat({ max: 2000 }),
        unit: fc.constantFrom("words" as const, "doubles" as const),
      }),
      fc.record({ kind: fc.constant("permutation" as const), length }),
      fc
        .tuple(
          fc.array(fc.nat({ max: 9 }), { minLength: 2, maxLength: 4 }),
          fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        )
        .map(([parts, fraction]): PlanStep => {
          const sum = parts.reduce((total, part) => total + part, 0);
          return sum === 1
            ? { kind: "split", length: 10, parts: [fraction] }
            : { kind: "split", length: sum, parts };
        }),
      fc
        .tuple(count, loader(torch), fc.option(fc.nat({ max: 3 })))
        .map(([epochs, loaded, wanted]): PlanStep => {
          const { length: samples, batchSize = 1, dropLast } = loaded;
          const batches = (dropLast ? Math.floor : Math.ceil)(samples / batchSize);
          const breaking = wanted === null ? {} : { breakAfter: Math.min(wanted, batches) };
          return { kind: "epochs", count: epochs, loader: loaded, ...breaking };
        }),
      fc.record({
        kind: fc.constant("repeat" as const),
        count,
        steps: fc.array(tie("step"), { maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant("seed" as const), seed: fc.bigInt(0n, 2n ** 64n - 1n) }),
    ),
  }));
  return step;
}

/** A plan of steps of all kinds, for a generator among `generators`. */
export function planFor(...generators: PlanGenerator[]): fc.Arbitrary<Plan> {
  return fc.constantFrom(...generators).chain((generator) =>
    fc
      .tuple(
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.array(anyStep(generator.name === "torch"), { maxLength: 6 }),
      )
      .map(([seed, steps]) => ({
        generator,
        steps: [{ kind: "seed" as const, seed }, ...steps],
      }))
      .filter(isUnambiguous),
  );
}

/** Whether no loader has the length of several parts of the split before. */
function isUnambiguous(plan: Plan): boolean {
  try {
    checkPlan(plan);
    return true;
  } catch (error) {
    if (!String(error).includes('expected "part N"')) throw error;
    return false;
  }
}

/** A plan of any kind. */
export const anyPlan: fc.Arbitrary<Plan> = planFor(
  { name: "torch" },
  { name: "torch", version: "1.8" },
  { name: "torch", version: "2.13" },
  { name: "numpy" },
  { name: "python" },
  { name: "xoshiro" },
);
