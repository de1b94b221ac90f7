import { toJson } from "../../codec/json/write.ts";
import { parsePath } from "../../codec/path/parse.ts";
import { getAt } from "../../codec/state/access.ts";
import type { WhichProgram } from "../../repository.ts";
import { type Command, FORCE_OPTION, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { showChecked } from "../show/checked-state.ts";
import { formatState } from "../show/state.ts";
import { stateFile, writeState } from "../show/state-file.ts";

export const get: Command = {
  usage: "<revision>",
  describe:
    "Prints the state at a step: exactly as it was, by replaying from the checkpoint before it.",
  options: {
    path: {
      describe: "only this part of the state, such as agents[3].x",
      type: "text",
      value: "PATH",
    },
    output: {
      short: "o",
      describe: "write to a file instead: .json, or .cbor as it is encoded",
      type: "text",
      value: "FILE",
    },
    force: FORCE_OPTION,
    ...REPLAY_OPTIONS,
  },
  examples: [
    ["get main@842137", "the state after 842,137 steps"],
    ["get main@-1 --path agents[3]", "a part of the last state"],
    ["get main@50% -o half.cbor", "the state half-way, as a file"],
  ],
  async run(args, { out, cwd, open, long }) {
    const file = stateFile(args.output);
    const where = args.path === undefined ? undefined : parsePath(String(args.path));
    const repo = await open({ trust: args.trust === true });
    const program = args.program as WhichProgram;
    const { run, step = run.steps } = await repo.revision(String(args.revision), { program });
    const { simulation } = await run.replayer.segmentAt(step);
    const options = { signal: long("checking").signal, force: args.force === true };
    const { types } = simulation;
    try {
      await showChecked(run, step, options, async (whole) => {
        const state = where === undefined ? whole : getAt(whole, where);
        if (file === undefined) {
          out.result(
            () => ({ run: run.id, step, state: toJson(state, types) }),
            () => formatState(state, { types }),
          );
          return;
        }
        await writeState(file, state, simulation, { repo, cwd });
        const written = `wrote the state at step ${step} to ${file}`;
        out.done({ run: run.id, step, file }, () => written);
      });
    } finally {
      await repo.close();
    }
    return STATUS.ok;
  },
};
