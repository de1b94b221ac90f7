import { checkSteps } from "../../base/checks.ts";
import { count, plural } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { EnsembleParts } from "../../object/ensemble.ts";
import type { RowResult } from "../../object/ensemble-results.ts";
import type { EnsembleRow } from "../../object/ensemble-rows.ts";
import { putParams, readParams } from "../../object/params.ts";
import { decodeProgram } from "../../object/program.ts";
import { loadGenerator } from "../../random/generators.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import type { Environment, LongOptions } from "../../replay/environment.ts";
import { mergeParams } from "../../replay/params.ts";
import type { Code, LoadedProgram } from "../../replay/programs.ts";
import { putRecipe, type RecordOptions, runMeta } from "../../replay/record/record.ts";
import { checkDistinct, type Design, type Designed, designed } from "../../replay/sweep/design.ts";
import { Instances } from "../../replay/sweep/instance.ts";
import { moreRows } from "../../replay/sweep/more-rows.ts";
import { type RowRecipe, type RowWork, recordRow } from "../../replay/sweep/record-row.ts";
import { type ObjectStore, objectReader } from "../../store/object-store.ts";
import { HEADS, TAGS } from "../../store/ref-name.ts";
import { RefSpace } from "../../store/ref-space.ts";
import type { RefStore } from "../../store/ref-store.ts";
import type { Release } from "../branches.ts";
import {
  ensembleRef,
  findEnsemble,
  getEnsemble,
  resultsOf,
  rowsOf,
  type StoredEnsemble,
} from "../ensembles.ts";
import { EnsembleProgress } from "./ensemble-progress.ts";

/** What recording an ensemble needs. */
export interface EnsembleStore {
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  /** Takes the lock of an ensemble. Throws LOCKED. */
  lock(name: string): Promise<Release>;
  /** The Git commit of the project, to note with the ensemble; undefined outside Git. */
  gitState(): Promise<object | undefined>;
}

/** How the rows of an ensemble are recorded. */
export interface RowsOptions extends LongOptions {
  /** The sweep ends early when more runs than this have failed. */
  readonly maxFailures?: number | undefined;
  /** Is told what is about to be recorded. */
  readonly onPlanned?: ((planned: PlannedSweep) => void) | undefined;
}

/** What a sweep is about to record. */
export interface PlannedSweep {
  /** All runs of the ensemble. */
  readonly runs: number;
  /** Those that are to be recorded now. */
  readonly remaining: number;
  /** The steps of each. */
  readonly steps: number;
}

/** How a sweep goes on. */
export interface GoOnOptions extends RowsOptions {
  /** More seeds, with which each point is run too. */
  readonly addSeeds?: readonly (number | bigint)[] | undefined;
  /** How many more runs with derived seeds each point gets. */
  readonly addReplicates?: number | undefined;
  /** Whether failed runs are recorded again. */
  readonly retryFailed?: boolean | undefined;
}

/** What an ensemble is recorded from. */
interface Plan {
  readonly name: string;
  readonly command: string;
  readonly from: StoredEnsemble | undefined;
  readonly parts: EnsembleParts;
  readonly recipe: RowRecipe;
  readonly rows: readonly EnsembleRow[];
  readonly results: readonly (RowResult | undefined)[];
}

/** Records ensembles into a store. */
export class EnsembleRecorder {
  readonly #store: EnsembleStore;
  readonly #environment: () => Environment;

  constructor(store: EnsembleStore, environment: () => Environment) {
    this.#store = store;
    this.#environment = environment;
  }

  /** The runs that a sweep would record. Throws what `sweep` throws before it records. */
  async plan(
    name: string,
    code: () => Promise<Code>,
    design: Design,
    options: RecordOptions,
  ): Promise<Designed> {
    const env = this.#environment();
    await this.#checkFree(name);
    checkSteps(options.steps);
    const seed = parseMasterSeed(options.seed ?? env.randomSeed());
    const params = mergeParams((await code()).simulation.params ?? {}, options.params);
    return designed(design, { params, seed, hash: env.store.hash });
  }

