import { toJson } from "../../codec/json.ts";
import type { WhichProgram } from "../../repository.ts";
import { type Command, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { parseExpression } from "../parse.ts";
import { RANGE_HINT, RANGE_OPTIONS, rangeOf } from "../range.ts";
import { wholeRun } from "../revision.ts";
import { formatState } from "../state.ts";
import { count } from "../text.ts";

export const find: Command = {
  usage: "<revision> <expression>",
  describe:
    "Prints the first step at which a JavaScript expression over state, step and params holds, and the\nstate there. One pass over every step. Exit status 1 where there is none.",
  options: {
    ...RANGE_OPTIONS,
    ...REPLAY_OPTIONS,
  },
  examples: [
    ['find main "state > 500"', "of a state that is a number"],
    ['find main "Number.isNaN(state.x)" --from 500_000', "where did it go wrong?"],
  ],
  async run(args, { out, open, long }) {
    const predicate = parseExpression(String(args.expression));
    const repo = await open({ trust: args.trust === true });
    const program = args.program as WhichProgram;
    const { run } = await wholeRun(repo, args.revision, { program, instead: RANGE_HINT });
    const found = await run.find(predicate, { ...long("looking"), ...rangeOf(args) });
    const types = found && (await run.replayer.segmentAt(found.step)).simulation.types;
    await repo.close();
    if (found === undefined) {
      out.result({ step: null, state: null }, () => "it holds at no step");
      return STATUS.failed;
    }
    const { step, state } = found;
    out.result({ step, state: toJson(state, types) }, () =>
      [`step ${count(step)}`, formatState(state, { types })].join("\n"),
    );
    return STATUS.ok;
  },
};
