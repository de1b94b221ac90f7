import { checkInteger } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { checkFlag } from "../parameters.ts";
import { checkLength } from "./permutation.ts";
import type { TorchEra } from "./version.ts";

/** The options of a `DataLoader` that decide its order and its draws. */
export interface LoaderOptions {
  /** Samples in the dataset. */
  readonly length: number;
  /** Samples in a batch; default 1. */
  readonly batchSize?: number;
  /** Whether a new order is drawn for each epoch; default false: 0, 1, 2 … */
  readonly shuffle?: boolean;
  /** Whether the last batch is left out if it is not full; default false. */
  readonly dropLast?: boolean;
  /** Worker processes; default 0. They ask for batches ahead of the loop. */
  readonly numWorkers?: number;
  /** Batches that are asked for ahead, for each worker; default 2. */
  readonly prefetchFactor?: number;
  /** Whether the workers outlive an epoch; default false. */
  readonly persistentWorkers?: boolean;
}

/** The options, every default filled in. */
export type LoaderShape = Required<LoaderOptions>;

/**
 * Fills in PyTorch's defaults.
 *
 * @throws INVALID_ARGUMENT if PyTorch refuses the options, or did not have them yet.
 */
export function loaderShape(options: LoaderOptions, era: TorchEra): LoaderShape {
  const { batchSize = 1, numWorkers = 0, prefetchFactor = 2 } = options;
  const shape: LoaderShape = {
    length: checkLength(options.length, "length"),
    batchSize: checkInteger(batchSize, "batchSize", 1),
    shuffle: checkFlag(options.shuffle, "shuffle"),
    dropLast: checkFlag(options.dropLast, "dropLast"),
    numWorkers: checkInteger(numWorkers, "numWorkers", 0),
    prefetchFactor: checkInteger(prefetchFactor, "prefetchFactor", 1),
    persistentWorkers: checkFlag(options.persistentWorkers, "persistentWorkers"),
  };
  if (shape.shuffle && shape.length === 0) {
    throw invalidArgument("expected at least one sample to shuffle, got none");
  }
  if (shape.numWorkers === 0 && (shape.persistentWorkers || options.prefetchFactor !== undefined)) {
    const option = shape.persistentWorkers ? "persistentWorkers" : "prefetchFactor";
    throw invalidArgument(`expected at least one worker for ${option}, got numWorkers 0`);
  }
  if (shape.persistentWorkers && !era.persistentWorkers) {
    throw invalidArgument("persistentWorkers needs torch 1.7 or later");
  }
  return shape;
}

/** The batches of an epoch that runs to its end. */
export function batchCount({ length, batchSize, dropLast }: LoaderShape): number {
  return dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
}

/** Checks the number of batches after which a loop is left, if any: at most all batches. */
export function checkBreak(breakAfter: unknown, shape: LoaderShape): number | undefined {
  if (breakAfter === undefined) return undefined;
  const batches = batchCount(shape);
  if (checkInteger(breakAfter, "breakAfter", 0) <= batches) return breakAfter as number;
  throw invalidArgument(
    `expected to break off after at most ${batches} batches, the whole epoch, got ${breakAfter}`,
  );
}
