import path from "node:path";
import { toHex } from "../../../base/bytes.ts";
import { count, plural } from "../../../base/count.ts";
import { nodeHash } from "../../../node/host/platform.ts";
import { saveFile } from "../../../node/host/user-files.ts";
import { languageOf, loadingLines } from "../../../plan/consumer.ts";
import { formatAction } from "../../../plan/events.ts";
import { formatPlan } from "../../../plan/format.ts";
import {
  type EpochOrder,
  type EventOrder,
  epochAt,
  itemsAt,
  whyPositions,
} from "../../../plan/order-at.ts";
import type { Plan } from "../../../plan/plan.ts";
import { findPoint, type PlanPoint } from "../../../plan/points.ts";
import { loadersOf } from "../../../plan/totals.ts";
import { type Walked, walkForOrder, walkTo } from "../../../plan/walk.ts";
import { type Context, STATUS } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";
import { noteReplaced } from "../../show/replaced.ts";
import { countFromOne, drawsText, wrapped } from "./plan-text.ts";

interface PointArguments {
  readonly epoch: string | undefined;
  readonly event: string | undefined;
  readonly loader: string | undefined;
  readonly batch: string | undefined;
  readonly out: string | undefined;
}

/**
 * `rewind rng PLAN`: prints the order of an epoch, a permutation or a split, or prints or writes the
 * state at a point.
 */
export async function reconstruct(
  plan: Plan,
  args: PointArguments,
  context: Context,
): Promise<number> {
  const { out } = context;
  const batch = countFromOne(args.batch, "--batch");
  const file = args.out;
  const point = pointIn(args);
  if (file === "") throw usageError('expected a file name after --out, got ""');
  if (file !== undefined && batch !== undefined) {
    throw usageError(
      "expected --batch or --out, got both: batches are printed, the state is written",
    );
  }
  const found = findPoint(plan, point);
  if (file !== undefined) {
    await writeState(plan, walkTo(found), file, context);
    return STATUS.ok;
  }
  // The end of a plan is not an event and has no order.
  const walked = point === "end" ? walkTo(found) : walkForOrder(found);
  const { data, lines } = describePoint(plan, walked);
  const action = walked.event?.action;
  if (action?.kind === "epoch") {
    const order = epochAt(walked, action, batch);
    const { baseSeed, ...samples } = order;
    const size = batch ?? action.loader.batchSize;
    const seed = baseSeed === undefined ? null : { $bigint: String(baseSeed) };
    const json = { ...data, ...samples, baseSeed: seed };
    out.result(json, () =>
      [...lines, ...seedLines(order), "", ...orderLines(order, size, out.columns)].join("\n"),
    );
    const why = whyPositions(walked);
    if (why !== undefined) out.note(why);
  } else if (action?.kind === "split" || action?.kind === "permutation") {
    const items = itemsAt(walked);
    const json = action.kind === "split" ? { parts: items.parts } : { order: items.order };
    out.result({ ...data, ...json }, () =>
      [...lines, "", ...itemLines(action.kind, items, out.columns)].join("\n"),
    );
  } else {
    out.result(data, () => lines.join("\n"));
  }
  return STATUS.ok;
}

function pointIn(args: PointArguments): PlanPoint {
  const epoch = countFromOne(args.epoch, "--epoch", "10^7");
  const event = countFromOne(args.event, "--event");
  const loader = countFromOne(args.loader, "--loader");
  if (epoch !== undefined && event !== undefined) {
    throw usageError("expected one point, got both --epoch and --event");
  }
  if (epoch === undefined && (args.batch ?? loader) !== undefined) {
    throw usageError(
      `expected --epoch N with ${args.batch === undefined ? "--loader" : "--batch"}`,
    );
  }
  if (epoch !== undefined) return { epoch, ...(loader === undefined ? {} : { loader }) };
  return event === undefined ? "end" : { event };
}

/** Writes the state at a point, and prints the lines that load it. */
async function writeState(
  plan: Plan,
  walked: Walked,
  file: string,
  { out, cwd }: Context,
): Promise<void> {
  const { bytes, where, data } = describePoint(plan, walked);
  const own = loadersOf(plan.steps).some(({ generator }) => generator === "own");
  const loading = loadingLines(plan.generator, file, { own, started: [...walked.started] });
  const language = languageOf(plan.generator);
  noteReplaced(out, file, await saveFile(path.resolve(cwd, file), bytes));
  out.done({ ...data, file, bytes: bytes.length, loading }, () =>
    [
      `wrote the state ${where} to ${file}, ${count(bytes.length)} bytes`,
      `in ${language}${whenToLoad(walked)}:`,
      ...loading,
    ].join("\n"),
  );
}

/** The parts of a program that draw and must come before it loads a state. */
function whenToLoad({ plan, event, split }: Walked): string {
  if (plan.generator.name !== "torch" || event?.action.kind !== "epoch") return "";
  const done = split === undefined ? "the model" : "the model and random_split";
  return `, right before the loop: after ${done}, which draw${split === undefined ? "s" : ""} as well`;
}

/** A point of a plan: the state there, and the draws before it. */
interface Point {
  readonly bytes: Uint8Array;
  /** Such as "before epoch 10 of shuffle 1444". */
  readonly where: string;
  readonly data: object;
  readonly lines: readonly string[];
}

function describePoint(plan: Plan, { consumer, event }: Walked): Point {
  const bytes = consumer.state();
  const state = toHex(nodeHash(bytes));
  const text = event === undefined ? undefined : formatAction(event.action);
  const draws = consumer.drawn;
  return {
    bytes,
    where: text === undefined ? "at the end" : `before ${text}`,
    data: { plan: formatPlan(plan), before: text ?? null, draws, state },
    lines: [
      text ?? "the end of the plan",
      `  draws before it  ${drawsText(draws, plan.generator)}`,
      `  state before it  ${state} (SHA-256)`,
    ],
  };
}

function seedLines({ baseSeed }: EpochOrder): string[] {
  return baseSeed === undefined ? [] : [`  base seed        ${baseSeed}; worker w has this plus w`];
}

/** The batches of an epoch, if they have a size; else all its samples. */
function orderLines(
  { order, batches }: EpochOrder,
  size: number | undefined,
  columns: number,
): string[] {
  if (size === undefined) return [plural(order.length, "sample"), ...wrapped(order, columns)];
  return batches.flatMap((batch, i) => [
    `batch ${i + 1} of ${batches.length}, ${plural(batch.length, "sample")}`,
    ...wrapped(batch, columns),
  ]);
}

/** The parts of a split, or the items of a permutation. */
function itemLines(
  kind: "split" | "permutation",
  { order, parts }: EventOrder,
  columns: number,
): string[] {
  if (kind === "permutation") return [plural(order.length, "item"), ...wrapped(order, columns)];
  return parts.flatMap((part, i) => [
    `part ${i + 1} of ${parts.length}, ${plural(part.length, "sample")}`,
    ...wrapped(part, columns),
  ]);
}