  /** Records a new ensemble. Throws REF_EXISTS, and the failures of the design. */
  sweep(
    name: string,
    code: () => Promise<Code>,
    design: Design,
    options: RecordOptions & RowsOptions,
  ): Promise<StoredEnsemble> {
    return this.#locked(name, options, async (env, put) => {
      await this.#checkFree(name);
      const steps = checkSteps(options.steps);
      const seed = parseMasterSeed(options.seed ?? env.randomSeed());
      const made = await code();
      const params = mergeParams(made.simulation.params ?? {}, options.params);
      const { columns, rows } = designed(design, { params, seed, hash: env.store.hash });
      const git = await this.#store.gitState();
      const noting = { ...env, describeRun: () => ({ ...env.describeRun(), ...(git && { git }) }) };
      const meta = runMeta(noting, options.message);
      const recipe = { ...(await putRecipe(env, { put }, made, { ...options, steps })), columns };
      const { program, rule, blockSize } = recipe;
      const common = { program, rule, blockSize, steps, seed, columns, meta };
      return {
        name,
        command: `sweep ${name}`,
        from: undefined,
        parts: { ...common, params: putParams(params, put) },
        recipe: { ...recipe, ...fresh(env, made), params, meta },
        rows,
        results: [],
      };
    });
  }

  /** Records what an ensemble lacks. Throws REF_NOT_FOUND, ENSEMBLE_FINISHED. */
  goOn(name: string, options: GoOnOptions): Promise<StoredEnsemble> {
    return this.#locked(name, options, async (env) => {
      const from = await getEnsemble(this.#store.objects, this.#store.refs, name);
      const { manifest } = from;
      const readObject = objectReader(this.#store.objects);
      const params = mergeParams(await readParams(manifest.params, readObject));
      const before = await rowsOf(manifest, readObject);
      const { columns, seed } = manifest;
      const base = { params, seed, hash: env.store.hash };
      const rows = [...before, ...moreRows(before, columns, base, options)];
      if (rows.length > before.length) checkDistinct(rows, columns, base);
      const results = (await resultsOf(manifest, readObject)).map((result) =>
        options.retryFailed === true && result?.status === "failed" ? undefined : result,
      );
      if (rows.every((_, i) => isOver(results[i]))) throw finished(name, rows, results);
      const program = decodeProgram(await readObject("program", manifest.program));
      const code = await env.programs.open(manifest.program, program);
      const algorithm = await loadGenerator(program.generator, program.generatorVersion);
      // The host is that of these runs, which may be another one.
      const { host } = env.describeRun();
      const meta = { ...manifest.meta, ...(host !== undefined && { host: host as never }) };
      return {
        ...{ name, command: `sweep --continue ${name}`, from },
        ...{ parts: manifest, rows, results },
        recipe: {
          ...{ ...manifest, algorithm, clock: program.clock },
          ...{ ...fresh(env, code), params, meta },
        },
      };
    });
  }

  /** Records under the lock of the ensemble, with one writer. */
  async #locked(
    name: string,
    options: RowsOptions,
    plan: (env: Environment, put: EnsembleWriter["put"]) => Promise<Plan>,
  ): Promise<StoredEnsemble> {
    const release = await this.#store.lock(name);
    try {
      const env = this.#environment();
      const writer = await this.#store.objects.writer();
      try {
        const planned = await plan(env, writer.put);
        const progress = new EnsembleProgress(env, writer, { ...planned, ref: ensembleRef(name) });
        await progress.begin();
        const failure = await recordRows(env, planned, progress, options);
        const { id, manifest } = await progress.end();
        const change = { name: ensembleRef(name), from: planned.from?.id, to: id };
        await this.#store.refs.update([change], planned.command);
        await writer.close();
        if (failure !== undefined) throw failure;
        return { name, id, manifest };
      } catch (error) {
        const isLeft = await writer.abandon();
        throw isLeft ? withData(error, { left: true }) : error;
      }
    } finally {
      release();
    }
  }

  /** Checks that an ensemble can be made under a name. Throws REF_EXISTS, REF_CONFLICT. */
  async #checkFree(name: string): Promise<void> {
    const { objects, refs } = this.#store;
    const exists = (what: string): RewindError =>
      new RewindError("REF_EXISTS", `the ${what} ${name} exists already`, {
        ...{ ensemble: name, taken: what },
      });
    if ((await findEnsemble(objects, refs, name)) !== undefined) throw exists("ensemble");
    // One name would mean two things.
    if ((await refs.read(`${HEADS}${name}`)) !== undefined) throw exists("branch");
    if ((await refs.read(`${TAGS}${name}`)) !== undefined) throw exists("tag");
    new RefSpace([...(await refs.names("refs/")), ensembleRef(name)]).check(ensembleRef(name));
  }
}

