import { checkKind, checkOptionsOf } from "./base/options.ts";
import { nodeEnvironment } from "./node/host/environment.ts";
import { readFile } from "./node/host/user-files.ts";
import { checkNewSimulation } from "./replay/misspelt-members.ts";
import { codeOf } from "./replay/programs.ts";
import { RECORD_OPTIONS, type RecordOptions } from "./replay/record/record.ts";
import { loadInto, recordInto } from "./replay/run/open-run.ts";
import type { Run } from "./replay/run/run.ts";
import { checkSimulation, type Simulation } from "./replay/simulation.ts";
import type { ExportedTable } from "./repository/export-table.ts";
import { givenState } from "./repository/given-state.ts";
import type { Table } from "./table/table.ts";

export { type ErrorCode, RewindError } from "./base/errors.ts";
export type { Difference } from "./codec/differences.ts";
export { toJson } from "./codec/json/write.ts";
export type { ChangedBy } from "./codec/leaves.ts";
export type {
  LinkedTypeCodec,
  PlainClass,
  TypeCodec,
  TypeCodecs,
} from "./codec/state/type-codecs.ts";
export type { Branches } from "./history/branches.ts";
export type { BranchDescription } from "./history/describe-branches.ts";
export type { Origin, OriginKind } from "./history/origin.ts";
export type { Resolved } from "./history/resolve.ts";
export type { SharedRun } from "./history/shared-run.ts";
export type { Damage } from "./history/sound-refs.ts";
export { Config, type Setting } from "./node/config/config.ts";
export type { SettingPlace } from "./node/config/settings.ts";
export type { StoreLock } from "./node/store/store-locks.ts";
export type { Id, Kind } from "./object/id.ts";
export type { ProgramClock } from "./object/program.ts";
export type {
  InputOfProgram,
  OwnFile,
  PackageInProgram,
  Stretch,
} from "./object/program-contents.ts";
export type { Parent, RunManifest, Segment } from "./object/run.ts";
export type { FirstStateNote, RunMeta } from "./object/run-meta.ts";
export type { ShapeKind } from "./object/summary-fields.ts";
export type { Tag } from "./object/tag.ts";
export type { Curve, CurveSpan, Mark, Plot } from "./plot/plot.ts";
export type { RandomGenerator } from "./random/generator.ts";
export type { Received } from "./remote/fetch.ts";
export type { Pushed, PushedRef, PushOptions, PushRefusal } from "./remote/push.ts";
export type { Chance, ClockOptions } from "./replay/chance.ts";
export type { Blame, BlamedLeaf, BlameOptions } from "./replay/compare/blame.ts";
export type {
  CompareTraceOptions,
  TraceComparison,
  TraceDifference,
} from "./replay/compare/compare-trace.ts";
export type { DiffOptions, RunDifference } from "./replay/compare/diff.ts";
export type { DriftCase } from "./replay/compare/drift.ts";
export type {
  DifferenceStatistics,
  FieldStatistics,
  StepDifference,
} from "./replay/compare/field-statistics.ts";
export type { InputDifference } from "./replay/compare/inputs.ts";
export type { Samples } from "./replay/compare/samples.ts";
export type { SourceDifference } from "./replay/compare/source-diff.ts";
export type { Span } from "./replay/compare/spans.ts";
export type { StateDifference } from "./replay/compare/state-difference.ts";
export type { TraceOptions } from "./replay/compare/trace-block.ts";
export type { Mismatch, Verification, VerifyOptions } from "./replay/compare/verify.ts";
export type { LongOptions, Progress } from "./replay/environment.ts";
export type { Estimate, LevelResult } from "./replay/explore/estimate.ts";
export type { Explored, ExploreOptions } from "./replay/explore/explore.ts";
export type { Exemplar, Hop } from "./replay/explore/trial.ts";
export type { Hydrated, HydrateOptions } from "./replay/hydrate.ts";
export type { Bisection } from "./replay/look/bisect.ts";
export type { Count } from "./replay/look/count.ts";
export type { Found } from "./replay/look/find.ts";
export type { Look, RangeOptions } from "./replay/look/look.ts";
export type { Bucket, SeriesOptions } from "./replay/look/series.ts";
export type { Statistics, VectorStatistics } from "./replay/look/stats.ts";
export type {
  ObservedOptions,
  ObservedStatistics,
  ObserverInfo,
} from "./replay/observe/observed-statistics.ts";
export type {
  Observation,
  Observer,
  ObserverContext,
  ObserverFunction,
} from "./replay/observers.ts";
export type { ForkOptions } from "./replay/record/fork.ts";
export type { RecordFrom, RecordOptions, RunWithStates } from "./replay/record/record.ts";
export type { RecorderOptions } from "./replay/record/record-run.ts";
export type { Expected } from "./replay/run/expected.ts";
export type {
  BlockSeed,
  RecordedSource,
  SourceInForce,
} from "./replay/run/recorded-run.ts";
export type { ChangeOptions, ExploredRun, Peeked, Run } from "./replay/run/run.ts";
export type { Amount, RunSize } from "./replay/run/run-size.ts";
export type { Quantified, ReplayedTable, TableOptions } from "./replay/run/run-table.ts";
export type { SaveOptions } from "./replay/run/save-runs.ts";
export {
  defineSimulation,
  type InitContext,
  type Params,
  type Simulation,
  type StepContext,
} from "./replay/simulation.ts";
export type { NamedBlame, NamedBlameOptions, NamedLeaf } from "./repository/blame.ts";
export type { Comparison } from "./repository/compare.ts";
export type { DeletedRef, DeleteOptions } from "./repository/delete-there.ts";
export { describeFile, type FileDescription, type RunInFile } from "./repository/describe-file.ts";
export type {
  DescribeOptions,
  FirstStateDescription,
  OriginDescription,
  RunDescription,
} from "./repository/describe-run.ts";
export type {
  SegmentChange,
  SegmentDescription,
  SegmentParts,
  ValuePair,
} from "./repository/describe-segment.ts";
export type { ValueChange, WhichParams } from "./repository/described-params.ts";
export type { ExportedTable } from "./repository/export-table.ts";
export type { LoadedRun, LoadOptions } from "./repository/load-file.ts";
export type { LogEntry, LoggedChanges, LoggedParams, LogOptions } from "./repository/log-entry.ts";
export type { Checked, CheckRequest, LostRef, MissingRun } from "./repository/on-remote.ts";
export type { PlotMetric, PlotOptions, PlottedRun } from "./repository/plot.ts";
export type { NamedRun } from "./repository/reflog.ts";
export type { AddRemoteOptions, RemoteInfo, SeenWith } from "./repository/remotes.ts";
export type { SavedFile, SaveRunsOptions } from "./repository/saved-file.ts";
export type { ConflictedRef, SettledRef } from "./repository/settle.ts";
export type {
  Fetched,
  FetchRequest,
  Pulled,
  RemoteRef,
  Sharing,
} from "./repository/sharing.ts";
export type { SqlResult } from "./repository/sql.ts";
export type { Standing } from "./repository/standing.ts";
export type { StoredObject } from "./repository/stored-object.ts";
export type { RepositoryTableOptions } from "./repository/tables.ts";
export type { SignatureCheck, TagOptions, Tags, VerifyTagOptions } from "./repository/tags.ts";
export type { PushRequest } from "./repository/to-push.ts";
export type { FetchedRef } from "./repository/tracking.ts";
export {
  type BranchOptions,
  type Cloned,
  type CloneOptions,
  cloneRepository,
  type Ensemble,
  type EnsembleRun,
  type GoOnOptions,
  initRepository,
  openRepository,
  type PlannedSweep,
  type ProgramToTrust,
  type RangeOf,
  type Repository,
  type RepositoryOptions,
  type RevisionOf,
  type RevisionOptions,
  type RowsOptions,
  type SweepOptions,
  type TrustedProgram,
  type WhichProgram,
} from "./repository.ts";
export type { NumberStatistics } from "./statistics/number-summary.ts";
export type { TextSummary } from "./statistics/text-summary.ts";
export type { SavedRun } from "./store/artifact-contents.ts";
export type { LeftOut } from "./store/artifact-reader.ts";
export type { Operation, RefChange } from "./store/ref-store.ts";
export type { TableFormat } from "./table/formats.ts";
export type { TableName } from "./table/names.ts";
export type {
  Batch,
  BatchColumn,
  Column,
  ColumnType,
  Table,
  TableNotes,
  Thinning,
} from "./table/table.ts";

