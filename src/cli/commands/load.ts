import path from "node:path";
import { count, plural } from "../../base/count.ts";
import { readFile } from "../../node/host/user-files.ts";
import { shortId } from "../../object/id.ts";
import type { LoadedRun } from "../../repository/load-file.ts";
import { type Command, command, STATUS } from "../command.ts";
import { usageError } from "../input/usage-error.ts";
import { TRUST_OPTION } from "../options.ts";
import { madeRun, madeRunText } from "../show/print-run.ts";
import { table } from "../terminal/text.ts";

export const load: Command = command({
  positionals: { file: { type: "string", demandOption: true, completes: "files" } },
  describe:
    "Loads the runs of a file that save wrote (- is standard input). Checks every byte of it before anything is\nwritten. -b makes a branch of its run; --branches makes branches with the names under which the runs were\nsaved. Runs nothing; the code runs later only once you trust it.",
  options: {
    branch: {
      alias: "b",
      describe: "the new branch that names the run, if the file has one",
      type: "string",
      value: "NAME",
      completes: "branch",
    },
    branches: {
      describe: "make branches with the saved names, except those that are taken",
      type: "boolean",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["load run.replay -b theirs", "then: rewind verify theirs --full --trust"],
    ["load runs.replay --branches", "several runs, under their own names"],
    ["load run.replay", "without a branch: its id names it"],
  ],
  keys: {
    load: [
      {
        runs: [
          ...["branch", "run", "root", "steps", "blockSize", "checkpoints"],
          ...["names", "branches", "taken"],
        ],
      },
    ],
  },
  async run(args, { out, cwd, open, input }) {
    const { file, branch, branches } = args;
    if (branch !== undefined && branches) {
      throw usageError("expected --branch or --branches, got both");
    }
    const repo = await open({ trust: args.trust });
    const bytes = file === "-" ? await input() : await readFile(path.resolve(cwd, file));
    const loaded = await repo.load(bytes, { branch, branches });
    if (args.trust) for (const { run } of loaded) await run.typesAt(run.steps);
    const data = loaded.map(({ run, names, branches, taken }) => ({
      ...madeRun(run, branches[0]),
      ...{ names, branches, taken },
    }));
    out.done({ runs: data }, () => loadedText(loaded, branches ?? false));
    for (const { taken, run } of loaded) {
      if (taken.length === 0) continue;
      out.note(
        `${taken.join(", ")} ${taken.length === 1 ? "is" : "are"} taken here: the run that was saved so is ${shortId(run.id)}`,
      );
    }
    return STATUS.ok;
  },
});

function loadedText(loaded: readonly LoadedRun[], named: boolean): string {
  const [first] = loaded;
  if (first === undefined || loaded.length > 1) return tableOf(loaded, named);
  const { run, branches } = first;
  const name = branches.length === 0 ? "" : ` as ${branches.join(", ")}`;
  const id = shortId(run.id);
  const next =
    branches.length === 0
      ? `\`rewind show ${id}\` describes it, \`rewind tag NAME ${id}\` names it`
      : undefined;
  return madeRunText(run, `loaded ${count(run.steps)} steps${name}`, { next });
}

function tableOf(loaded: readonly LoadedRun[], named: boolean): string {
  const rows = loaded.map(({ run, names, branches }) => {
    const shown = named ? branches : names;
    return [
      shown.length === 0 ? "-" : shown.join(", "),
      plural(run.steps, "step"),
      `run ${shortId(run.id)}`,
    ];
  });
  const next = named
    ? []
    : ["`rewind tag NAME ID` names one; with --branches their names become branches"];
  return [`loaded ${plural(loaded.length, "run")}`, table(rows), ...next].join("\n");
}
