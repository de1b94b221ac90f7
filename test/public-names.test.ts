import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { generatorFamilies } from "../src/random/generators.ts";

/**
 * What the package exports, frozen: to add a name here is to promise it. Types are marked, since
 * they leave no trace when the code runs.
 */
const MAIN = [
  "type AddRemoteOptions",
  "type Amount",
  "type Batch",
  "type BatchColumn",
  "type Bisection",
  "type Blame",
  "type BlameOptions",
  "type BlamedLeaf",
  "type BlockSeed",
  "type BranchDescription",
  "type BranchOptions",
  "type Branches",
  "type Bucket",
  "type Chance",
  "type ChangeOptions",
  "type ChangedBy",
  "type CheckRequest",
  "type Checked",
  "type ClockOptions",
  "type CloneOptions",
  "type Cloned",
  "type Column",
  "type ColumnType",
  "type CompareTraceOptions",
  "type Comparison",
  "Config",
  "type ConflictedRef",
  "type Count",
  "type Curve",
  "type CurveSpan",
  "type Damage",
  "type DeleteOptions",
  "type DeletedRef",
  "type DescribeOptions",
  "type DiffOptions",
  "type Difference",
  "type DifferenceStatistics",
  "type DriftCase",
  "type Ensemble",
  "type EnsembleRun",
  "type ErrorCode",
  "type Estimate",
  "type Exemplar",
  "type Expected",
  "type ExploreOptions",
  "type Explored",
  "type ExploredRun",
  "type ExportedTable",
  "type FetchRequest",
  "type Fetched",
  "type FetchedRef",
  "type FieldStatistics",
  "type FileDescription",
  "type FirstStateDescription",
  "type FirstStateNote",
  "type ForkOptions",
  "type Found",
  "type GoOnOptions",
  "type Hop",
  "type HydrateOptions",
  "type Hydrated",
  "type Id",
  "type InitContext",
  "type InputDifference",
  "type InputOfProgram",
  "type Kind",
  "type LeftOut",
  "type LevelResult",
  "type LinkedTypeCodec",
  "type LoadOptions",
  "type LoadedRun",
  "type LogEntry",
  "type LogOptions",
  "type LoggedChanges",
  "type LoggedParams",
  "type LongOptions",
  "type Look",
  "type LostRef",
  "type Mark",
  "type Mismatch",
  "type MissingRun",
  "type NamedBlame",
  "type NamedBlameOptions",
  "type NamedLeaf",
  "type NamedRun",
  "type NumberStatistics",
  "type Observation",
  "type ObservedOptions",
  "type ObservedStatistics",
  "type Observer",
  "type ObserverContext",
  "type ObserverFunction",
  "type ObserverInfo",
  "type Operation",
  "type Origin",
  "type OriginDescription",
  "type OriginKind",
  "type OwnFile",
  "type PackageInProgram",
  "type Params",
  "type Parent",
  "type Peeked",
  "type PlainClass",
  "type PlannedSweep",
  "type Plot",
  "type PlotMetric",
  "type PlotOptions",
  "type PlottedRun",
  "type ProgramClock",
  "type ProgramToTrust",
  "type Progress",
  "type Pulled",
  "type PushOptions",
  "type PushRefusal",
  "type PushRequest",
  "type Pushed",
  "type PushedRef",
  "type Quantified",
  "type RandomGenerator",
  "type RangeOf",
  "type RangeOptions",
  "type Received",
  "type RecordFrom",
  "type RecordOptions",
  "type RecordedSource",
  "type RecorderOptions",
  "type RefChange",
  "type RemoteInfo",
  "type RemoteRef",
  "type ReplayedTable",
  "type Repository",
  "type RepositoryOptions",
  "type RepositoryTableOptions",
  "type Resolved",
  "type RevisionOf",
  "type RevisionOptions",
  "RewindError",
  "type RowsOptions",
  "type Run",
  "type RunDescription",
  "type RunDifference",
  "type RunInFile",
  "type RunManifest",
  "type RunMeta",
  "type RunSize",
  "type RunWithStates",
  "type Samples",
  "type SaveOptions",
  "type SaveRunsOptions",
  "type SavedFile",
  "type SavedRun",
  "type SeenWith",
  "type Segment",
  "type SegmentChange",
  "type SegmentDescription",
  "type SegmentParts",
  "type SeriesOptions",
  "type Setting",
  "type SettingPlace",
  "type SettledRef",
  "type ShapeKind",
  "type SharedRun",
  "type Sharing",
  "type SignatureCheck",
  "type Simulation",
  "type SourceDifference",
  "type SourceInForce",
  "type Span",
  "type SqlResult",
  "type Standing",
  "type StateDifference",
  "type Statistics",
  "type StepContext",
  "type StepDifference",
  "type StoreLock",
  "type StoredObject",
  "type Stretch",
  "type SweepOptions",
  "type Table",
  "type TableFormat",
  "type TableName",
  "type TableNotes",
  "type TableOptions",
  "type Tag",
  "type TagOptions",
  "type Tags",
  "type TextSummary",
  "type Thinning",
  "type TraceComparison",
  "type TraceDifference",
  "type TraceOptions",
  "type TrustedProgram",
  "type TypeCodec",
  "type TypeCodecs",
  "type ValueChange",
  "type ValuePair",
  "type VectorStatistics",
  "type Verification",
  "type VerifyOptions",
  "type VerifyTagOptions",
  "type WhichParams",
  "type WhichProgram",
  "cloneRepository",
  "defineSimulation",
  "describeFile",
  "exportTable",
  "initRepository",
  "load",
  "openRepository",
  "record",
  "toJson",
];

