import { checkInteger } from "../base/checks.ts";
import { resultsOf, rowsOf, type StoredEnsemble } from "../history/ensembles.ts";
import type { RowResult } from "../object/ensemble-results.ts";
import type { EnsembleRow } from "../object/ensemble-rows.ts";
import type { Id } from "../object/id.ts";
import { type ParamValues, readParams } from "../object/params.ts";
import type { ReadObject } from "../object/state.ts";
import type { Run } from "../replay/run/run.ts";

/** One run of an ensemble, as a row of its table. */
export interface EnsembleRun {
  /** Its number in the ensemble `grid`: `grid:17` is a revision. */
  readonly number: number;
  /** Its values of the ensemble's columns. */
  readonly params: ParamValues;
  /** A bigint if it is above 2^53 - 1. */
  readonly seed: number | bigint;
  /** Which repetition it is, if its seed was derived. */
  readonly replicate: number | undefined;
  /** `waiting` if it has not begun, `unfinished` if it was interrupted. */
  readonly status: "done" | "failed" | "unfinished" | "waiting";
  /** The steps that are recorded. */
  readonly steps: number;
  readonly id: Id<"run"> | undefined;
  /** Why it failed. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/**
 * Many runs of one simulation, over params and seeds, as a sweep has recorded them.
 *
 * @example
 * ```ts
 * const grid = await repo.ensemble("grid");
 * const rows = await grid.rows();
 * const failed = rows.filter(({ status }) => status === "failed");
 * ```
 */
export class Ensemble {
  readonly name: string;
  readonly id: Id<"ensemble">;
  /** How many runs it has, those that are not recorded yet among them. */
  readonly runs: number;
  readonly done: number;
  readonly failed: number;
  /** The steps of each run. */
  readonly steps: number;
  /** The names of the params that differ between runs; a name may be a path inside a param. */
  readonly columns: readonly string[];
  /** The seed from which those of the runs are derived, unless they were given. */
  readonly seed: number | bigint;
  /** Notes about the sweep: time, author, message, host. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly #stored: StoredEnsemble;
  readonly #readObject: ReadObject;
  readonly #open: (number: string) => Promise<Run>;

  constructor(
    stored: StoredEnsemble,
    readObject: ReadObject,
    open: (number: string) => Promise<Run>,
  ) {
    const { manifest } = stored;
    this.name = stored.name;
    this.id = stored.id;
    this.runs = manifest.rows.count;
    this.done = manifest.done;
    this.failed = manifest.failed;
    this.steps = manifest.steps;
    this.columns = manifest.columns;
    this.seed = shortSeed(manifest.seed);
    this.meta = manifest.meta;
    this.#stored = stored;
    this.#readObject = readObject;
    this.#open = open;
  }

  /** The params that all runs share: those that are no column, and what columns had before. */
  async params(): Promise<ParamValues> {
    return readParams(this.#stored.manifest.params, this.#readObject);
  }

  /**
   * Every run, in the order of the design.
   *
   * @example
   * ```ts
   * const [first] = await (await repo.ensemble("grid")).rows();
   * first.params; // { beta: 0.1 }
   * ```
   */
  async rows(): Promise<readonly EnsembleRun[]> {
    const { manifest } = this.#stored;
    const rows = await rowsOf(manifest, this.#readObject);
    const results = await resultsOf(manifest, this.#readObject);
    return rows.map((row, i) => this.#rowOf(row, results[i], i));
  }

  /**
   * A run by its number, as far as it is recorded. Throws UNKNOWN_REVISION if it has not begun.
   *
   * @example
   * ```ts
   * const run = await (await repo.ensemble("grid")).run(17);
   * await run.get(100);
   * ```
   */
  async run(number: number): Promise<Run> {
    checkInteger(number, "number", 0);
    return this.#open(String(number));
  }

  #rowOf(row: EnsembleRow, result: RowResult | undefined, number: number): EnsembleRun {
    const { columns, steps } = this.#stored.manifest;
    const error =
      result?.status === "failed" ? { code: result.code, message: result.message } : undefined;
    return {
      ...plannedRun(row, columns, number),
      status: result?.status ?? "waiting",
      steps: result === undefined ? 0 : result.status === "done" ? steps : result.steps,
      id: result?.run,
      error,
    };
  }
}

/** What a row says of a run before it is recorded. */
export function plannedRun(
  { values, seed, replicate }: EnsembleRow,
  columns: readonly string[],
  number: number,
): Pick<EnsembleRun, "number" | "params" | "seed" | "replicate"> {
  const params = Object.fromEntries(columns.map((name, i) => [name, values[i]]));
  return { number, params, seed: shortSeed(seed), replicate };
}

function shortSeed(seed: bigint): number | bigint {
  return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
}
