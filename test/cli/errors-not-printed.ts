/** A place in `src` whose error the command line never prints, and why. */
export interface NotPrinted {
  readonly file: string;
  /** A part of its source that is unique in the file. */
  readonly text: string;
  readonly because: string;
}

const LIBRARY = "only a caller of the library can do this; the command line never does";
const CHANGED_BY_TRIAL = "an expression cannot change a state: test/replay/explore/explore.test.ts";
const DEEP = "it takes JSON of 100,000 levels: test/codec/json/state-text.test.ts";
const LARGE = "only results of hundreds of megabytes do not fit, which take long to make";
const PLAN_VALUE = "only a plan that is handed over as a value can hold this";
const NOTE = "reported as a note: intact parts are read, and the command continues";

const FORGED = "only a forged store has this: test/object/bodies.test.ts, program-source.test.ts";
const FORGED_LIST = "only a forged ensemble has such lists: test/object/pages.test.ts";
const OUTSIDE =
  "only a package beside a forged store has this: test/node/program/externals.test.ts";

const HOSTILE = "it takes a server that is wrong in this way: test/remote";
const BUCKET = "it takes a server of S3: test/remote, test/cli/commands/remote.test.ts";
const SERVE =
  "it takes another program at the other end of ssh://: test/remote/hostile-servers.test.ts";
const NO_GIT = "Git is installed where the tests run";
const OPENSSH =
  "it takes an ssh-keygen that fails, in the words of its version: test/cli/commands/sign.test.ts";
const DAMAGED = "it takes a file system that fails: the errors of the store have the same cause";
const ADDED = "`remote add` refuses such a URL before: test/remote/hostile-servers.test.ts";
const TOLD = "REMOTE_LOST tells it, with what is lost: test/remote/conformance.ts";
const SLOW = "Ctrl-C has to come while a server is asked";
const NOTED = "a remote within its limits needs less: test/remote/robust.test.ts";
const HUGE = "it takes a state of more than 64 MiB";
const HUGE_RUN = "it takes runs of gigabytes, or manifests of 64 MiB: test/store/artifact.test.ts";
const LOST = "a run that a branch names and that the store lacks is reported before";

const DUCKDB =
  "it takes DuckDB, or that it is missing: test/cli/commands/sql.test.ts, test/repository/sql.test.ts";