const PLOT = [
  "type Curve",
  "type CurveSpan",
  "type Mark",
  "type Paint",
  "type PictureOptions",
  "type Plot",
  "type PlotTextOptions",
  "plotHtml",
  "plotSvg",
  "plotText",
];

const RANDOM = [
  "DEFAULT_GENERATOR",
  "type DrawsStep",
  "type EpochOrder",
  "type EpochPoint",
  "type EpochsStep",
  "type GeneratorAlgorithm",
  "type GeneratorName",
  "type GeneratorOf",
  "type Generators",
  "type LocateOptions",
  "type Located",
  "type NumpyChoiceOptions",
  "type NumpyGenerator",
  "type NumpyIntegerArray",
  "type NumpyIntegerType",
  "type NumpyIntegersOptions",
  "type NumpySeed",
  "type NumpyState",
  "type PermutationStep",
  "type Plan",
  "type PlanGenerator",
  "type PlanLike",
  "type PlanLoader",
  "type PlanPoint",
  "type PlanRow",
  "type PlanStep",
  "type PythonChoicesOptions",
  "type PythonGenerator",
  "type PythonPopulation",
  "type PythonSeed",
  "type PythonState",
  "type PythonStateLike",
  "type RandomGenerator",
  "type RelativeState",
  "type RepeatStep",
  "type SeedStep",
  "type SplitStep",
  "type TorchDataLoader",
  "type TorchDtypeOption",
  "type TorchEpoch",
  "type TorchGenerator",
  "type TorchLoaderOptions",
  "type XoshiroGenerator",
  "drawsOf",
  "explain",
  "formatPlan",
  "generatorNamed",
  "generatorNames",
  "loadingLines",
  "locate",
  "numpy",
  "orderOf",
  "parsePlan",
  "python",
  "stateBefore",
  "torch",
  "xoshiro",
];

test("rewind-engine exports these names", async () => {
  expect(namesOf("../src/index.ts")).toEqual(MAIN);
  expect(Object.keys(await import("rewind-engine")).sort()).toEqual(values(MAIN));
});

test("rewind-engine/plot exports these names", async () => {
  expect(namesOf("../src/plot.ts")).toEqual(PLOT);
  expect(Object.keys(await import("rewind-engine/plot")).sort()).toEqual(values(PLOT));
});

test("rewind-engine/random exports these names", async () => {
  expect(namesOf("../src/random.ts")).toEqual(RANDOM);
  expect(Object.keys(await import("rewind-engine/random")).sort()).toEqual(values(RANDOM));
});

test.each(generatorFamilies())(
  "rewind-engine/random/%s exports its part of these",
  async (family) => {
    const algorithm = `${family}Algorithm`;
    const names = namesOf(`../src/random/${family}/index.ts`);
    expect(names.filter((name) => !RANDOM.includes(name))).toEqual([algorithm]);
    const types = RANDOM.filter((name) => name.toLowerCase().startsWith(`type ${family}`));
    expect(names).toEqual([...types, family, algorithm]);
    const module = await import(`rewind-engine/random/${family}`);
    expect(Object.keys(module).sort()).toEqual([family, algorithm]);
  },
);

function values(names: readonly string[]): string[] {
  return names.filter((name) => !name.startsWith("type ")).sort();
}

/** The names that a module exports, sorted, read from its text. */
function namesOf(path: string): string[] {
  const file = fileURLToPath(new URL(path, import.meta.url));
  const source = ts.createSourceFile(file, ts.sys.readFile(file) ?? "", ts.ScriptTarget.Latest);
  const names: { readonly name: string; readonly isType: boolean }[] = [];
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, isTypeOnly } = statement;
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
        throw new Error("expected each export by its name");
      }
      for (const { name, isTypeOnly: alone } of exportClause.elements) {
        names.push({ name: name.text, isType: isTypeOnly || alone });
      }
    } else if (isExported(statement)) {
      const { name } = statement as unknown as { name?: ts.Identifier };
      if (name === undefined) throw new Error("expected an exported function or type");
      const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
      names.push({ name: name.text, isType });
    }
  }
  return names
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, isType }) => (isType ? `type ${name}` : name));
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}
