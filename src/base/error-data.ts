/** The facts of each error, by its code. */
export interface ErrorData
  extends StateErrors,
    ArgumentErrors,
    SimulationErrors,
    ProgramErrors,
    ObjectErrors,
    StoreErrors,
    RevisionErrors,
    RemoteErrors,
    SigningErrors,
    EnsembleErrors,
    SettingErrors {}

/** What an error may say in addition, added on its way to the caller. */
export interface AddedData {
  /** The state before the step that failed. */
  readonly state?: unknown;
  /** A hint, if the code alone does not give one. */
  readonly hint?: string;
  /** The branch, the run, and how many of its `goal` steps are kept, if a recording failed. */
  readonly branch?: string;
  readonly run?: string | undefined;
  readonly kept?: number;
  /** The ensemble whose sweep ended early. */
  readonly ensemble?: string;
  readonly goal?: number;
  /** The branches of the recordings before the one that failed. */
  readonly made?: readonly string[];
  /** Command lines that make the recordings after the one that failed. */
  readonly remaining?: readonly string[];
  /** A journal is left for recovery. */
  readonly left?: boolean;
  /**
   * What had the run when it was last seen: a branch or a tag of a remote, and whether with the code.
   */
  readonly there?: { readonly remote: string; readonly name: string; readonly code: boolean };
  /** The command had changed the store before it failed. */
  readonly changed?: boolean;
}

/** States and bytes. */
export interface StateErrors {
  UNSUPPORTED_STATE: { readonly path: string; readonly found: string; readonly advice: string };
  CODEC_LOSSY: { readonly name: string; readonly path: string; readonly problem: string };
  TOO_LONG: { readonly kind?: string; readonly characters?: number; readonly params?: boolean };
  INVALID_ENCODING: {
    readonly offset: number;
    readonly expected?: string;
    readonly got?: string;
    /** The type whose codec is missing. */
    readonly name?: unknown;
  };
  INVALID_PATH: { readonly path: string; readonly column: number };
  PATH_NOT_FOUND: {
    readonly path: string;
    readonly missing: string;
    readonly nearest: readonly string[];
  };
}

/** Values that a caller gives. */
export interface ArgumentErrors {
  USAGE: NoData;
  /** Its name and value, or several by their names. */
  INVALID_ARGUMENT: { readonly rule?: "step" | "continuous"; readonly [argument: string]: unknown };
  INVALID_STEPS: {
    readonly name: string;
    readonly value: unknown;
    readonly steps?: number;
    /** Whether it is a step, rather than a number of steps. */
    readonly step?: boolean;
  };
  STEP_OUT_OF_RANGE: {
    readonly step: unknown;
    readonly last: number;
    readonly revision?: string;
    readonly part?: string;
  };
  INVALID_SEED: { readonly value: unknown };
  INVALID_NUMBER: { readonly text: string; readonly nearest: number };
  UNKNOWN_PARAM: {
    readonly name: string;
    readonly names: readonly string[];
    readonly within?: string;
  };
  INVALID_PARAM: {
    readonly name: string;
    readonly value?: unknown;
    readonly expected?: string | undefined;
  };
  INVALID_VALUE: { readonly path: string; readonly expected: string; readonly given: string };
  UNKNOWN_GENERATOR: { readonly name: unknown; readonly known: readonly string[] };
  GENERATOR_CHANGED: { readonly name: string; readonly recorded: number; readonly current: number };
  /** A package that the user installs, and the files that were written for another tool to read. */
  PACKAGE_MISSING: { readonly name: string; readonly files?: readonly string[] };
  INVALID_PLAN: { readonly line?: number; readonly column?: number; readonly source?: string };
}

