import { count } from "../../base/count.ts";
import { shortId } from "../../object/id.ts";
import { type Command, command, STATUS } from "../command.ts";
import { TRUST_OPTION } from "../options.ts";
import { checkStateFile, writeState } from "../show/state-file.ts";

export const checkout: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Makes a branch or a run the current one, HEAD, with the cursor at a step: the one that the revision\nnames, by default the last. With -o writes the state there to a file.",
  options: {
    output: {
      alias: "o",
      describe: "write the state to this file: .json, or .cbor for the stored encoding",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["checkout main@842_137", "then: rewind step, rewind step --back"],
    ["checkout fix -o last.json", "the last state of another branch, as a file"],
  ],
  keys: { checkout: ["branch", "run", "step", "file"] },
  async run(args, { out, cwd, open }) {
    const file = checkStateFile(args.output);
    const repo = await open({ trust: args.trust });
    const { run, ref, step = run.steps } = await repo.revision(args.revision);
    if (file !== undefined) {
      await writeState(file, await run.get(step), { run, step }, { out, cwd });
    }
    const moved = await repo.branches.checkout({ ref, run: run.id, steps: run.steps }, step);
    const branch = await repo.branches.current();
    out.done({ branch: branch ?? null, run: run.id, step, file: file ?? null }, () => {
      const where = branch ?? `run ${shortId(run.id)}`;
      const wrote = file === undefined ? "" : `, its state in ${file}`;
      return moved
        ? `HEAD is ${where} at step ${count(step)}${wrote}`
        : `already at ${where}, step ${count(step)}${wrote}`;
    });
    return STATUS.ok;
  },
});
