import path from "node:path";
import { readFile } from "../../node/user-files.ts";
import { shortId } from "../../object/id.ts";
import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { optional } from "../input/parse.ts";
import { printRun } from "../show/print-run.ts";
import { count } from "../terminal/text.ts";

export const load: Command = {
  usage: "<file>",
  describe:
    "Loads a run from a file that save wrote, or from standard input, which is -, every byte of it\nchecked, as a new branch where -b names one. Nothing of it is run; its code runs later only when you trust it.",
  options: {
    branch: {
      short: "b",
      describe: "the branch that shall name the run",
      type: "text",
      value: "NAME",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["load run.replay -b theirs", "then: rewind verify theirs --full --trust"],
    ["load run.replay", "without a branch: its id names it"],
  ],
  async run(args, { out, cwd, open, input }) {
    const repo = await open({ trust: args.trust === true });
    const file = String(args.file);
    const bytes = file === "-" ? await input() : await readFile(path.resolve(cwd, file));
    const branch = optional(args.branch);
    const run = await repo.load(bytes, { branch });
    if (args.trust === true) await run.replayer.segmentAt(run.steps);
    await repo.close();
    const name = branch === undefined ? "" : ` as ${branch}`;
    const id = shortId(run.id);
    const next =
      branch === undefined
        ? `\`rewind show ${id}\` describes it, \`rewind tag NAME ${id}\` names it`
        : undefined;
    printRun(out, run, branch, `loaded ${count(run.steps)} steps${name}`, { next });
    return STATUS.ok;
  },
};
