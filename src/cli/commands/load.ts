import path from "node:path";
import { readFile } from "../../node/host/user-files.ts";
import { shortId } from "../../object/id.ts";
import { type Command, command, STATUS } from "../command.ts";
import { TRUST_OPTION } from "../options.ts";
import { printRun } from "../show/print-run.ts";
import { count } from "../terminal/text.ts";

export const load: Command = command({
  positionals: { file: { type: "string", demandOption: true, completes: "files" } },
  describe:
    "Loads a run from a file that save wrote (- is standard input), checks every byte of it, and makes a new\nbranch if -b names one. Runs nothing; its code runs later only once you trust it.",
  options: {
    branch: {
      alias: "b",
      describe: "the new branch that names the run",
      type: "string",
      value: "NAME",
      completes: "branch",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["load run.replay -b theirs", "then: rewind verify theirs --full --trust"],
    ["load run.replay", "without a branch: its id names it"],
  ],
  keys: { load: ["branch", "run", "root", "steps", "blockSize", "checkpoints"] },
  async run(args, { out, cwd, open, input }) {
    const repo = await open({ trust: args.trust });
    const file = args.file;
    const bytes = file === "-" ? await input() : await readFile(path.resolve(cwd, file));
    const branch = args.branch;
    const run = await repo.load(bytes, { branch });
    if (args.trust) await run.typesAt(run.steps);
    const name = branch === undefined ? "" : ` as ${branch}`;
    const id = shortId(run.id);
    const next =
      branch === undefined
        ? `\`rewind show ${id}\` describes it, \`rewind tag NAME ${id}\` names it`
        : undefined;
    printRun(out, run, branch, `loaded ${count(run.steps)} steps${name}`, { next });
    return STATUS.ok;
  },
});
