import { count } from "../../base/count.ts";
import type { Difference } from "../../codec/differences.ts";
import { PlacesToJson } from "../../codec/json/write.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import { type Command, command, STATUS } from "../command.ts";
import { parseCount } from "../input/parse.ts";
import { TRUST_OPTION } from "../options.ts";
import { cutPair } from "../show/cut-pair.ts";
import { stateLine } from "../show/state.ts";
import { table } from "../terminal/text.ts";

export const step: Command = command({
  positionals: { n: { type: "string" } },
  describe:
    "Moves the cursor by a step, or n steps, of the current run, and prints what changed in the state:\npath, before, after. Stops at the run's ends.",
  options: {
    back: { describe: "move towards the start", type: "boolean" },
    trust: TRUST_OPTION,
  },
  examples: [
    ["step", "one step forward"],
    ["step 100", "a hundred steps forward"],
    ["step --back 100", "a hundred steps back"],
  ],
  keys: { step: ["run", "from", "step", { changes: ["path", "a", "b"] }] },
  async run(args, { out, open }) {
    const by = args.n === undefined ? 1 : parseCount(args.n, "n");
    const repo = await open({ trust: args.trust });
    const { run, step: from = run.steps } = await repo.revision("HEAD");
    const wanted = args.back ? from - by : from + by;
    const to = Math.min(run.steps, Math.max(0, wanted));
    const changes = await run.changes(from, to);
    const types = await run.typesAt(Math.max(from, to));
    await repo.branches.moveCursor(to);
    const data = (): object => {
      return { run: run.id, from, step: to, changes: changes.map(changeData(types)) };
    };
    out.result(data, () => {
      const end = to === wanted ? "" : to === 0 ? ", the first" : ", the last";
      return [`step ${count(to)}${end}`, changesText(changes, types)].join("\n");
    });
    return STATUS.ok;
  },
});

/** A change ready for JSON. If one of the states has nothing there, `missing` says which. */
function changeData(types: TypeCodecs | undefined): (change: Difference) => object {
  const [before, after] = [new PlacesToJson(types), new PlacesToJson(types)];
  return ({ path, a, b, ...more }) => ({
    path,
    a: before.toJson(a, path),
    b: after.toJson(b, path),
    ...more,
  });
}

/** The most changes that the text lists; it counts the rest. */
const MOST_CHANGES = 50;
/** Longer values are cut. */
const MOST_LETTERS = 200;

function changesText(changes: readonly Difference[], types: TypeCodecs | undefined): string {
  if (changes.length === 0) return "nothing changed";
  const text = (value: unknown, missing: boolean, path: string): string =>
    missing ? "nothing" : stateLine(value, types, path);
  const rows = changes.slice(0, MOST_CHANGES).map(({ path, a, b, missing }) => {
    const [before, after] = cutPair(
      text(a, missing === "a", path),
      text(b, missing === "b", path),
      MOST_LETTERS,
    );
    return [path, before, "→", after];
  });
  const more = changes.length - rows.length;
  return more > 0 ? `${table(rows)}\nand ${count(more)} more; --json has all` : table(rows);
}
