import path from "node:path";
import { plural } from "../../base/count.ts";
import { shortId } from "../../object/id.ts";
import type { SavedFile } from "../../repository/saved-file.ts";
import { type Command, command, STATUS } from "../command.ts";
import { checkWholeRun } from "../input/revision.ts";
import { usageError } from "../input/usage-error.ts";
import { noteReplaced } from "../show/replaced.ts";
import { runNames } from "../show/run-names.ts";
import { size } from "../terminal/text.ts";

export const save: Command = command({
  positionals: {
    revision: { type: "string", array: true, demandOption: true, completes: "revision" },
  },
  describe:
    "Writes runs, with everything needed to replay them, to one file. With --no-code the code is left out, and\nanyone who loads the file must have the module. Checkpoints can be left out too: a replay gives them, and\n`rewind hydrate` stores them again. With --since the file has only what another run lacks.",
  options: {
    output: {
      alias: "o",
      describe: "the file, such as run.replay; - is standard output",
      type: "string",
      value: "FILE",
      completes: "files",
      demandOption: true,
    },
    "with-code": { describe: "put the program's source in, as by default", type: "boolean" },
    "no-code": { describe: "leave the program's source out", type: "boolean" },
    checkpoints: {
      describe: "which checkpoints go in: all, as by default, none, or every:N, each N-th of a run",
      type: "string",
      value: "WHICH",
    },
    since: {
      describe:
        "leave out what this run has; a store must have it to load the file; may be repeated",
      type: "string",
      value: "REV",
      array: true,
      completes: "revision",
    },
  },
  examples: [
    ["save main -o run.replay", "a file for a colleague"],
    ["save main fix v1 -o runs.replay", "several runs, what they share once"],
    ["save fix --since main -o fix.replay", "for someone who has main"],
    ["save main -o run.replay --no-code --checkpoints none", "as small as it gets"],
  ],
  keys: {
    save: ["file", "bytes", { runs: ["run", "names"] }, { requires: ["run", "names"] }],
  },
  async run(args, { out, cwd, open }) {
    const { output: file, revision: revisions, since = [] } = args;
    if (file === "-" && out.json) {
      throw usageError(
        "expected a file with --json, got -: only one of the two can go to standard output",
      );
    }
    if (args.withCode && args.noCode) {
      throw usageError("expected --with-code or --no-code, got both");
    }
    for (const revision of [...revisions, ...since]) checkWholeRun(revision);
    const checkpoints = whichCheckpoints(args.checkpoints);
    const repo = await open();
    const options = { code: !args.noCode, checkpoints, since };
    if (file === "-") {
      const { content, ...saved } = await repo.artifact(revisions, options);
      out.bytes(content);
      out.note(savedText(saved, ""));
      return STATUS.ok;
    }
    const saved = await repo.save(revisions, path.resolve(cwd, file), options);
    const { bytes, runs, requires, replaced } = saved;
    noteReplaced(out, file, replaced);
    out.done({ file, bytes, runs, requires }, () =>
      savedText({ bytes, runs, requires }, ` to ${file}`),
    );
    return STATUS.ok;
  },
});

function whichCheckpoints(text: string | undefined): "all" | "none" | number {
  if (text === undefined || text === "all" || text === "none") return text ?? "all";
  const every = /^every:([1-9]\d{0,14})$/.exec(text)?.[1];
  if (every !== undefined) return Number(every);
  throw usageError(`expected --checkpoints all, none or every:N, got ${JSON.stringify(text)}`);
}

function savedText({ runs, requires, bytes }: SavedFile, where: string): string {
  const [run] = runs;
  const what =
    run !== undefined && runs.length === 1 ? shortId(run.run) : plural(runs.length, "run");
  const needs = requires.length === 0 ? "" : `, for a store that has ${runNames(requires)}`;
  return `saved ${what}${where}, ${size(bytes)}${needs}`;
}
