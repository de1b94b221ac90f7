/** A place in `src` whose error no command line prints, and why. */
export interface NotPrinted {
  readonly file: string;
  /** A part of its source that no other place of the file has. */
  readonly text: string;
  readonly because: string;
}

const LIBRARY = "only a caller of the library can do this; the command line never does";
const NOTE = "told as a note: what is whole is read, and the command goes on";

/** Folders of `src` whose errors the transcripts leave to other tests, and why. */
export const TESTED_ELSEWHERE: readonly { readonly folder: string; readonly because: string }[] = [
  ...["numpy", "python", "torch"].map((generator) => ({
    folder: `random/${generator}/`,
    because: "a draw in a step refuses it, and what is printed is that the step failed",
  })),
  {
    folder: "random/parameters.ts",
    because: "as the generators that call it",
  },
  {
    folder: "random/plan/",
    because:
      "the messages of test/random/plan, printed by `rewind rng`: test/cli/commands/rng.test.ts",
  },
];

export const NOT_PRINTED: readonly NotPrinted[] = [
  // Arguments that the command line does not hand on as they are.
  { file: "random/seeds.ts", text: "expected stream to be", because: LIBRARY },
  { file: "node/load-program.ts", text: "expected the programs' folder", because: LIBRARY },
  { file: "replay/look/look.ts", text: "{ previous: true }", because: LIBRARY },
  {
    file: "replay/look/stats.ts",
    text: "expected the function to give",
    because: "stats asks for one number an expression, and itself refuses anything else",
  },
  { file: "replay/record/record.ts", text: "expected streams to be", because: LIBRARY },
  { file: "replay/segment.ts", text: "a stream is for steps", because: LIBRARY },
  {
    file: "replay/streams.ts",
    text: "expected the name of a stream",
    because: "a step asks for it, and what is printed is that the step failed",
  },
  {
    file: "replay/checkpoint.ts",
    text: "not a valid checkpoint",
    because: "test/replay/streams.test.ts cuts one everywhere",
  },
  {
    file: "replay/replayer.ts",
    text: "seeded by block",
    because: "test/replay/streams.test.ts has a run with other streams",
  },
  // What a damaged store says besides the errors of the commands that want what is damaged.
  { file: "node/recover.ts", text: "with valid records after it", because: NOTE },
  { file: "store/tip.ts", text: "to hold a ref and a run", because: NOTE },
  { file: "store/tip.ts", text: "to be encoded", because: NOTE },
  { file: "store/pack-index.ts", text: "expected an index with the header", because: NOTE },
  { file: "store/pack-index.ts", text: "ids, got", because: NOTE },
  {
    file: "store/pack-index.ts",
    text: "its bytes do not match its hash",
    because: "no command reads a whole index; test/store/pack-index.test.ts does",
  },
  {
    file: "node/platform.ts",
    text: "bytes packed in",
    because: "told as a record or a frame that does not unpack",
  },
  // What would take gigabytes.
  {
    file: "store/artifact.ts",
    text: "it declares over",
    because: "past 4 GiB; test/store/artifact.test.ts sets another limit",
  },
  { file: "store/artifact.ts", text: "bytes of objects, too many", because: "a run of over 4 GiB" },
  // What was looked at a moment before, and cannot be otherwise now.
  {
    file: "cli/commands/cat-file.ts",
    text: "found none",
    because: "the id was found in the store just before",
  },
  {
    file: "store/artifact.ts",
    text: `it lacks the \${kind}`,
    because: "each object is looked for before it is read",
  },
  {
    file: "replay/replayer.ts",
    text: "no segment",
    because: "a run that was read has a segment at step 0",
  },
  {
    file: "node/bundle.ts",
    text: "to be a statement of its own",
    because: "esbuild writes them so; it is checked because a program must not import unseen",
  },
  {
    file: "node/journal-writer.ts",
    text: "is being written",
    because: "a journal's name is made up anew for each",
  },
  {
    file: "node/journal-writer.ts",
    text: "WRITER_POISONED",
    because: "the first failure of a write ends the command",
  },
  // What only two commands can bring about that meet within a millisecond, or a machine in trouble.
  {
    file: "store/ref-store.ts",
    text: "operations in the log",
    because: "two undos at once; test/store/ref-store.suite.ts",
  },
  {
    file: "node/bundle.ts",
    text: "lineOf(error)",
    because: "esbuild itself cannot be started",
  },
];
