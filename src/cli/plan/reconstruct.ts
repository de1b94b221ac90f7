import path from "node:path";
import { toHex } from "../../base/bytes.ts";
import { nodeHash } from "../../node/platform.ts";
import { saveFile } from "../../node/user-files.ts";
import { loadingLines } from "../../random/plan/consumer.ts";
import { loadersOf } from "../../random/plan/count.ts";
import { eventsOf, formatAction } from "../../random/plan/events.ts";
import { formatPlan } from "../../random/plan/format.ts";
import type { Plan } from "../../random/plan/plan.ts";
import { findEpoch, findPoint, type PlanPoint } from "../../random/plan/points.ts";
import { type EpochOrder, orderOf } from "../../random/plan/reconstruct.ts";
import { walkTo } from "../../random/plan/walk.ts";
import { type Arguments, type Context, STATUS } from "../command.ts";
import { optional, optionalCount, usageError } from "../input/parse.ts";
import { count, plural } from "../terminal/text.ts";
import { drawsText, wrapped } from "./plan-text.ts";

/** `rewind rng PLAN`: the order of an epoch, or the state at a point, which it prints or writes. */
export async function reconstruct(plan: Plan, args: Arguments, context: Context): Promise<number> {
  const { out, cwd } = context;
  const epoch = optionalCount(args.epoch, "--epoch");
  const event = optionalCount(args.event, "--event");
  const loader = optionalCount(args.loader, "--loader");
  const batch = optionalCount(args.batch, "--batch");
  const file = optional(args.out);
  if (epoch !== undefined && event !== undefined) {
    throw usageError("expected one point, got both --epoch and --event");
  }
  if (epoch === undefined && (batch ?? loader) !== undefined) {
    throw usageError(`expected --epoch N with ${batch === undefined ? "--loader" : "--batch"}`);
  }
  if (file !== undefined && batch !== undefined) {
    throw usageError(
      "expected --batch or --out, got both: batches are printed, the state is written",
    );
  }
  const which = loader === undefined ? {} : { loader };
  const before = describePoint(
    plan,
    epoch !== undefined ? { epoch, ...which } : event !== undefined ? { event } : "end",
  );
  if (file !== undefined) {
    const bytes = before.bytes;
    const own = loadersOf(plan.steps).some(({ generator }) => generator === "own");
    const python = loadingLines(plan.generator, file, { own });
    await saveFile(path.resolve(cwd, file), bytes);
    out.result({ ...before.data, file, bytes: bytes.length, python }, () =>
      [
        `wrote the state ${before.text} to ${file}, ${count(bytes.length)} bytes`,
        `in Python${before.split ? ", after random_split, which draws as well" : ""}:`,
        ...python,
      ].join("\n"),
    );
  } else if (epoch !== undefined) {
    const order = orderOf(plan, { epoch, ...which, ...(batch === undefined ? {} : { batch }) });
    const sized = batch ?? findEpoch(plan, { epoch, ...which }).action.loader.batchSize;
    out.result({ ...before.data, ...order }, () =>
      [...before.lines, "", ...orderLines(order, sized, out.columns)].join("\n"),
    );
  } else {
    out.result(before.data, () => before.lines.join("\n"));
  }
  return STATUS.ok;
}

/** A point of a plan: the state there, and what was drawn until then. */
interface Point {
  readonly bytes: Uint8Array;
  /** Such as "before epoch 10 of shuffle 1444". */
  readonly text: string;
  /** Whether there was a split. */
  readonly split: boolean;
  readonly data: object;
  readonly lines: readonly string[];
}

function describePoint(plan: Plan, point: PlanPoint): Point {
  const found = findPoint(plan, point);
  const { consumer, parts } = walkTo(found.plan, found.number);
  const bytes = consumer.state();
  const state = toHex(nodeHash(bytes));
  const event = eventAt(found.plan, found.number);
  const text = event === undefined ? "at the end" : `before ${event}`;
  const draws = consumer.drawn;
  return {
    bytes,
    text,
    split: parts !== undefined,
    data: { plan: formatPlan(plan), before: event ?? null, draws, state },
    lines: [
      event ?? "the end of the plan",
      `  draws before it  ${drawsText(draws, plan.generator)}`,
      `  state before it  ${state} (SHA-256)`,
    ],
  };
}

/** An event in words; undefined behind the last one. */
function eventAt(plan: Plan, number: number): string | undefined {
  for (const event of eventsOf(plan)) {
    if (event.number === number) return formatAction(event.action);
  }
  return undefined;
}

/** The batches of an epoch, where they have a size; else all its samples. */
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