/** Simulations and their steps. */
export interface SimulationErrors {
  INVALID_SIMULATION: {
    readonly where?: string;
    readonly module?: string;
    readonly exports?: readonly string[];
    readonly call?: string;
    readonly member?: string;
    readonly meant?: string;
  };
  INIT_FAILED: { readonly places?: readonly PlaceInCode[] };
  STEP_FAILED: { readonly step: number; readonly places?: readonly PlaceInCode[] };
  OBSERVER_EXISTS: { readonly name: string };
  OBSERVER_NOT_FOUND: { readonly name: string; readonly known: readonly string[] };
  OBSERVER_FAILED: {
    readonly observer: string;
    readonly step: number;
    readonly reason: string;
    readonly places?: readonly PlaceInCode[];
  };
  STEP_RETURNED_PROMISE: { readonly step?: number };
  STEP_RETURNED_NOTHING: { readonly step: number };
  FORBIDDEN_IN_STEP: {
    readonly name: string;
    readonly step?: number;
    /** The observer that made the call, if it was not the step. */
    readonly observer?: string;
    readonly places?: readonly PlaceInCode[];
  };
  FUNCTION_FAILED: {
    readonly step?: number;
    readonly reason?: string;
    readonly name?: string;
    readonly path?: string;
    readonly offset?: number;
    readonly value?: unknown;
    /** The column of a table whose value it was. */
    readonly column?: string;
    readonly places?: readonly PlaceInCode[];
    /** Whether the function changed the state that it looked at. */
    readonly assigned?: boolean;
  };
  SELF_CHECK_FAILED: StepsChecked & {
    readonly step?: number;
    readonly path?: string | undefined;
    readonly a?: unknown;
    readonly b?: unknown;
  };
  REPLAY_MISMATCH: StepsChecked & {
    readonly block: number;
    readonly step?: number;
    readonly causes: readonly string[];
  };
  WORKER_FAILED: {
    /** The run that it replayed, and the last step that it is known to have reached. */
    readonly run: string;
    readonly step: number;
  };
  INTERRUPTED: {
    readonly step?: number;
    /** Whether rewind's own work was interrupted, rather than a step. */
    readonly torn?: boolean;
    /** The steps, or how many states, were looked at; those that are left; how many matched. */
    readonly looked?: number | StepsChecked | undefined;
    readonly rest?: StepsChecked;
    readonly held?: number;
    /** The first and the last step that matched, of a count. */
    readonly first?: number | undefined;
    readonly last?: number | undefined;
    /** The command line that continues. */
    readonly goOn?: string;
  };
}

/** Programs, and what they need. */
export interface ProgramErrors {
  MODULE_NOT_FOUND: { readonly module: string; readonly near: readonly string[] };
  MODULE_FAILED: { readonly module?: string; readonly where?: string; readonly file?: string };
  EXPORT_NOT_FOUND: {
    readonly module: string;
    readonly exports: readonly string[];
    readonly exportName?: string;
  };
  PROGRAM_MISSING: {
    readonly name: string;
    readonly module?: string | undefined;
    readonly program?: string;
  };
  PROGRAM_NOT_TRUSTED: {
    readonly name: string;
    readonly module: string | undefined;
    readonly digest: string;
    readonly revision?: string;
  };
  /** An optional package is not installed. */
  PACKAGE_NEEDED: {
    readonly package: string;
    /** What works without it. */
    readonly instead: string;
  };
  PACKAGE_CHANGED: {
    readonly name: string;
    readonly recorded?: string;
    readonly found?: string | undefined;
  };
  PROGRAM_INPUT_CHANGED: { readonly file: string };
  PROGRAM_INPUT_MISSING: { readonly file: string };
  PROGRAM_ENVIRONMENT_CHANGED: { readonly name: string };
  FORBIDDEN_WHILE_LOADING: { readonly name: string };
  PLACE_UNKNOWN: { readonly what: string; readonly name: string };
}

