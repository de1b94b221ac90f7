import { count, plural } from "../../base/count.ts";
import { PlacesToJson } from "../../codec/json/write.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import { shortId } from "../../object/id.ts";
import type { NamedBlame, NamedLeaf } from "../../repository/blame.ts";
import { type Command, command, STATUS } from "../command.ts";
import { optionalCount } from "../input/parse.ts";
import { PROGRAM_OPTION, TRUST_OPTION } from "../options.ts";
import { cutPair } from "../show/cut-pair.ts";
import { stateLine } from "../show/state.ts";
import { table } from "../terminal/text.ts";

export const blame: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "For each value in the state at a step: the step that changed it last, the run that recorded that step,\nand the value before. What a fork changed by hand is the fork's; what no step has changed is of step 0.\nReplays backward, block by block, until every change is found.",
  options: {
    path: {
      describe: "only this part of the state, such as agents[3].x",
      type: "string",
      value: "PATH",
    },
    limit: {
      alias: "n",
      describe: "explain at most N values; 1,000 unless given",
      type: "string",
      value: "N",
    },
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
  },
  examples: [
    ["blame main@842137", "where does each value of this state come from?"],
    ["blame main@-1 --path agents[3]", "the same for a part of the last state"],
  ],
  keys: {
    blame: [
      ...["run", "step"],
      { leaves: ["path", "step", "run", "name", "by", "isNew", "before", "value"] },
      "more",
    ],
  },
  async run(args, { out, open, long }) {
    const limit = optionalCount(args.limit, "-n");
    const { path, program } = args;
    const repo = await open({ trust: args.trust });
    const blamed = await repo.blame(args.revision, { path, limit, program, ...long("looking") });
    const { run } = await repo.revision(args.revision, { program });
    const types = await run.typesAt(blamed.step);
    out.result(
      () => blameJson(blamed, types),
      () => blameText(blamed, types),
    );
    return STATUS.ok;
  },
});

function blameJson({ run, step, leaves, more }: NamedBlame, types: TypeCodecs | undefined): object {
  const [before, after] = [new PlacesToJson(types), new PlacesToJson(types)];
  return {
    ...{ run, step },
    leaves: leaves.map((leaf) => ({
      ...{ path: leaf.path, step: leaf.step, run: leaf.run, name: leaf.name ?? null },
      ...{ by: leaf.by, isNew: leaf.isNew },
      before: leaf.isNew ? null : before.toJson(leaf.before, leaf.path),
      value: after.toJson(leaf.value, leaf.path),
    })),
    more,
  };
}

/** Longer values are cut. */
const MOST_LETTERS = 100;

function blameText({ leaves, more }: NamedBlame, types: TypeCodecs | undefined): string {
  if (leaves.length + more === 0) return "no values";
  const rows = leaves.map((leaf) => [
    leaf.path,
    count(leaf.step),
    leaf.name ?? shortId(leaf.run),
    ...valuesOf(leaf, types),
  ]);
  const text = table([["", "step", "run", "before", "", ""], ...rows], [1]);
  return more === 0
    ? text
    : `${text}\n… and ${plural(more, "more value")}: -n lists them, --path a part`;
}

/** The value before, an arrow, and the value; and who changed it, unless a step did. */
function valuesOf(
  { path, value, before, by, isNew }: NamedLeaf,
  types: TypeCodecs | undefined,
): readonly string[] {
  const after = stateLine(value, types, path);
  if (by === "start")
    return ["", "", `${cutPair("", after, MOST_LETTERS)[1]}, since the first state`];
  const pair = cutPair(isNew ? "nothing" : stateLine(before, types, path), after, MOST_LETTERS);
  return [pair[0], "→", by === "fork" ? `${pair[1]}, by hand` : pair[1]];
}