/**
 * Records a run of a simulation in memory.
 *
 * @example
 * ```ts
 * const run = await record(walk, { steps: 1_000_000, seed: 42 });
 * await run.get(842_137); // -159
 * ```
 */
export async function record<S, P extends object>(
  simulation: Simulation<S, P>,
  options: RecordOptions<P>,
): Promise<Run<S, P>> {
  checkNewSimulation(simulation, "the first argument");
  const { from, ...others } = checkOptionsOf(options, RECORD_OPTIONS);
  const planned = { ...(others as RecordOptions), given: from && (await givenState(from)) };
  return recordInto<S, P>(nodeEnvironment(), codeOf(simulation), planned);
}

/**
 * Loads a run that `save` wrote, into memory, to be replayed by the given simulation. Throws
 * FILE_FAILED, INVALID_ARTIFACT if a single bit has changed since it was saved, and SEVERAL_RUNS if
 * the file has more than one: a repository loads those.
 *
 * @example
 * ```ts
 * const run = await load("run.replay", walk);
 * ```
 */
export async function load<S, P extends object>(
  file: string,
  simulation: Simulation<S, P>,
): Promise<Run<S, P>> {
  checkKind(file, "file", "text");
  checkSimulation(simulation, "the second argument");
  const env = nodeEnvironment();
  env.programs.supply(simulation);
  return loadInto<S, P>(env, await readFile(file));
}

/**
 * Writes a table to a file: .csv, .parquet, .jsonl or .npz, by its ending. The rows are computed and
 * written part by part, and the file appears when it is whole. It replaces a file of the same kind.
 * Throws FILE_FAILED, INVALID_ARGUMENT for another ending, and what reading the rows throws.
 *
 * @example
 * ```ts
 * const table = await run.table("steps", { columns: { x: (x) => x } });
 * const { rows, bytes } = await exportTable(table, "walk.parquet");
 * ```
 */
export async function exportTable(table: Table, file: string): Promise<ExportedTable> {
  checkKind(table, "the table", "object");
  checkKind(file, "file", "text");
  // Only here: most programs write no table.
  const { writeTableFile } = await import("./repository/export-table.ts");
  return writeTableFile(table, file);
}
