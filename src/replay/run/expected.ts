import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { checkOptionsOf, type OptionKinds } from "../../base/options.ts";
import { differences } from "../../codec/differences.ts";
import type { Hash } from "../../codec/hash.ts";
import { objectId, shortId } from "../../object/id.ts";
import type { Program } from "../../object/program.ts";
import type { SeedRule } from "../../object/seeds.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import type { Chance, ClockOptions } from "../chance.ts";
import { paramBeside } from "../params.ts";
import type { ProgramSource } from "../programs.ts";
import type { Run } from "./run.ts";

/**
 * The values with which a recording should have begun. Values that are left out are not compared.
 */
export interface Expected<P extends object = Record<string, unknown>> {
  /** The requested number of steps. */
  readonly steps?: number | undefined;
  readonly seed?: number | bigint | undefined;
  /** Some or all params of its last segment. */
  readonly params?: Partial<P> | undefined;
  readonly blockSize?: number | undefined;
  /** The generator's name. */
  readonly rng?: string | undefined;
  /** How its generators are seeded. */
  readonly streams?: SeedRule | undefined;
  /** What `Math.random` and the clock give in its steps. */
  readonly chance?: Chance | undefined;
  /** The clock of its steps. */
  readonly clock?: ClockOptions | undefined;
  /** The code of its last segment, as `Repository.sourceOf` gives it for a module. */
  readonly program?: ProgramSource | undefined;
}

const EXPECTED: OptionKinds<Expected> = {
  steps: "any",
  seed: "any",
  params: "object",
  blockSize: "any",
  rng: "any",
  streams: "any",
  chance: "any",
  clock: "object",
  program: "object",
};

/** A value that differs from the recorded one. */
export interface Unexpected {
  /**
   * `steps`, `seed`, `blockSize`, `rng`, `streams`, `chance`, `clock.start`, `clock.stepMs`, a param as `params.beta`, `program.module` with
   * its export, or `program.source`, the id of the code.
   */
  readonly name: string;
  readonly recorded: unknown;
  readonly given: unknown;
}

/** All values of a run that differ from the expected ones. Throws INVALID_SEED, INVALID_ARGUMENT. */
export async function unexpectedIn(run: Run, expected: Expected): Promise<Unexpected[]> {
  checkOptionsOf(expected, EXPECTED);
  const { manifest, replayer, blockSize } = run;
  const { program, seeds } = await replayer.parts(replayer.segmentRecorded(run.steps));
  const { steps, seed, params = {}, rng } = expected;
  const given = seed === undefined ? undefined : parseMasterSeed(seed);
  const pairs: Unexpected[] = [
    { name: "seed", recorded: seeds.master, given },
    ...Object.entries(params).map(([name, value]) => ({
      name: `params.${name}`,
      ...paramBeside(run.params, name, value),
    })),
    { name: "steps", recorded: manifest.goal, given: steps },
    { name: "blockSize", recorded: blockSize, given: expected.blockSize },
    { name: "rng", recorded: program.generator, given: rng },
    { name: "streams", recorded: seeds.rule, given: expected.streams },
    { name: "chance", recorded: program.clock ? "run" : "refuse", given: expected.chance },
    { name: "clock.start", recorded: program.clock?.start, given: expected.clock?.start },
    { name: "clock.stepMs", recorded: program.clock?.stepMs, given: expected.clock?.stepMs },
    ...programPairs(program, expected.program, replayer.env.store.hash),
  ];
  return pairs.filter(
    (pair) => pair.given !== undefined && differences(pair.recorded, pair.given).length > 0,
  );
}

/**
 * Checks that a branch's run was recorded as expected. Throws RECORDED_OTHERWISE, which lists all
 * differences.
 */
export async function checkExpected(run: Run, branch: string, expected: Expected): Promise<void> {
  const unexpected = await unexpectedIn(run, expected);
  if (unexpected.length === 0) return;
  const listed = unexpected.map(({ name, ...pair }) => {
    const [recorded, given] = [pair.recorded, pair.given].map((value) =>
      name === "program.source" ? shortId(String(value)) : shown(value),
    );
    return `${name} is ${recorded}, given ${given}`;
  });
  throw new RewindError(
    "RECORDED_OTHERWISE",
    `${branch} was recorded with different values: ${listed.join("; ")}`,
    { branch, differences: unexpected },
  );
}

/** Compares the code if both are the same module; if not, only names the modules. */
function programPairs(
  recorded: Program,
  given: ProgramSource | undefined,
  hash: Hash,
): Unexpected[] {
  if (given === undefined) return [];
  const [was, is] = [recorded, given].map(({ module, exportName, name }) =>
    module === undefined ? `${name}, handed over in memory` : `${module}#${exportName}`,
  );
  const source = objectId(hash, "chunk", utf8(given.code));
  return was === is
    ? [{ name: "program.source", recorded: recorded.source, given: source }]
    : [{ name: "program.module", recorded: was, given: is }];
}

/** A value as a user would write it on the command line. */
function shown(value: unknown): string {
  if (value === undefined) return "not declared";
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "string") {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  return JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? String(item) : item));
}
