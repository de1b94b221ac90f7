import { count } from "../../base/count.ts";
import { someOf } from "../../base/some-of.ts";
import { shortId } from "../../object/id.ts";
import { type Command, command, STATUS } from "../command.ts";
import { folderIn } from "../input/outputs.ts";
import { TRUST_OPTION } from "../options.ts";
import { checkStateFile, writeState } from "../show/state-file.ts";

export const checkout: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Makes a branch or a run the current one, HEAD, with the cursor at a step: the one that the revision\nnames, by default the last. With -o writes the state there to a file, with --outputs the simulation's\noutputs up to there to a folder, byte for byte those of an uninterrupted recording.",
  options: {
    output: {
      alias: "o",
      describe: "write the state to this file: .json, or .cbor for the stored encoding",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    outputs: {
      describe: "write the simulation's outputs up to there to this folder, by replay",
      type: "string",
      value: "DIR",
      completes: "folders",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["checkout main@842_137", "then: rewind step, rewind step --back"],
    ["checkout fix -o last.json", "the last state of another branch, as a file"],
    ["checkout main@842_137 --outputs replayed", "the simulation's outputs up to that step"],
  ],
  keys: { checkout: ["branch", "run", "step", "file", "outputs"] },
  async run(args, { out, cwd, open, long }) {
    const file = checkStateFile(args.output);
    const folder = args.outputs === undefined ? undefined : folderIn(args.outputs, cwd);
    const repo = await open({ trust: args.trust });
    const { run, ref, step = run.steps } = await repo.revision(args.revision);
    if (file !== undefined) {
      await writeState(file, await run.get(step), { run, step }, { out, cwd });
    }
    const names =
      folder === undefined
        ? undefined
        : await run.writeOutputs(folder, { ...long("replaying"), step });
    const moved = await repo.branches.checkout({ ref, run: run.id, steps: run.steps }, step);
    const branch = await repo.branches.current();
    const data = { branch: branch ?? null, run: run.id, step, file: file ?? null };
    out.done({ ...data, outputs: names ?? null }, () => {
      const where = branch ?? `run ${shortId(run.id)}`;
      const state = file === undefined ? "" : `, its state in ${file}`;
      const wrote = `${state}${names === undefined ? "" : outputsText(names, args.outputs)}`;
      return moved
        ? `HEAD is ${where} at step ${count(step)}${wrote}`
        : `already at ${where}, step ${count(step)}${wrote}`;
    });
    return STATUS.ok;
  },
});

function outputsText(names: readonly string[], folder = ""): string {
  if (names.length === 0) return "; its simulation has no outputs";
  return `, its outputs in ${folder}: ${someOf(names)}`;
}
