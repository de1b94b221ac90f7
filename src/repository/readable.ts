import { either } from "../base/either.ts";
import { unexpectedArgument } from "../base/invalid-argument.ts";
import { checkKind, checkOptionsOf } from "../base/options.ts";
import type { Branches } from "../history/branches.ts";
import { lastRemoved } from "../history/gone.ts";
import { resolveRange } from "../history/range.ts";
import { peel, type Resolved, resolve } from "../history/resolve.ts";
import { parseRange, parseRevision } from "../history/revision.ts";
import { Config } from "../node/config/config.ts";
import type { Replaying } from "../node/program/project-code.ts";
import type { Recovered, RecoveredSweep } from "../node/store/recover.ts";
import type { OpenStore } from "../node/store/store-folder.ts";
import { type Id, isId } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { Plot } from "../plot/plot.ts";
import { DIFF_OPTIONS, type DiffOptions } from "../replay/compare/diff.ts";
import type { Environment } from "../replay/environment.ts";
import { checkRun, Run, runOf } from "../replay/run/run.ts";
import { HEADS, TAGS } from "../store/ref-name.ts";
import type { Operation } from "../store/ref-store.ts";
import type { TableName } from "../table/names.ts";
import type { Table } from "../table/table.ts";
import {
  NAMED_BLAME_OPTIONS,
  type NamedBlame,
  type NamedBlameOptions,
  namedBlame,
} from "./blame.ts";
import { type Comparison, compare, nameSteps, type Side } from "./compare.ts";
import { type DescribeOptions, describeRun, type RunDescription } from "./describe-run.ts";
import { type LogEntry, type LogOptions, logEntries } from "./log-entry.ts";
import {
  type RangeOf,
  REVISION_OPTIONS,
  type RepositoryOptions,
  type RevisionOf,
  type RevisionOptions,
} from "./options.ts";
import { partsOf, type RepositoryParts } from "./parts.ts";
import {
  PLOT_OPTIONS,
  type PlotMetric,
  type PlotOptions,
  type PlottedRun,
  plotOf,
} from "./plot.ts";
import { type NamedRun, reflog } from "./reflog.ts";
import {
  SAVE_RUNS_OPTIONS,
  type SavedFile,
  type SaveRunsOptions,
  savedFile,
} from "./saved-file.ts";
import type { SqlResult } from "./sql.ts";
import { readObject, type StoredObject } from "./stored-object.ts";
import type { RepositoryTableOptions } from "./tables.ts";
import type { Tags } from "./tags.ts";

/** Looks at the runs of a store. It writes nothing there. */
export class ReadableRepository {
  /** The project folder, which holds `.rewind`. */
  readonly root: string;
  /**
   * Recordings that a dead process left. They can be read already, as they will be once they are
   * recovered. The next write recovers them.
   */
  readonly recovered: readonly Recovered[];
  /** The same of sweeps. */
  readonly recoveredSweeps: readonly RecoveredSweep[];
  /** The branches and the current one. */
  readonly branches: Branches;
  /** The tags, which stay on their runs. */
  readonly tags: Tags;
  protected readonly parts: RepositoryParts;

  constructor(root: string, store: OpenStore, options: RepositoryOptions) {
    this.root = root;
    this.recovered = store.recovered;
    this.recoveredSweeps = store.recoveredSweeps;
    this.parts = partsOf(root, store, options);
    this.branches = this.parts.branches;
    this.tags = this.parts.tags;
  }

  /** The run and the step that a revision names. Throws UNKNOWN_REVISION and similar errors. */
  async revision<S = unknown, P extends object = Record<string, unknown>>(
    text: string,
    options: RevisionOptions = {},
  ): Promise<RevisionOf<S, P>> {
    checkOptionsOf(options, REVISION_OPTIONS);
    const { id, run, ref, step } = await this.resolve(text);
    this.#noteName(run, text);
    return { run: await runOf<S, P>(id, run, this.environment(options.program)), step, ref };
  }

