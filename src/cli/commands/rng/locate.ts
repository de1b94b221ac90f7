import { count, plural } from "../../../base/count.ts";
import { formatPlan } from "../../../plan/format.ts";
import { hypothesesOf } from "../../../plan/hypotheses.ts";
import { DEFAULT_EPOCHS, type Located, largestSplit, locate } from "../../../plan/locate.ts";
import { drawsAfterSeed } from "../../../plan/locate-draws.ts";
import { whyPositions } from "../../../plan/order-at.ts";
import type { Plan } from "../../../plan/plan.ts";
import { findEpoch, loaderAt } from "../../../plan/points.ts";
import { orderOf } from "../../../plan/reconstruct.ts";
import { walkTo } from "../../../plan/walk.ts";
import { type Context, type OptionsByName, STATUS } from "../../command.ts";
import { commandLine } from "../../input/command-line.ts";
import { optionalCount } from "../../input/parse.ts";
import { usageError } from "../../input/usage-error.ts";
import { countFromOne } from "./plan-text.ts";

interface LocateArguments {
  readonly order: string | undefined;
  readonly upTo: string | undefined;
  readonly draws: string | undefined;
  readonly loader: string | undefined;
}

/**
 * `rewind rng locate PLAN --order LIST`: the epochs that begin with these samples, and the tested
 * guesses.
 */
export async function locateInPlan(
  plan: Plan,
  args: LocateArguments,
  { out }: Context,
): Promise<number> {
  const order = orderIn(args.order);
  const upTo = countFromOne(args.upTo, "--up-to") ?? DEFAULT_EPOCHS;
  const draws = optionalCount(args.draws, "--draws") ?? 0;
  const loader = countFromOne(args.loader, "--loader");
  const which = loader === undefined ? {} : { loader };
  const found = locate(plan, { order, upTo, draws, ...which });
  const tested = hypothesesOf(plan).map(({ name }) => name);
  const { length, shuffle } = loaderAt(plan, loader);
  const looked = tested.length * upTo + 2 * draws;
  out.result({ plan: formatPlan(plan), upTo, draws, found, tested }, () =>
    [
      ...(found.length === 0
        ? ["no epoch begins with these samples"]
        : found.slice(0, MOST_SHOWN).flatMap((located) => foundLines(located, which))),
      ...(found.length > MOST_SHOWN ? [`and ${count(found.length - MOST_SHOWN)} more`] : []),
      ...(shuffle && found.length > 1 ? [tellApart(found, which)] : []),
      "",
      `tested epochs 1 to ${count(upTo)}${drawsText(draws, drawsAfterSeed(draws, largestSplit(plan.steps)))}`,
      ...tested.map((name) => `  ${name}`),
    ].join("\n"),
  );
  if (shuffle && looked * chance(order.length, length) > UNLIKELY) {
    out.note(
      `among ${count(looked)} orders, some may begin with these samples by chance: give more samples`,
    );
  }
  const why = whyPositions(walkTo(findEpoch(plan, { epoch: 1, ...which })));
  if (why !== undefined) out.note(why);
  return found.length === 0 ? STATUS.failed : STATUS.ok;
}

/** The text lists at most this many; --json lists all. */
const MOST_SHOWN = 20;

function drawsText(draws: number, afterSeed: number): string {
  if (draws === 0) return "";
  const fewer = afterSeed < draws ? `, up to ${count(afterSeed)} of them` : ",";
  return `, and up to ${plural(draws, "draw")} more before the first${fewer} or right after the seed`;
}

/** What helps to choose among several epochs that begin with the samples. */
function tellApart(found: readonly Located[], which: { readonly loader?: number }): string {
  const orders = found
    .slice(0, MOST_SHOWN)
    .map(({ plan, epoch }) => orderOf(plan, { epoch, ...which }).order);
  const [first = [], ...others] = orders;
  const same = others.every((order) => order.every((sample, i) => sample === first[i]));
  return same
    ? `these ${count(found.length)} have the same samples throughout: samples of another epoch tell them apart`
    : `${count(found.length)} epochs begin with these samples: give more samples to tell some of them apart`;
}

/** The chance of a false find above which a note warns. */
const UNLIKELY = 0.01;

/** The chance that a random order of `length` samples begins with `given` known ones. */
function chance(given: number, length: number): number {
  let likely = 1;
  for (let i = 0; i < Math.min(given, length); i++) likely /= length - i;
  return likely;
}

function foundLines(
  { hypothesis, epoch, as, plan }: Located,
  which: { readonly loader?: number },
): string[] {
  const counted = as === "positions" ? ", the samples as positions in the loader" : "";
  return [
    `epoch ${count(epoch)}, ${hypothesis}${counted}`,
    `  ${commandLine("rng", [plan], { epoch, ...which }, POINT_OPTIONS)}`,
  ];
}

const POINT_OPTIONS: OptionsByName = {
  epoch: { describe: "", type: "string" },
  loader: { describe: "", type: "string" },
};

/** Reads whole numbers with commas or spaces between them, with or without brackets. Throws USAGE. */
function orderIn(text: string | undefined): number[] {
  if (text === undefined) throw usageError("expected --order LIST, the first samples of an epoch");
  const words = text
    .replace(/^\s*\[|\]\s*$/g, "")
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  const order = words.map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
  if (order.length > 0 && order.every(Number.isSafeInteger)) return order;
  throw usageError(
    `expected --order to be whole numbers such as 1247,795,625, got ${JSON.stringify(text)}`,
  );
}
