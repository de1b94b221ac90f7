import path from "node:path";
import { invalidArgument, unexpectedArgument } from "../base/invalid-argument.ts";
import { checkOptionsOf, type OptionKinds } from "../base/options.ts";
import { runOfRow } from "../history/ensemble-run.ts";
import {
  ensembleNames,
  ensembleRef,
  getEnsemble,
  type StoredEnsemble,
} from "../history/ensembles.ts";
import type { GoOnOptions, RowsOptions } from "../history/record/ensemble-recorder.ts";
import { readFile } from "../node/host/user-files.ts";
import { LONG_OPTIONS } from "../replay/environment.ts";
import { RECORD_OPTIONS, type RecordOptions } from "../replay/record/record.ts";
import { openRun } from "../replay/run/open-run.ts";
import type { Simulation } from "../replay/simulation.ts";
import type { Design } from "../replay/sweep/design.ts";
import { LARGEST_DESIGN_BYTES, readDesign } from "../replay/sweep/design-file.ts";
import type { DesignTable } from "../replay/sweep/design-table.ts";
import { objectReader } from "../store/object-store.ts";
import { Ensemble, type EnsembleRun, plannedRun } from "./ensemble.ts";
import { RecordingRepository } from "./recording.ts";

/** What a sweep records, and how. */
export interface SweepOptions<P extends object = Record<string, unknown>>
  extends Omit<RecordOptions<P>, "selfCheck" | "from">,
    RowsOptions {
  /** The name of the ensemble. */
  readonly name: string;
  /** The values of each param: every combination is a run. A name may be a path, such as `o.b`. */
  readonly over?: Readonly<Record<string, readonly unknown[]>> | undefined;
  /** Takes the values side by side instead: the first of each, the second of each, and so on. */
  readonly zip?: boolean | undefined;
  /** A design file instead of `over`: CSV with a header, or JSON, an array of objects. */
  readonly design?: string | undefined;
  /** The seeds: each point of the design is run with each of them. */
  readonly seeds?: readonly (number | bigint)[] | undefined;
  /** How often each point is run, with seeds that are derived from `seed`; once unless given. */
  readonly replicates?: number | undefined;
  /** The most runs that the design may have; 100,000 unless given. */
  readonly maxRuns?: number | undefined;
  /** The folder from which paths are taken; the process's own unless given. */
  readonly cwd?: string | undefined;
}

const ROWS_OPTIONS: OptionKinds<RowsOptions> = {
  ...LONG_OPTIONS,
  maxFailures: "limit",
  onPlanned: "function",
};

const { selfCheck: _, from: __, ...RECORD_EACH } = RECORD_OPTIONS;

const SWEEP_OPTIONS: OptionKinds<SweepOptions> = {
  ...RECORD_EACH,
  ...ROWS_OPTIONS,
  name: "text",
  over: "object",
  zip: "flag",
  design: "text",
  seeds: "list",
  replicates: "any",
  maxRuns: "any",
  cwd: "text",
};

const GO_ON_OPTIONS: OptionKinds<GoOnOptions> = {
  ...ROWS_OPTIONS,
  addSeeds: "list",
  addReplicates: "limit",
  retryFailed: "flag",
};

/** How many runs a sweep may have unless it is told otherwise. */
export const MOST_RUNS = 100_000;

/** Records ensembles: many runs of one simulation, over params and seeds. */
export class SweepingRepository extends RecordingRepository {
  /**
   * Records a simulation over many params and seeds, as an ensemble: one name for all its runs. What
   * is to be recorded is stored first, and every second what has been. A run whose step fails is a
   * row of the ensemble, not the end. After an interruption or a kill `continueSweep` goes on. Throws
   * REF_EXISTS, INVALID_DESIGN, ENSEMBLE_TOO_LARGE, LOCKED, and ENSEMBLE_FAILED after more failures
   * than `maxFailures`.
   *
   * @example
   * ```ts
   * const grid = await repo.sweep("walk.ts", {
   *   name: "grid",
   *   steps: 1_000,
   *   over: { p: [0.4, 0.5, 0.6] },
   *   seeds: [1, 2, 3],
   * });
   * grid.runs; // 9
   * ```
   */
  async sweep<S, P extends object>(
    simulation: Simulation<S, P> | string,
    options: SweepOptions<P>,
  ): Promise<Ensemble> {
    const given = checkOptionsOf(options as SweepOptions, SWEEP_OPTIONS);
    const { name, cwd } = given;
    ensembleRef(name);
    const design = designOf(given, await tableOf(given));
    const code = () => this.parts.code.of(simulation, cwd);
    return this.#opened(await this.parts.sweeper.sweep(name, code, design, given));
  }

