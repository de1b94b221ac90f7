import type { Difference } from "../../codec/differences.ts";
import { toJson } from "../../codec/json.ts";
import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { optionalCount } from "../parse.ts";
import { wholeRun } from "../revision.ts";
import { formatState } from "../state.ts";
import { count, table } from "../text.ts";

export const diff: Command = {
  usage: "<a> <b>",
  describe:
    "Compares two runs: where they forked, what was changed, the first step at which their states\ndiffer, and the fields that differ there. Exit status 3 where they differ.",
  options: {
    at: { describe: "compare the states at this step", type: "text", value: "STEP" },
    trust: TRUST_OPTION,
  },
  examples: [
    ["diff main fix", "the first step and the fields that differ"],
    ["diff main fix --at 900_000", "the states at one step"],
  ],
  async run(args, { out, open, long }) {
    const at = optionalCount(args.at, "--at");
    const repo = await open({ trust: args.trust === true });
    const [a, b] = [String(args.a), String(args.b)];
    const [runA, runB] = await Promise.all([
      wholeRun(repo, a, AT_A_STEP),
      wholeRun(repo, b, AT_A_STEP),
    ]);
    const result = await runA.run.diff(runB.run, { ...long("comparing"), at });
    await repo.close();
    const { identical, forkStep, firstDifferentStep, changes, inputs } = result;
    const differs = at === undefined ? !identical : changes.length > 0;
    const plain = (differences: readonly Difference[]): object[] =>
      differences.map((change) => ({
        path: change.path,
        a: toJson(change.a),
        b: toJson(change.b),
      }));
    out.result(
      {
        identical: at === undefined ? identical : !differs,
        forkStep: forkStep ?? null,
        firstDifferentStep: firstDifferentStep ?? null,
        changes: plain(changes),
        inputs: plain(inputs),
      },
      () => {
        if (!differs)
          return at === undefined ? "the runs are identical" : `identical at step ${count(at)}`;
        return [
          forkStep === undefined ? "no shared history" : `forked at step ${count(forkStep)}`,
          ...inputs.map((input) => `  ${input.path}: ${short(input.a)} → ${short(input.b)}`),
          ...differenceText(firstDifferentStep, changes, [a, b], at),
        ].join("\n");
      },
    );
    return differs ? STATUS.differs : STATUS.ok;
  },
};

const AT_A_STEP = { instead: "to compare the states at one step, use --at STEP" };

function differenceText(
  step: number | undefined,
  changes: readonly Difference[],
  [a, b]: readonly [string, string],
  at: number | undefined,
): string[] {
  if (step === undefined) return ["the shorter run is the beginning of the longer one"];
  const rows = changes.map((change) => {
    const drift =
      typeof change.a === "number" && typeof change.b === "number"
        ? String(change.b - change.a)
        : "";
    return [change.path, short(change.a), short(change.b), drift];
  });
  return [
    at === undefined ? `first different step: ${count(step)}` : `different at step ${count(step)}`,
    table([["", a, b, "difference"], ...rows], [1, 2, 3]),
  ];
}

/** A value short enough for a table. */
function short(value: unknown): string {
  const text = formatState(value, { oneLine: true });
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
