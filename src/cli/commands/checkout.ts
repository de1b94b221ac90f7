import { shortId } from "../../object/id.ts";
import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { stateFile, writeState } from "../show/state-file.ts";
import { count } from "../terminal/text.ts";

export const checkout: Command = {
  usage: "<revision>",
  describe:
    "Makes a branch, or a run, the current one, HEAD, with the cursor at a step: the last one unless the\nrevision names one. With -o writes the state there to a file.",
  options: {
    output: {
      short: "o",
      describe: "write the state to this file: .json, or .cbor as it is encoded",
      type: "text",
      value: "FILE",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["checkout main@842_137", "then: rewind step, rewind step --back"],
    ["checkout fix -o last.json", "the last state of another branch, as a file"],
  ],
  async run(args, { out, cwd, open }) {
    const file = stateFile(args.output);
    const repo = await open({ trust: args.trust === true });
    const { run, ref, step = run.steps } = await repo.revision(String(args.revision));
    if (file !== undefined) {
      const { simulation } = await run.replayer.segmentAt(step);
      await writeState(file, await run.get(step), simulation, { repo, cwd });
    }
    const moved = await repo.branches.checkout({ ref, run: run.id, steps: run.steps }, step);
    const branch = await repo.branches.current();
    await repo.close();
    out.done({ branch: branch ?? null, run: run.id, step, file: file ?? null }, () => {
      const where = branch ?? `run ${shortId(run.id)}`;
      const wrote = file === undefined ? "" : `, its state in ${file}`;
      return moved
        ? `HEAD is ${where} at step ${count(step)}${wrote}`
        : `already at ${where}, step ${count(step)}${wrote}`;
    });
    return STATUS.ok;
  },
};
