import { toJson } from "../../codec/json.ts";
import { compareStates } from "../../replay/environment.ts";
import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { parseCount } from "../parse.ts";
import { formatState } from "../state.ts";
import { count, table } from "../text.ts";

export const step: Command = {
  usage: "[n]",
  describe:
    "Moves the cursor by a step, or n steps, of the current run, and prints what changed in the state:\npath, before, after. Stops at the run's ends.",
  options: {
    back: { describe: "towards the start", type: "boolean" },
    trust: TRUST_OPTION,
  },
  examples: [
    ["step", "one step on"],
    ["step 100 --back", "a hundred steps back"],
  ],
  async run(args, { out, open }) {
    const by = args.n === undefined ? 1 : parseCount(args.n, "n");
    const repo = await open({ trust: args.trust === true });
    const { run, step: from = run.steps } = await repo.revision("HEAD");
    const wanted = args.back === true ? from - by : from + by;
    const to = Math.min(run.steps, Math.max(0, wanted));
    const [before, after] = [await run.get(from), await run.get(to)];
    const { simulation } = await run.replayer.segmentAt(to);
    const changes = compareStates(before, after, simulation);
    await repo.branches.moveCursor(to);
    await repo.close();
    const { types } = simulation;
    const data = changes.map(({ path, a, b }) => ({
      path,
      a: toJson(a, types),
      b: toJson(b, types),
    }));
    out.result({ run: run.id, from, step: to, changes: data }, () => {
      const end = to === wanted ? "" : to === 0 ? ", the first" : ", the last";
      const short = (value: unknown): string => formatState(value, { oneLine: true, types });
      const rows = changes.map(({ path, a, b }) => [path, short(a), "→", short(b)]);
      return [`step ${count(to)}${end}`, rows.length === 0 ? "nothing changed" : table(rows)].join(
        "\n",
      );
    });
    return STATUS.ok;
  },
};
