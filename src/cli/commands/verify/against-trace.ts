import path from "node:path";
import { count } from "../../../base/count.ts";
import { isNumberText, readNumber } from "../../../base/number-text.ts";
import { readFile } from "../../../node/host/user-files.ts";
import { shortId } from "../../../object/id.ts";
import type { TraceComparison, TraceDifference } from "../../../replay/compare/compare-trace.ts";
import type { Run } from "../../../replay/run/run.ts";
import { type Context, STATUS } from "../../command.ts";
import { quoted } from "../../input/quoted.ts";
import { usageError } from "../../input/usage-error.ts";
import { cutPair } from "../../show/cut-pair.ts";
import { stateJson, stateLine } from "../../show/state.ts";

/** The keys of what it prints as JSON. */
export const TRACE_KEYS: readonly string[] = [
  ...["ok", "run", "block", "from", "to", "difference", "causes"],
];

interface TraceArguments {
  readonly file: string;
  readonly epsilon: string | undefined;
  readonly revision: string;
}

/** Replays a block and compares it with the trace in a file. */
export async function verifyTrace(
  run: Run,
  { file, epsilon: text, revision }: TraceArguments,
  { out, cwd, long }: Pick<Context, "out" | "cwd" | "long">,
): Promise<number> {
  const epsilon = text === undefined ? DEFAULT_EPSILON : parseEpsilon(text);
  const bytes = await readFile(path.resolve(cwd, file), LARGEST_TRACE_BYTES);
  const comparison = await run.compareTrace(bytes, { ...long("replaying"), epsilon });
  out.result(
    () => ({ ...comparison, difference: differenceJson(comparison.difference) }),
    () => comparisonText(comparison, { epsilon, revision, isSameRun: comparison.run === run.id }),
  );
  return comparison.ok ? STATUS.ok : STATUS.differs;
}

const DEFAULT_EPSILON = 1e-9;

/** No trace is larger. */
const LARGEST_TRACE_BYTES = 64 << 20;

function parseEpsilon(text: string): number {
  if (isNumberText(text) && !text.startsWith("-")) return readNumber(text, "--epsilon");
  throw usageError(`expected --epsilon to be a number, at least 0, got ${JSON.stringify(text)}`);
}

function differenceJson(difference: TraceDifference | undefined): object | null {
  if (difference === undefined) return null;
  const { step, kind, changes, drift, exceeds, types } = difference;
  return {
    ...{
      step,
      kind,
      drift: drift === undefined ? null : stateJson(drift),
      exceeds: exceeds ?? null,
    },
    changes: changes.map(({ path: where, a, b }) => ({
      path: where,
      a: stateJson(a, types, where),
      b: stateJson(b, types, where),
    })),
  };
}

interface About {
  readonly epsilon: number;
  readonly revision: string;
  readonly isSameRun: boolean;
}

function comparisonText(comparison: TraceComparison, about: About): string {
  const { block, from, to, run, difference, causes } = comparison;
  const where = `block ${count(block)}, steps ${count(from)} to ${count(to)}`;
  const other = about.isSameRun ? [] : [`the trace is of another run, ${shortId(run)}`];
  if (difference === undefined) return [`ok: ${where}, is as in the trace`, ...other].join("\n");
  const { step, changes, types } = difference;
  return [
    `${where}, differs from the trace`,
    ...other,
    `first different step: ${count(step)}`,
    ...changes.slice(0, MOST_LINES).map((change) => {
      const { missing } = change;
      const lineOf = (side: "a" | "b"): string =>
        missing === side ? "nothing" : stateLine(change[side], types, change.path);
      const [a, b] = cutPair(lineOf("a"), lineOf("b"), MOST_LETTERS);
      return `  ${change.path}: in the trace ${a}, here ${b}`;
    }),
    ...(changes.length > MOST_LINES ? [`  and ${count(changes.length - MOST_LINES)} more`] : []),
    `case: ${caseText(difference, block, about)}`,
    ...(causes.length > 0 ? [`likely cause: ${causes.join("; ")}`] : []),
  ].join("\n");
}

const MOST_LINES = 20;
/** Longer values are cut. */
const MOST_LETTERS = 200;

function caseText(
  { kind, step, drift, exceeds }: TraceDifference,
  block: number,
  { epsilon, revision }: About,
): string {
  const apart = drift === undefined ? "" : Number(drift.toPrecision(3));
  switch (kind) {
    case "structure":
      return "another structure";
    case "value":
      return apart === ""
        ? "another exact value"
        : `another exact value: numbers differ by up to ${apart}, and epsilon is ${epsilon}`;
    case "drift":
      return `a drift of at most ${apart}, within ${epsilon}${
        exceeds === undefined ? "" : `; it is larger from step ${count(exceeds)}`
      }`;
    case "unknown":
      return `unknown, since the trace holds no state of this step: \`rewind trace ${quoted(revision)} --block ${block} --at ${step} -o FILE\` writes one that does`;
  }
}