/** Objects of a store, and files made from them. */
export interface ObjectErrors {
  OBJECT_MISSING: {
    readonly kind?: string;
    readonly id?: string;
    /** Whether it is part of a checkpoint, which a replay gives as well. */
    readonly derivable?: boolean;
  };
  OBJECT_CORRUPT: {
    readonly kind?: string;
    readonly id?: string;
    readonly actual?: string;
    readonly file?: string;
    readonly offset?: number;
  };
  OBJECT_INVALID: { readonly kind?: string; readonly id?: string; readonly name?: string };
  UNSUPPORTED_FORMAT: { readonly format?: unknown };
  INVALID_ARTIFACT: NoData;
  INVALID_TRACE: NoData;
  /** The names of the runs, or the first digits of their ids. */
  SEVERAL_RUNS: { readonly runs: readonly string[] };
  PREREQUISITES_MISSING: {
    readonly missing: readonly { readonly run: string; readonly names: readonly string[] }[];
  };
}

/** Stores and their files. */
export interface StoreErrors {
  NOT_A_REPOSITORY: { readonly directory?: string; readonly personal?: boolean };
  REPOSITORY_EXISTS: { readonly root: string };
  STORE_DAMAGED: { readonly file?: string; readonly offset?: number };
  STORE_FULL: { readonly file: string };
  STORE_READ_ONLY: { readonly file: string };
  STORE_FAILED: { readonly file: string };
  WRITER_POISONED: NoData;
  LOCKED: {
    readonly file?: string;
    /** The process that holds the lock, if it says so. */
    readonly owner?: object | undefined;
    readonly life?: "alive" | "dead" | "unknown";
    /** Whether the lock is dated in the future. */
    readonly inFuture?: boolean;
  };
  FILE_FAILED: {
    readonly file?: string | undefined;
    readonly key?: string;
    /** What is in the place of a file, such as "pipe". */
    readonly kind?: string;
  };
}

/** Refs, revisions and branches. */
export interface RevisionErrors {
  INVALID_REF_NAME: { readonly name: string; readonly problem: string; readonly example?: string };
  REF_EXISTS: {
    readonly tag?: string;
    readonly remote?: string;
    /** The ensemble that cannot be made. */
    readonly ensemble?: string;
    /** What has its name: an ensemble, a branch, a tag. */
    readonly taken?: string;
  };
  REF_CONFLICT: { readonly name: string; readonly other: string };
  REF_MOVED: {
    readonly ref?: string;
    readonly expected?: unknown;
    readonly actual?: unknown;
    readonly verb?: "undo" | "redo";
    /** The archive's names of the runs that were recorded. */
    readonly archived?: readonly string[];
  };
  /** Git has merged two sides that both changed the ref: the ids that these have. */
  REF_IN_CONFLICT: { readonly ref: string; readonly ours: string; readonly theirs: string };
  REF_NOT_FOUND: {
    readonly tag?: string;
    readonly ensemble?: string;
    readonly names: readonly string[];
    /** The first names, and how many there are in all. */
    readonly known?: readonly string[];
    readonly total?: number;
    /** The branches of remotes with a missing branch's name, such as `origin/main`. */
    readonly tracking?: readonly string[];
    readonly gone?: GoneRef | undefined;
  };
  UNKNOWN_REVISION: {
    readonly revision: string;
    readonly base?: string;
    readonly names?: readonly string[];
    readonly known?: readonly string[];
    readonly total?: number;
    /** The ensemble that the revision names, of which it names no recorded run. */
    readonly ensemble?: string;
    /** The ref whose log lists the runs that it has named. */
    readonly log?: string;
    readonly gone?: GoneRef | undefined;
  };
  INVALID_REVISION: {
    readonly revision: string;
    readonly part: string;
    readonly range?: boolean;
    /** The sides of a range where one step was expected. */
    readonly ends?: readonly string[];
    readonly runs?: boolean;
    readonly ref?: boolean;
  };
  AMBIGUOUS_ID: {
    readonly prefix: string;
    readonly matches: readonly string[];
    /** A ref that has this name. */
    readonly ref?: string;
  };
  NOTHING_TO_UNDO: { readonly verb: string };
  NOTHING_TO_RESUME: { readonly branch: string; readonly steps: number };
  BRANCH_UNFINISHED: {
    readonly branch: string;
    readonly run: string;
    readonly steps: number;
    readonly goal: number;
  };
  RECORDED_OTHERWISE: { readonly branch: string; readonly differences: readonly Differing[] };
}