  /** Notes what a run is called, so that errors can say how to read its code. */
  #noteName(run: RunManifest, revision: string): void {
    const { base, ago } = parseRevision(revision);
    this.parts.code.named(run, ago === undefined ? base : `${base}@{${ago}}`);
  }

  /** The same, without loading what a replay needs. */
  async resolve(text: string): Promise<Resolved> {
    return resolve(this.parts.store.objects, this.parts.store.seen, text);
  }

  /**
   * The steps of a run that a range names, such as `main@100..@200`. A side that is missing is the
   * first or the last step. Throws INVALID_REVISION if the text is not a range or its sides name
   * different runs, and what `revision` throws.
   *
   * @example
   * ```ts
   * const { run, from, to } = await repo.range("main@100..@200");
   * await run.stats((x) => x as number, { from, to });
   * ```
   */
  async range<S = unknown, P extends object = Record<string, unknown>>(
    text: string,
    options: RevisionOptions = {},
  ): Promise<RangeOf<S, P>> {
    checkOptionsOf(options, REVISION_OPTIONS);
    const { objects, seen } = this.parts.store;
    const { id, run: manifest, ref, from, to } = await resolveRange(objects, seen, text);
    const { from: first, to: last } = parseRange(text) ?? {};
    this.#noteName(manifest, first ?? last ?? text);
    const run = await runOf<S, P>(id, manifest, this.environment(options.program));
    return { run, ref, from, to };
  }

  /**
   * The runs behind a revision, behind B but not A of `A..B`, or behind every ref, the latest
   * first. Each entry reads what it came from, its params and its changes when it is asked.
   *
   * @example
   * ```ts
   * const [entry] = await repo.log("main");
   * entry.names; // ["main"]
   * const [origin] = await entry.origins(); // undefined: main was recorded from step 0
   * ```
   */
  async log(revision?: string, options: LogOptions = {}): Promise<readonly LogEntry[]> {
    return logEntries(this.parts.store, revision, options);
  }

  /**
   * What a run is: its sizes, what changed in each segment, and the chain of runs that it came from.
   * Its values are as `toJson` gives them, so that `JSON.stringify` can write all of it. Loads code
   * only for the changes of states, and only code that may run. Throws TOO_LONG if the params do not
   * fit into one text.
   *
   * @example
   * ```ts
   * const { steps, objects, segments } = await repo.describe("main");
   * JSON.stringify({ steps, bytes: objects.bytes, params: segments[0].params });
   * ```
   */
  async describe(revision = "HEAD", options: DescribeOptions = {}): Promise<RunDescription> {
    const { id, run } = await this.resolve(revision);
    return describeRun(new Run(id, run, this.environment()), this.parts.store, options);
  }

  /**
   * Compares the runs that two revisions name; if both name a step, as `main@100` does, the states
   * there. Beside what `Run.diff` finds, it tells the run that both come from, and how the sources
   * differ. A run that was read before may be given in place of its revision. Throws
   * INVALID_REVISION if only one of two revisions names a step, and what `Run.diff` throws.
   *
   * @example
   * ```ts
   * await repo.branch("fix", "main@814_500", { params: { clamp: 10 } });
   * const { firstDifferentStep, changes, shared } = await repo.diff("main", "fix");
   * ```
   */
  async diff(
    a: string | Pick<RevisionOf<unknown, Record<string, unknown>>, "run">,
    b: string | Pick<RevisionOf<unknown, Record<string, unknown>>, "run">,
    options: DiffOptions = {},
  ): Promise<Comparison> {
    checkOptionsOf(options, DIFF_OPTIONS);
    const steps = typeof a === "string" && typeof b === "string" && nameSteps(a, b);
    const side = async (given: typeof a): Promise<Side> => {
      const { run, step } =
        typeof given === "string"
          ? await this.revision(given)
          : { run: given?.run, step: undefined };
      checkRun(run, "each side");
      return { run, step: steps ? step : undefined };
    };
    return compare(this.parts.store, await Promise.all([side(a), side(b)]), options);
  }

  /**
   * The curves of metrics over the steps of runs, for `plotText`, `plotSvg` and `plotHtml` of
   * `rewind-engine/plot`: in at most `points` buckets of steps, each with its exact extremes. What
   * runs have in common comes once. A run that was read before may be given, with a name, in place
   * of a revision. Throws STEP_OUT_OF_RANGE, INVALID_ARGUMENT, and what `revision` and `Run.series`
   * throw.
   *
   * @example
   * ```ts
   * const plot = await repo.plot(["main"], [{ label: "x", unit: "m", look: (x: number) => x }]);
   * plot.curves[0].spans.length; // 1_000
   * ```
   */
  async plot(
    runs: readonly (string | PlottedRun)[],
    metrics: readonly PlotMetric[],
    options: PlotOptions = {},
  ): Promise<Plot> {
    checkOptionsOf(options, PLOT_OPTIONS);
    checkKind(runs, "the runs", "list");
    checkKind(metrics, "the metrics", "list");
    const read = async (given: string | PlottedRun): Promise<PlottedRun> => {
      if (typeof given === "string") return { name: given, run: (await this.revision(given)).run };
      checkRun(given?.run, "each run");
      checkKind(given.name, "the name of each run", "text");
      return given;
    };
    return plotOf(await Promise.all(runs.map(read)), metrics, options);
  }

  /**
   * Where the values of the state at a revision come from, as `Run.blame` tells it, with the names of
   * the runs that recorded those steps. Throws what `revision` and `Run.blame` throw.
   *
   * @example
   * ```ts
   * const { leaves } = await repo.blame("main@50%");
   * leaves[0].name; // "main"
   * ```
   */
  async blame(revision: string, options: NamedBlameOptions = {}): Promise<NamedBlame> {
    const { program, ...wanted } = checkOptionsOf(options, NAMED_BLAME_OPTIONS);
    const { run, step = run.steps } = await this.revision(revision, { program });
    return namedBlame(run, step, await run.blame(step, wanted), this.parts.store);
  }

  /**
   * An object of the store, found by the first digits of its id, at least 4, or the run that a
   * revision names. Throws AMBIGUOUS_ID, OBJECT_MISSING, and what `resolve` throws.
   *
   * @example
   * ```ts
   * const object = await repo.readObject("main");
   * object.kind; // "run"
   * JSON.stringify(toJson(object.content())); // its fields
   * ```
   */
  async readObject(id: string): Promise<StoredObject> {
    return readObject(this.parts.store.objects, this.parts.store.seen, id);
  }

  /**
   * Writes runs to one `.replay` file, with everything needed to replay them: each object once. With
   * `since` it leaves out what those runs have, and only a store that has them loads the file. An
   * existing file is replaced if it is a saved run too. Throws FILE_FAILED, OBJECT_MISSING.
   *
   * @example
   * ```ts
   * await repo.branch("fix", "main@500_000", { seed: 7 });
   * await repo.save(["main", "fix"], "runs.replay");
   * await repo.save("fix", "fix.replay", { since: "main", checkpoints: "none" });
   * ```
   */
  async save(
    revisions: string | readonly string[],
    file: string,
    options: SaveRunsOptions = {},
  ): Promise<SavedFile & { readonly replaced: boolean }> {
    checkKind(file, "file", "text");
    const { content, ...saved } = await this.artifact(revisions, options);
    const replaced = await this.environment().saveFile(file, content);
    return { ...saved, replaced };
  }

  /** The bytes that `save` writes, as `content`. */
  async artifact(
    revisions: string | readonly string[],
    options: SaveRunsOptions = {},
  ): Promise<SavedFile & { readonly content: Uint8Array }> {
    checkOptionsOf(options, SAVE_RUNS_OPTIONS);
    const resolved = (revision: string): Promise<Resolved> => this.resolve(revision);
    return savedFile(resolved, this.environment(), revisions, options);
  }

  /**
   * A table over runs: `runs` has a row for each, with its params and last values; `blocks` and
   * `steps` are those of `Run.table`, of one run after the other. A revision may be a range of steps,
   * such as `main@100..@200`. Without revisions, `runs` has the runs of all branches, the others that
   * of HEAD. Throws what `revision` and `Run.table` throw.
   *
   * @example
   * ```ts
   * const runs = await repo.table("runs");
   * const steps = await repo.table("steps", "main", { columns: { x: (state) => state as number } });
   * await exportTable(steps, "steps.parquet");
   * ```
   */
  async table<S = unknown, P extends object = Record<string, unknown>>(
    name: TableName,
    revisions?: string | readonly string[],
    options: RepositoryTableOptions<S, P> = {},
  ): Promise<Table> {
    // Only here: most commands make no table.
    const { checkedTable, tableOf } = await import("./tables.ts");
    const given = checkedTable(revisions, options as RepositoryTableOptions<never, never>);
    const { program } = options;
    return tableOf(name, {
      ...given,
      branches: async () => this.branches.list(),
      recording: async () => this.parts.store.live.ids(),
      read: async (text) =>
        parseRange(text) === undefined
          ? this.revision(text, { program })
          : this.range(text, { program }),
    });
  }

  /**
   * Runs a query of DuckDB over `runs`, `blocks` and `steps`, the tables that `table` gives; only
   * those that the query names are made. Without revisions, `runs` has the runs of all branches, or
   * only that of HEAD if columns are given. The query is code of whoever calls this: DuckDB reads and
   * writes files for it. Needs the package `@duckdb/node-api`: throws PACKAGE_MISSING without it, with
   * the Parquet files that it has then written, INVALID_ARGUMENT for a query that DuckDB refuses, and
   * what `table` throws.
   *
   * @example
   * ```ts
   * try {
   *   const { columns, rows } = await repo.sql("select branch, steps from runs order by steps");
   * } catch (error) {
   *   if (error.code !== "PACKAGE_MISSING") throw error; // npm install @duckdb/node-api
   * }
   * ```
   */
  async sql<S = unknown, P extends object = Record<string, unknown>>(
    query: string,
    revisions?: string | readonly string[],
    options: RepositoryTableOptions<S, P> = {},
  ): Promise<SqlResult> {
    checkKind(query, "the query", "text");
    const { checkedTable } = await import("./tables.ts");
    checkedTable(revisions, options as RepositoryTableOptions<never, never>);
    const { runSql } = await import("./sql.ts");
    const { every, from, to, ...others } = options;
    const fitting = { steps: options, blocks: { ...others, from, to }, runs: others };
    // Other branches may be of other simulations, whose states have no such quantities.
    const runs = revisions ?? (options.columns === undefined ? undefined : "HEAD");
    return runSql(query, {
      table: (name) => this.table(name, name === "runs" ? runs : revisions, fitting[name]),
      signal: options.signal,
    });
  }

  /** The run that an id leads to: the run itself, or the target of a tag. */
  async peel(id: Id): Promise<Id<"run">> {
    if (!isId(id)) throw unexpectedArgument("id", "a whole id", id);
    return peel(this.parts.store.objects, id);
  }

  /** The operations that have changed refs here, the oldest first. */
  operations(): Promise<readonly Operation[]> {
    return this.parts.store.refs.operations();
  }

  /**
   * The branch or tag that was removed last, or the last of one kind: `name` is for `reflog`, and
   * `back` is what takes the removal back, if that was the last operation. Undefined if none was
   * removed, or if it exists again.
   *
   * @example
   * ```ts
   * await repo.branch("old", "main@5");
   * await repo.branches.delete("old");
   * await repo.lastRemoved("branch"); // { name: "old", back: "undo" }
   * ```
   */
  async lastRemoved(
    kind?: "branch" | "tag",
  ): Promise<{ readonly name: string; readonly back: "undo" | "redo" | undefined } | undefined> {
    const prefixes = { branch: [HEADS], tag: [TAGS] };
    if (kind !== undefined && !Object.hasOwn(prefixes, kind)) {
      throw unexpectedArgument("kind", either(Object.keys(prefixes)), kind);
    }
    const gone = await lastRemoved(
      this.parts.store.refs,
      kind === undefined ? [HEADS, TAGS] : prefixes[kind],
    );
    return gone && { name: gone.log, back: gone.back };
  }

  /**
   * The runs that a branch, a tag or HEAD has named, the latest first, at most `limit`. `total` is
   * their number without the limit. Throws UNKNOWN_REVISION, and INVALID_REVISION for text that
   * names no ref.
   *
   * @example
   * ```ts
   * const { entries } = await repo.reflog("main");
   * await repo.revision(entries[0].revision); // main@{0}
   * ```
   */
  async reflog(
    name = "HEAD",
    options: { readonly limit?: number | undefined } = {},
  ): Promise<{ readonly entries: readonly NamedRun[]; readonly total: number }> {
    checkOptionsOf(options, { limit: "limit" });
    const { limit = Number.POSITIVE_INFINITY } = options;
    return reflog(this.parts.store.objects, this.parts.store.refs, name, limit);
  }

  /**
   * The settings that hold in the project.
   *
   * @example
   * ```ts
   * repo.config.get("rng").value; // "xoshiro128++"
   * await repo.config.set("author", "Ada Lovelace");
   * ```
   */
  get config(): Config {
    return new Config(this.root, process.env);
  }

  /** The objects and the refs, for code that is built on them. */
  get store(): OpenStore {
    return this.parts.store;
  }

  /**
   * The environment that replays runs of this store, with the recorded code or the working files.
   */
  environment(which: Replaying = "recorded"): Environment {
    return this.parts.code.environment(which);
  }
}
