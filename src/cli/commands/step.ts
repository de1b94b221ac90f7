import { type Difference, differences } from "../../codec/differences.ts";
import { toJson } from "../../codec/json/write.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import { decodeState, encodeState } from "../../replay/environment.ts";
import type { Run } from "../../replay/run/run.ts";
import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { parseCount } from "../input/parse.ts";
import { cutPair } from "../show/cut-pair.ts";
import { stateLine } from "../show/state.ts";
import { count, table } from "../terminal/text.ts";

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
    ["step 100", "a hundred steps on"],
    ["step --back 100", "a hundred steps back"],
  ],
  async run(args, { out, open }) {
    const by = args.n === undefined ? 1 : parseCount(args.n, "n");
    const repo = await open({ trust: args.trust === true });
    const { run, step: from = run.steps } = await repo.revision("HEAD");
    const wanted = args.back === true ? from - by : from + by;
    const to = Math.min(run.steps, Math.max(0, wanted));
    const { changes, types } = await changesBetween(run, from, to);
    await repo.branches.moveCursor(to);
    await repo.close();
    const data = (): object => {
      return { run: run.id, from, step: to, changes: changes.map(changeData(types)) };
    };
    out.result(data, () => {
      const end = to === wanted ? "" : to === 0 ? ", the first" : ", the last";
      return [`step ${count(to)}${end}`, changesText(changes, types)].join("\n");
    });
    return STATUS.ok;
  },
};

/** Where the states at two steps differ, all of it, with the codecs of the later one's segment. */
async function changesBetween(
  run: Run,
  from: number,
  to: number,
): Promise<{ readonly changes: readonly Difference[]; readonly types: TypeCodecs | undefined }> {
  const { replayer } = run;
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const { simulation } = await replayer.segmentAt(high);
  const { simulation: old } = await replayer.segmentAt(low);
  // The earlier one first: from there the replay goes on to the later one.
  const early = await run.get(low);
  const later = await run.get(high);
  // Under other code the same classes are not the same: the state is read again, as a fork reads it.
  const earlier =
    old === simulation ? early : decodeState(encodeState(early, old, replayer.env), simulation);
  const [before, after] = from <= to ? [earlier, later] : [later, earlier];
  const { types } = simulation;
  const limit = Number.POSITIVE_INFINITY;
  return { changes: differences(before, after, { limit, types }), types };
}

/** A change ready for JSON; where one of the states has nothing there, `missing` says which. */
function changeData(types: TypeCodecs | undefined): (change: Difference) => object {
  return ({ path, a, b, ...more }) => ({ path, a: toJson(a, types), b: toJson(b, types), ...more });
}

/** Of more changes than this the text says how many more there are. */
const MOST_CHANGES = 50;
/** Longer values are cut. */
const MOST_LETTERS = 200;

function changesText(changes: readonly Difference[], types: TypeCodecs | undefined): string {
  if (changes.length === 0) return "nothing changed";
  const text = (value: unknown, missing: boolean): string =>
    missing ? "nothing" : stateLine(value, types);
  const rows = changes.slice(0, MOST_CHANGES).map(({ path, a, b, missing }) => {
    const [before, after] = cutPair(
      text(a, missing === "a"),
      text(b, missing === "b"),
      MOST_LETTERS,
    );
    return [path, before, "→", after];
  });
  const more = changes.length - rows.length;
  return more > 0 ? `${table(rows)}\nand ${count(more)} more; --json has all` : table(rows);
}