/** What rows share while they are recorded. */
function fresh(env: Environment, program: LoadedProgram): Pick<RowRecipe, "instances" | "pace"> {
  return { instances: new Instances(env, program), pace: { steps: 1 } };
}

type EnsembleWriter = Awaited<ReturnType<ObjectStore["writer"]>>;

/** Records the rows that are not over. Returns why it ended early, if it did. */
async function recordRows(
  env: Environment,
  { name, recipe, rows, results }: Plan,
  progress: EnsembleProgress,
  options: RowsOptions,
): Promise<RewindError | undefined> {
  const works = rows.flatMap((row, index): RowWork[] => {
    const result = results[index];
    if (isOver(result)) return [];
    return [{ index, row, from: result?.run }];
  });
  const { steps } = recipe;
  options.onPlanned?.({ runs: rows.length, remaining: works.length, steps });
  const total = works.length * steps;
  const before = progress.failed;
  for (const [i, work] of works.entries()) {
    const onProgress = ({ done }: { readonly done: number }): void =>
      options.onProgress?.({ done: i * steps + done, total });
    try {
      await recordRow(env, recipe, work, (news) => progress.take(news), { ...options, onProgress });
    } catch (error) {
      // What is recorded differs by chance from what the code means; it stays, to be looked at.
      if (isRewindError(error, "SELF_CHECK_FAILED")) return withData(error, { ensemble: name });
      if (!isRewindError(error, "INTERRUPTED")) throw error;
      const { done } = progress;
      const message = `interrupted: ${count(done)} of ${plural(rows.length, "run")} of ${name} are done`;
      return withData(error, { ensemble: name }, message);
    }
    if (progress.failed - before > (options.maxFailures ?? Number.POSITIVE_INFINITY)) {
      return tooManyFailed(name, progress, rows.length);
    }
  }
  options.onProgress?.({ done: total, total });
  return undefined;
}

function isOver(result: RowResult | undefined): boolean {
  return result?.status === "done" || result?.status === "failed";
}

function tooManyFailed(name: string, progress: EnsembleProgress, total: number): RewindError {
  const { failed, done } = progress;
  const last = progress.results.findLast((result) => result?.status === "failed");
  const why = last?.status === "failed" ? `: ${last.message}` : "";
  return new RewindError(
    "ENSEMBLE_FAILED",
    `${plural(failed, "run")} of ${name} failed, ${count(done)} of ${count(total)} are done; the last failure was${why}`,
    { ensemble: name, failed, done, total },
  );
}

function finished(
  name: string,
  rows: readonly EnsembleRow[],
  results: readonly (RowResult | undefined)[],
): RewindError {
  const derived = rows.some(({ replicate }) => replicate !== undefined);
  const failed = results.filter((result) => result?.status === "failed").length;
  const shown = failed === 0 ? "" : `, ${count(failed)} of which failed`;
  return new RewindError(
    "ENSEMBLE_FINISHED",
    `${name} is finished: it has its ${plural(results.length, "run")}${shown}`,
    { ensemble: name, failed, derived },
  );
}
