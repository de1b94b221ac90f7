import { toJson } from "../../codec/json.ts";
import { getAt, parsePath } from "../../codec/path.ts";
import type { WhichProgram } from "../../repository.ts";
import { type Command, REPLAY_OPTIONS, STATUS } from "../command.ts";
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
    ...REPLAY_OPTIONS,
  },
  examples: [
    ["get main@842137", "the state after 842,137 steps"],
    ["get main@-1 --path agents[3]", "a part of the last state"],
    ["get main@50% -o half.cbor", "the state half-way, as a file"],
  ],
  async run(args, { out, cwd, open }) {
    const file = stateFile(args.output);
    const where = args.path === undefined ? undefined : parsePath(String(args.path));
    const repo = await open({ trust: args.trust === true });
    const program = args.program as WhichProgram;
    const { run, step = run.steps } = await repo.revision(String(args.revision), { program });
    const whole = await run.get(step);
    const state = where === undefined ? whole : getAt(whole, where);
    const { simulation } = await run.replayer.segmentAt(step);
    if (file === undefined) {
      const { types } = simulation;
      out.result(
        () => ({ run: run.id, step, state: toJson(state, types) }),
        () => formatState(state, { types }),
      );
    } else {
      await writeState(file, state, simulation, { repo, cwd });
      out.result({ run: run.id, step, file }, () => `wrote the state at step ${step} to ${file}`);
    }
    await repo.close();
    return STATUS.ok;
  },
};
