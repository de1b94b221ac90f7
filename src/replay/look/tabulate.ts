import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { reasonOf } from "../../base/reason.ts";
import { type AddValue, BatchBuilder } from "../../table/batch-builder.ts";
import { BlockNumbers } from "../../table/block-numbers.ts";
import { BLOCK_COLUMNS, blockColumns, STEP_COLUMNS } from "../../table/columns.ts";
import { kindOf, noColumn } from "../../table/kind-of.ts";
import type { Batch, Column } from "../../table/table.ts";
import type { Visit } from "../advance.ts";
import type { Replayer } from "../replayer.ts";
import { type Look, looking, type RangeOptions } from "./look.ts";
import { type StepRange, scan } from "./scan.ts";

/** A quantity that is read from each state. */
export interface Quantity {
  readonly name: string;
  readonly look: Look;
  readonly unit?: string | undefined;
  readonly title?: string | undefined;
}

/** Takes a batch, and resolves when more may follow. */
export type TakeBatch = (batch: Batch) => Promise<void>;

/** What is read, and where. */
export interface Reading extends StepRange {
  /** The name of the run in its rows. */
  readonly run: string;
  readonly quantities: readonly Quantity[];
  /** The columns of the quantities, in their order, as `quantityColumns` gives them. */
  readonly columns: readonly Column[];
  readonly options: RangeOptions;
}

/** A batch is handed over once it has this many rows. */
const BATCH_ROWS = 1 << 14;

/**
 * The columns of quantities, whose kinds are those of their values at one step. Throws
 * FUNCTION_FAILED for a value that no column can hold.
 */
export async function quantityColumns(
  replayer: Replayer,
  quantities: readonly Quantity[],
  step: number,
  options: RangeOptions,
): Promise<Column[]> {
  const values = await valuesAt(replayer, quantities, step, options);
  return quantities.map(({ name, unit, title }, i) => {
    const kind = kindOf(values[i]);
    if (kind === undefined) throw noColumn(name, values[i], step);
    return { name, ...kind, unit, title };
  });
}

/** The values of quantities at one step. */
export async function valuesAt(
  replayer: Replayer,
  quantities: readonly Quantity[],
  step: number,
  { previous, signal }: RangeOptions,
): Promise<unknown[]> {
  const values: unknown[] = [];
  const range = { from: step, to: step };
  const keep = quantities.map(() => (value: unknown) => void values.push(value));
  const read = reader(quantities, keep);
  const visit = await visiting(replayer, range, { previous, signal }, read);
  await scan(replayer, range, { signal }, visit);
  return values;
}

/**
 * Hands over a row for every `every`-th step of a range and for its last, in one pass: the run, the
 * step, and the quantities.
 */
export async function stepRows(
  replayer: Replayer,
  reading: Reading & { readonly every: number },
  take: TakeBatch,
): Promise<void> {
  const { run, quantities, columns, options, from, to, every } = reading;
  const builder = new BatchBuilder([...STEP_COLUMNS, ...columns]);
  const [addRun, addStep, ...adds] = builder.add;
  const read = reader(quantities, adds);
  let next = from;
  const visit = await visiting(replayer, reading, options, (state, context, previous) => {
    const { step } = context;
    if (step !== next) return;
    next = Math.min(step + every, to);
    read(state, context, previous);
    addRun?.(run, step);
    addStep?.(step, step);
    builder.endRow();
  });
  const long = { ...options, between: handingOver(builder, take) };
  await scan(replayer, { from, to }, long, visit);
  if (builder.rows > 0) await take(builder.take());
}

/** Hands over a row for each block of a range: the statistics of its quantities. */
export async function blockRows(
  replayer: Replayer,
  reading: Reading,
  take: TakeBatch,
): Promise<void> {
  const { run, quantities, columns, options, from, to } = reading;
  const { blockSize, steps } = replayer.manifest;
  const lastBlock = Math.max(0, replayer.timeline.count - 1);
  const builder = new BatchBuilder([...BLOCK_COLUMNS, ...columns.flatMap(blockColumns)]);
  const [addRun, addBlock, addFrom, addTo, ...adds] = builder.add;
  const numbers = columns.map((column) => new BlockNumbers(column));
  const read = reader(
    quantities,
    numbers.map((each) => (value, step) => each.add(value, step)),
  );
  let begun = from;
  const visit = await visiting(replayer, reading, options, (state, context, previous) => {
    const { step } = context;
    read(state, context, previous);
    // The last state of a run belongs to its last block, also if it lies on the grid.
    const endsBlock = (step + 1) % blockSize === 0 && step + 1 < steps;
    if (step !== to && !endsBlock) return;
    addRun?.(run, step);
    addBlock?.(Math.min(Math.floor(begun / blockSize), lastBlock), step);
    addFrom?.(begun, step);
    addTo?.(step, step);
    for (const [i, value] of numbers.flatMap((each) => each.take()).entries()) {
      adds[i]?.(value, step);
    }
    builder.endRow();
    begun = step + 1;
  });
  const long = { ...options, between: handingOver(builder, take) };
  await scan(replayer, { from, to }, long, visit);
  if (builder.rows > 0) await take(builder.take());
}

type Read = (...args: Parameters<Look>) => void;

/** Reads each quantity of a state, and passes its value on. Throws FUNCTION_FAILED, which names it. */
function reader(quantities: readonly Quantity[], add: readonly AddValue[]): Read {
  const looks = quantities.map(({ look }) => look);
  return (state, context, previous) => {
    let i = 0;
    try {
      for (; i < looks.length; i++) {
        (add[i] as AddValue)((looks[i] as Look)(state, context, previous), context.step);
      }
    } catch (cause) {
      throw quantityFailed(cause, quantities[i]?.name ?? "a column", context.step);
    }
  };
}

function quantityFailed(cause: unknown, name: string, step: number): RewindError {
  if (isRewindError(cause, "FUNCTION_FAILED")) return cause;
  const reason = reasonOf(cause);
  return new RewindError(
    "FUNCTION_FAILED",
    `${name} failed at step ${count(step)}: ${reason}`,
    { column: name, step, reason },
    { cause },
  );
}

/** What `scan` calls for each state of a range. */
async function visiting(
  replayer: Replayer,
  range: StepRange,
  options: RangeOptions,
  read: Read,
): Promise<Visit> {
  // A third parameter is refused unless the previous state is asked for.
  const look: Look = options.previous === true ? read : (state, ctx) => read(state, ctx, undefined);
  const call = await looking(replayer, range, look, options);
  return (state, context) => {
    call(state, context);
    return false;
  };
}

function handingOver(builder: BatchBuilder, take: TakeBatch): () => Promise<void> {
  return async () => {
    if (builder.rows >= BATCH_ROWS) await take(builder.take());
  };
}
