import { count } from "../../base/count.ts";
import { toJson } from "../../codec/json/write.ts";
import { parsePath } from "../../codec/path/parse.ts";
import { getAt } from "../../codec/state/access.ts";
import { type Command, command, STATUS } from "../command.ts";
import { FORCE_OPTION, PROGRAM_OPTION, TRUST_OPTION } from "../options.ts";
import { showChecked } from "../show/checked-state.ts";
import { formatState } from "../show/state.ts";
import { checkStateFile, writeState } from "../show/state-file.ts";

export const get: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe: "Prints the state at a step, exactly as it was: replays from the checkpoint before it.",
  options: {
    path: {
      describe: "only this part of the state, such as agents[3].x",
      type: "string",
      value: "PATH",
    },
    output: {
      alias: "o",
      describe: "write to a file: .json, or .cbor for the stored encoding",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    force: FORCE_OPTION,
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
  },
  examples: [
    ["get main@842137", "the state after 842,137 steps"],
    ["get main@-1 --path agents[3]", "a part of the last state"],
    ["get main@50% -o half.cbor", "the state half-way, as a file"],
  ],
  keys: { get: ["run", "step", "state"], "get -o": ["run", "step", "file"] },
  async run(args, { out, cwd, open, long }) {
    const file = checkStateFile(args.output);
    const where = args.path === undefined ? undefined : parsePath(args.path);
    const repo = await open({ trust: args.trust });
    const { run, step = run.steps } = await repo.revision(args.revision, { program: args.program });
    const types = await run.typesAt(step);
    const options = { signal: long("checking").signal, force: args.force === true };
    await showChecked(run, step, options, async (whole) => {
      const state = where === undefined ? whole : getAt(whole, where, types);
      if (file === undefined) {
        out.result(
          () => ({ run: run.id, step, state: toJson(state, types, args.path) }),
          () => formatState(state, { types, at: args.path }),
        );
        return;
      }
      await writeState(file, state, { run, step, at: args.path }, { out, cwd });
      const written = `wrote the state at step ${count(step)} to ${file}`;
      out.done({ run: run.id, step, file }, () => written);
    });
    return STATUS.ok;
  },
});