export const NOT_PRINTED: readonly NotPrinted[] = [
  { file: "node/host/duckdb.ts", text: "cannot load", because: DUCKDB },
  { file: "repository/sql.ts", text: "SQL needs", because: DUCKDB },
  { file: "repository/sql.ts", text: "INTERRUPTED", because: DUCKDB },
  { file: "repository/sql.ts", text: "capital letters", because: DUCKDB },
  { file: "repository/sql.ts", text: "DuckDB refuses", because: DUCKDB },
  { file: "repository/tables.ts", text: "the table", because: LIBRARY },
  { file: "repository/runs-table.ts", text: "for runs", because: LIBRARY },
  { file: "replay/run/run-table.ts", text: "the table", because: LIBRARY },
  { file: "replay/run/run-table.ts", text: "for blocks", because: LIBRARY },
  { file: "table/names.ts", text: "an empty one", because: LIBRARY },
  { file: "node/remote/folder-blobs.ts", text: "cause.message", because: DAMAGED },
  { file: "node/remote/frames.ts", text: "is too long", because: SERVE },
  { file: "node/remote/frames.ts", text: "inside a message", because: SERVE },
  { file: "node/remote/frames.ts", text: "is not JSON", because: SERVE },
  { file: "node/remote/git-remote.ts", text: "is not a valid ref", because: HOSTILE },
  { file: "node/remote/git-remote.ts", text: "lost.hash", because: HOSTILE },
  { file: "node/remote/http-blobs.ts", text: "HTTP", because: HOSTILE },
  { file: "node/remote/http-blobs.ts", text: "UNSUPPORTED", because: ADDED },
  { file: "node/remote/http-blobs.ts", text: "can only be read", because: HOSTILE },
  { file: "node/remote/http-blobs.ts", text: "is not a remote", because: HOSTILE },
  { file: "node/remote/http.ts", text: `FAILED", message`, because: HOSTILE },
  { file: "node/remote/http.ts", text: "a redirect to", because: HOSTILE },
  { file: "node/remote/http.ts", text: "too many redirects", because: HOSTILE },
  { file: "node/remote/http.ts", text: "sends more", because: HOSTILE },
  { file: "node/remote/patience.ts", text: "INTERRUPTED", because: SLOW },
  { file: "node/remote/remote-state.ts", text: "TOO_LARGE", because: NOTED },
  { file: "node/remote/s3-blobs.ts", text: "HTTP", because: BUCKET },
  { file: "node/remote/s3-blobs.ts", text: "connection was cut", because: BUCKET },
  { file: "node/remote/s3-blobs.ts", text: "two writers", because: BUCKET },
  { file: "node/remote/s3-blobs.ts", text: "a list of its keys", because: BUCKET },
  { file: "node/remote/s3-blobs.ts", text: "INTERRUPTED", because: SLOW },
  { file: "node/remote/serve.ts", text: `INVALID", message`, because: SERVE },
  { file: "node/remote/serve.ts", text: "invalid name", because: SERVE },
  { file: "repository/readable.ts", text: `"kind", either`, because: LIBRARY },
  { file: "remote/blob-remote.ts", text: "pack: pack.hash", because: TOLD },
  { file: "node/remote/s3-credentials.ts", text: "expected credentials", because: BUCKET },
  { file: "node/remote/scratch-git.ts", text: "is not installed", because: NO_GIT },
  { file: "node/remote/git-process.ts", text: `message, { url: this.shown }`, because: HOSTILE },
  { file: "node/remote/git-process.ts", text: "isGit: true", because: HOSTILE },
  { file: "node/remote/git-process.ts", text: "INTERRUPTED", because: SLOW },
  { file: "node/remote/git-process.ts", text: `FAILED", message, {}, { cause`, because: NO_GIT },
  { file: "node/remote/ssh-blobs.ts", text: "is not installed", because: NO_GIT },
  { file: "remote/fetch.ts", text: "names a tag", because: HOSTILE },
  { file: "node/remote/ssh-blobs.ts", text: "{why}", because: SERVE },
  { file: "node/remote/ssh-blobs.ts", text: "LONGEST_MESSAGE", because: SERVE },
  { file: "remote/fetch.ts", text: "INTERRUPTED", because: SLOW },
  { file: "remote/pack-table.ts", text: "name packs over", because: HOSTILE },
  { file: "remote/pack-table.ts", text: "PACKS_IN_ALL", because: HOSTILE },
  { file: "remote/pack-table.ts", text: "something else", because: HOSTILE },
  { file: "remote/outbox.ts", text: "INTERRUPTED", because: SLOW },
  { file: "remote/push.ts", text: "TOO_LARGE", because: "it takes a run in over 10,000 packs" },
  { file: "repository/remotes.ts", text: `INVALID", message`, because: HOSTILE },
  { file: "remote/pack-writer.ts", text: "TOO_LARGE", because: HUGE },
  { file: "remote/push.ts", text: `missing("run"`, because: LOST },
  { file: "remote/web-list.ts", text: "is not a remote", because: HOSTILE },
  { file: "remote/web-list.ts", text: `INVALID", message`, because: HOSTILE },
  { file: "replay/compare/trace-block.ts", text: "LONGEST_BLOCK", because: LARGE },
  { file: "replay/compare/compare-trace.ts", text: "expected epsilon", because: LIBRARY },
  { file: "node/signing/ssh-keygen.ts", text: "cannot sign with", because: OPENSSH },
  { file: "node/signing/ssh-keygen.ts", text: "is not installed", because: OPENSSH },
  { file: "node/signing/ssh-keygen.ts", text: `"interrupted"`, because: OPENSSH },
  { file: "node/signing/ssh-keygen.ts", text: "{ cause }", because: OPENSSH },
  { file: "object/program.ts", text: '{ kind: "program" }', because: FORGED },
  { file: "object/run-meta.ts", text: "from to name a state", because: FORGED },
  { file: "repository/given-state.ts", text: "{ run, step }, { file }", because: LIBRARY },
  { file: "replay/explore/explore.ts", text: "rising numbers", because: LIBRARY },
  { file: "replay/run/run.ts", text: "the best trial", because: CHANGED_BY_TRIAL },
  { file: "repository/given-state.ts", text: "the name of a .json", because: LIBRARY },
  { file: "codec/json/state-text.ts", text: "of fewer levels", because: DEEP },
  { file: "object/program-contents.ts", text: "to be UTF-8", because: FORGED },
  { file: "node/program/externals.ts", text: "expected a file of the package", because: OUTSIDE },
  { file: "node/program/externals.ts", text: "which is not installed", because: OUTSIDE },
  { file: "node/program/externals.ts", text: "share a copy of it now", because: OUTSIDE },
  { file: "node/program/externals.ts", text: "is in another place", because: OUTSIDE },
  { file: "node/program/package-digest.ts", text: '"PACKAGE_CHANGED", message', because: OUTSIDE },
  {
    file: "node/program/tsconfig.ts",
    text: "message, { file: name })",
    because: "it takes a thousand names: test/node/odd-files.test.ts",
  },
  {
    file: "node/program/module-settings.ts",
    text: "problem}`, { file }",
    because: "it takes ten thousand names: test/node/odd-files.test.ts",
  },
  {
    file: "node/program/source-memory.ts",
    text: "message, { file: path }",
    because: "it takes megabytes: test/node/odd-files.test.ts",
  },
  {
    file: "history/resolve.ts",
    text: "the beginning of another run's id",
    because: "a branch named as an id begins: test/history/resolve.test.ts",
  },
  {
    file: "node/config/config.ts",
    text: "would not count",
    because: "a user whose folder cannot be written: test/cli/commands/config.test.ts",
  },
  {
    file: "history/names.ts",
    text: 'missing("tag", id)',
    because: "it follows a whole description: test/cli/commands/show.test.ts",
  },
  {
    file: "node/host/regular-file.ts",
    text: "got one that",
    because: "only some systems have such a file: test/node/odd-files.test.ts",
  },
  {
    file: "replay/drive.ts",
    text: `INTERRUPTED", "interrupted")`,
    because: "only a search of more than 30 ms gets there; test/object/timeline.test.ts ends one",
  },
  {
    file: "node/workers/thread.ts",
    text: "WORKER_FAILED",
    because: "it takes a program that ends its process: test/node/workers/threads.test.ts",
  },
  {
    file: "replay/jobs/splitting.ts",
    text: "INTERRUPTED",
    because: "Ctrl-C has to come while workers are at work: test/node/workers/threads.test.ts",
  },
  // Arguments that the command line checks before the library.
  { file: "base/options.ts", text: 'words).join(" or ")', because: LIBRARY },
  { file: "history/branches.ts", text: '"the id of a run"', because: LIBRARY },
  { file: "replay/run/run.ts", text: '"a run"', because: LIBRARY },
  { file: "repository/readable.ts", text: '"a whole id"', because: LIBRARY },
  { file: "random/seeds.ts", text: "expected stream to be", because: LIBRARY },
  { file: "history/range.ts", text: "expected a range of steps", because: LIBRARY },
  { file: "repository/compare.ts", text: "expected a step in both", because: LIBRARY },
  { file: "replay/look/look.ts", text: "{ previous: true }", because: LIBRARY },
  {
    file: "replay/look/stats.ts",
    text: "expected the function to give",
    because: "stats asks for one number an expression, and itself refuses anything else",
  },
  {
    file: "replay/look/series.ts",
    text: "expected the function to give",
    because: "plot asks for a number, and itself refuses anything else",
  },
  { file: "replay/look/buckets.ts", text: '"points"', because: LIBRARY },
  { file: "repository/plot.ts", text: '"the runs"', because: LIBRARY },
  { file: "repository/plot.ts", text: '"the metrics"', because: LIBRARY },
  {
    file: "node/host/png.ts",
    text: "a PNG needs the package",
    because: "the tests have the package; test/node/host/png.test.ts does without",
  },
  { file: "replay/record/record.ts", text: "expected streams to be", because: LIBRARY },
  { file: "replay/sweep/design.ts", text: "as an array", because: LIBRARY },
  { file: "replay/sweep/design.ts", text: "at least one value for", because: LIBRARY },
  { file: "repository/sweeping.ts", text: "expected over or design", because: LIBRARY },
  { file: "repository/sweeping.ts", text: "expected seeds or replicates", because: LIBRARY },
  { file: "repository/sweeping.ts", text: "a whole number, at least 1", because: LIBRARY },
  { file: "repository/sweeping.ts", text: "at least one seed", because: LIBRARY },
  { file: "history/ensembles.ts", text: "not a valid ensemble", because: FORGED_LIST },
  { file: "object/pages.ts", text: "expected a page of level", because: FORGED_LIST },
  {
    file: "replay/sweep/record-row.ts",
    text: "SELF_CHECK_FAILED",
    because: "runs share an instance only if they are short beside the loading of a program",
  },
  { file: "replay/chance.ts", text: "expected chance to be", because: LIBRARY },
  { file: "object/body.ts", text: "expected a number in", because: FORGED },
  {
    file: "replay/record/self-check.ts",
    text: "different states on the way",
    because: "twin replays find it first, unless all instances share the hidden state",
  },
  { file: "replay/segment.ts", text: "a stream is for steps", because: LIBRARY },
  { file: "codec/state/kinds/object.ts", text: "to be open to changes", because: LIBRARY },
  { file: "cli/terminal/json-line.ts", text: "message, {}, { cause }", because: LARGE },
  {
    file: "random/numpy/relative.ts",
    text: "expected a numpy generator",
    because: "each generator is written by the algorithm that made it",
  },
  {
    file: "cli/input/expression.ts",
    text: "may not compile text to code",
    because: "the process that runs the tests may: test/cli/typed.test.ts starts one that may not",
  },
  {
    file: "node/host/interruptible.ts",
    text: "while it was running",
    because: "it takes a signal; test/cli/process.test.ts sends one",
  },
  {
    file: "node/host/interruptible.ts",
    text: '"interrupted"',
    because: "a signal between two steps, in rewind's own work",
  },
  // Plans as values: `parsePlan` never makes these, or refuses the text first.
  { file: "plan/check.ts", text: "expected a generator among", because: PLAN_VALUE },
  { file: "plan/check.ts", text: "expected a list of steps", because: PLAN_VALUE },
  { file: "plan/check.ts", text: "repeats in one another", because: PLAN_VALUE },
  { file: "plan/check.ts", text: "expected a step of the kind", because: PLAN_VALUE },
  { file: "plan/check.ts", text: "expected a whole number as", because: PLAN_VALUE },
  { file: "plan/check.ts", text: "expected the unit of draws", because: PLAN_VALUE },
  { file: "plan/check-loader.ts", text: "to be own or default", because: PLAN_VALUE },
  { file: "plan/locate.ts", text: "expected the first samples", because: LIBRARY },
  { file: "plan/keys.ts", text: "new RewindError(code", because: PLAN_VALUE },
  { file: "plan/order-at.ts", text: "expected an event with an order", because: LIBRARY },
  {
    file: "codec/json/write.ts",
    text: "characters: LONGEST - ",
    because: "it takes changes of 268 MB: test/codec/json/json.test.ts",
  },
  {
    file: "object/body.ts",
    text: "TOO_LONG",
    because: "it takes a run of over ten thousand changes: test/store/artifact.test.ts",
  },
  {
    file: "object/run.ts",
    text: "MOST_PARENTS",
    because: "no run has that many: test/store/artifact.test.ts writes one",
  },
  {
    file: "cli/errors/report.ts",
    text: "{ file }, { cause: error }",
    because: "it takes a disk that fails: test/attack/faults.test.ts",
  },
  // Errors of damaged stores that commands replace by their own.
  { file: "node/store/recover.ts", text: "after the damage at byte", because: NOTE },
  { file: "node/store/operation-log.ts", text: "} of logs/operations", because: NOTE },
  { file: "store/tip.ts", text: "to hold refs and their runs", because: NOTE },
  { file: "store/tip.ts", text: "to be encoded", because: NOTE },
  { file: "store/pack-index.ts", text: "expected an index with the header", because: NOTE },
  { file: "store/pack-index.ts", text: "ids, got", because: NOTE },
  {
    file: "store/pack-index.ts",
    text: "its bytes do not match its hash",
    because: "no command reads a whole index; test/store/pack-index.test.ts does",
  },
  {
    file: "node/host/platform.ts",
    text: "bytes packed in",
    because: "reported as a record or a frame that does not unpack",
  },
  // Cases that would take gigabytes.
  {
    file: "random/parameters.ts",
    text: "than fit into memory",
    because: "it depends on the machine; test/random/parameters.test.ts asks for more than any has",
  },
  {
    file: "store/artifact-frames.ts",
    text: "it declares over",
    because: "past 4 GiB; test/store/artifact.test.ts sets another limit",
  },
  {
    file: "replay/run/save-runs.ts",
    text: "a whole number above 0",
    because: LIBRARY,
  },
  { file: "repository/saved-file.ts", text: "at least one revision", because: LIBRARY },
  { file: "repository/saved-file.ts", text: "a run without a step", because: LIBRARY },
  { file: "store/artifact-frames.ts", text: "bytes of objects, too many", because: HUGE_RUN },
  { file: "store/artifact-reader.ts", text: "its manifests have over", because: HUGE_RUN },
  // Checks of something that was checked a moment before.
  {
    file: "repository/stored-object.ts",
    text: "found none",
    because: "the id was found in the store just before",
  },
  {
    file: "store/artifact-store.ts",
    text: "a replay file cannot be written to",
    because: "describing a run writes nothing",
  },
  {
    file: "store/artifact-store.ts",
    text: "have to be unpacked to describe its run",
    because: "past 512 MiB",
  },
  {
    file: "replay/recorded-run.ts",
    text: "no segment",
    because: "a run that was read has a segment at step 0",
  },
  { file: "node/store/file-refs.ts", text: "expected the id of a run, got", because: LIBRARY },
  {
    file: "node/store/file-refs.ts",
    text: "since it was opened",
    because: "somebody moves the store while a command runs: test/node/file-refs.test.ts",
  },
  {
    file: "node/store/file-store.ts",
    text: "since it was opened",
    because: "somebody moves the store while a command runs: test/node/file-store.test.ts",
  },
  {
    file: "node/store/journal-writer.ts",
    text: "STORE_FAILED",
    because: "somebody moves the store while a command runs: test/node/file-store.test.ts",
  },
  {
    file: "node/store/journal-writer.ts",
    text: "is being written",
    because: "each journal has a new name",
  },
  {
    file: "node/store/journal-writer.ts",
    text: "WRITER_POISONED",
    because: "the first failure of a write ends the command",
  },
  // Cases that need two commands within a millisecond, or a failing machine.
  {
    file: "store/ref-store.ts",
    text: "operations in the log",
    because: "two undos at once; test/store/ref-store.suite.ts",
  },
  {
    file: "object/program-contents.ts",
    text: "expected the source of the program",
    because: "33 MB of source; test/object/program-contents.test.ts",
  },
  {
    file: "node/program/build-error.ts",
    text: "{ module }, { cause }",
    because: "esbuild itself cannot be started",
  },
  {
    file: "object/program-contents.ts",
    text: "to make up its source",
    because: "our own programs never are; test/object/program-contents.test.ts",
  },
];