/** Remotes. */
export interface RemoteErrors {
  REMOTE_EXISTS: { readonly remote: string };
  REMOTE_UNKNOWN: {
    readonly remote: string;
    readonly known: readonly string[];
    /** Whether a branch or a tag here has this name. */
    readonly isRef?: boolean;
  };
  REMOTE_UNSUPPORTED: { readonly url?: string };
  REMOTE_FAILED: {
    readonly url?: string;
    readonly status?: number;
    /** What the program that reaches the remote has said. */
    readonly told?: string;
    /** Whether its folder is gone, or empty. */
    readonly gone?: boolean;
  };
  REMOTE_INVALID: {
    readonly url?: string;
    readonly ref?: string;
    readonly pack?: string;
    readonly file?: string;
    /** Its URL as a Git repository, if it is one. */
    readonly git?: string;
    /** Whether Git has found damage in it, and what Git has said. */
    readonly isGit?: boolean;
    readonly told?: string;
  };
  REMOTE_LOST: {
    readonly url: string;
    /** Some of the branches and tags that need what is lost. */
    readonly refs: readonly string[];
    /** The number of packs. */
    readonly lost: number;
    /** Whether it is checkpoints alone, which a replay gives as well. */
    readonly derivable: boolean;
  };
  REMOTE_READ_ONLY: { readonly url: string };
  REMOTE_TOO_LARGE: {
    readonly bytes: number;
    readonly limit: number;
    /** The setting that the limit comes from. */
    readonly setting?: string;
  };
}

/** Signatures. */
export interface SigningErrors {
  SIGNING_FAILED: {
    /** What is missing, if something is. */
    readonly lacks?: "program" | "key" | "signers";
    /** What `ssh-keygen` has said. */
    readonly told?: string;
  };
}

/** Sweeps and their ensembles. */
export interface EnsembleErrors {
  INVALID_DESIGN: {
    readonly file?: string;
    /** Where in the file: the line of a CSV file, or the index of a row in JSON. */
    readonly line?: number;
    readonly row?: number;
    readonly column?: string;
    /** The numbers of two equal runs, or rows of a file. */
    readonly equal?: readonly [number, number];
  };
  ENSEMBLE_TOO_LARGE: {
    /** How many runs were asked for, in digits. */
    readonly runs: string;
    readonly limit: number;
    /** Whether no limit may be higher. */
    readonly isHighest: boolean;
  };
  ENSEMBLE_FAILED: {
    readonly ensemble: string;
    readonly failed: number;
    readonly done: number;
    readonly total: number;
  };
  ENSEMBLE_FINISHED: {
    readonly ensemble: string;
    readonly failed: number;
    /** Whether the seeds of its runs are derived. */
    readonly derived: boolean;
  };
}

/** Settings. */
export interface SettingErrors {
  UNKNOWN_SETTING: { readonly key: string; readonly known: readonly string[] };
  INVALID_SETTING: { readonly key?: string; readonly value?: unknown; readonly place?: string };
  INVALID_CONFIG: { readonly file: string };
  SETTING_NOT_SET: { readonly key: string };
}

/** A place in a file of a program, or in recorded code, from the innermost call outwards. */
export interface PlaceInCode {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function?: string;
  readonly package?: string;
  readonly recorded?: true;
}

/** A ref that named runs before: its log lists them, and undo or redo may bring it back. */
interface GoneRef {
  readonly log: string;
  readonly back?: "undo" | "redo";
}

type NoData = Readonly<Record<never, never>>;

interface StepsChecked {
  readonly from: number;
  readonly to: number;
}

/** A value that a run was recorded with, and the one that was given. */
interface Differing {
  readonly name: string;
  readonly recorded: unknown;
  readonly given: unknown;
}