  /**
   * The runs that a sweep with these options would record, and nothing is recorded. Throws what
   * `sweep` throws before it records.
   *
   * @example
   * ```ts
   * const over = { p: [0.4, 0.5, 0.6] };
   * const rows = await repo.planSweep("walk.ts", { name: "grid", steps: 1_000, over, seed: 1 });
   * rows[2].params; // { p: 0.6 }
   * ```
   */
  async planSweep<S, P extends object>(
    simulation: Simulation<S, P> | string,
    options: SweepOptions<P>,
  ): Promise<readonly Pick<EnsembleRun, "number" | "params" | "seed" | "replicate">[]> {
    const given = checkOptionsOf(options as SweepOptions, SWEEP_OPTIONS);
    const { name, cwd } = given;
    ensembleRef(name);
    const design = designOf(given, await tableOf(given));
    const code = () => this.parts.code.of(simulation, cwd);
    const { columns, rows } = await this.parts.sweeper.plan(name, code, design, given);
    return rows.map((row, i) => plannedRun(row, columns, i));
  }

  /**
   * Records the runs that an ensemble lacks: those that have not begun, unfinished ones, those of
   * more seeds, and failed ones again with `retryFailed`. The recorded code runs. Throws
   * REF_NOT_FOUND, ENSEMBLE_FINISHED, LOCKED, ENSEMBLE_FAILED.
   *
   * @example
   * ```ts
   * const over = { p: [0.4, 0.6] };
   * await repo.sweep("walk.ts", { name: "grid", steps: 100, over, seeds: [1] });
   * const grid = await repo.continueSweep("grid", { addSeeds: [2, 3] });
   * grid.runs; // 6
   * ```
   */
  async continueSweep(name: string, options: GoOnOptions = {}): Promise<Ensemble> {
    checkOptionsOf(options, GO_ON_OPTIONS);
    ensembleRef(name);
    return this.#opened(await this.parts.sweeper.goOn(name, options));
  }

  /**
   * An ensemble by its name. One that is being recorded is as far as a crash would not lose it.
   * Throws REF_NOT_FOUND.
   *
   * @example
   * ```ts
   * const { runs, done, failed } = await repo.ensemble("grid");
   * ```
   */
  async ensemble(name: string): Promise<Ensemble> {
    const { objects, seen } = this.parts.store;
    return this.#opened(await getEnsemble(objects, seen, name));
  }

  /** Every ensemble, sorted by name. */
  async ensembles(): Promise<readonly Ensemble[]> {
    const names = await ensembleNames(this.parts.store.seen);
    return Promise.all(names.map((name) => this.ensemble(name)));
  }

  #opened(stored: StoredEnsemble): Ensemble {
    const { objects, seen } = this.parts.store;
    return new Ensemble(stored, objectReader(objects), async (number) =>
      openRun(await runOfRow(objects, seen, stored.name, number), this.environment()),
    );
  }
}

async function tableOf({ design, over, cwd = process.cwd() }: SweepOptions) {
  if (design === undefined) return undefined;
  if (over !== undefined) throw invalidArgument("expected over or design, got both", { design });
  const bytes = await readFile(path.resolve(cwd, design), LARGEST_DESIGN_BYTES);
  return readDesign(design, new TextDecoder().decode(bytes));
}

function designOf(options: SweepOptions, table: DesignTable | undefined): Design {
  const { over = {}, zip = false, seeds, replicates = 1, maxRuns = MOST_RUNS } = options;
  if (seeds !== undefined && options.replicates !== undefined) {
    throw invalidArgument("expected seeds or replicates, got both", { replicates });
  }
  for (const [name, value] of Object.entries({ replicates, maxRuns })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw unexpectedArgument(name, "a whole number, at least 1", value);
  }
  if (seeds?.length === 0) throw unexpectedArgument("seeds", "at least one seed", seeds);
  return { axes: over, zip, table, seeds, replicates, limit: maxRuns };
}
