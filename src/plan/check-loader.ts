import { checkInteger, describe } from "../base/checks.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import { checkBreak, loaderShape } from "../random/torch/loader-options.ts";
import type { TorchEra } from "../random/torch/version.ts";
import { checkKeys } from "./keys.ts";
import type { PlanGenerator, PlanLoader } from "./plan.ts";

/**
 * A loader without the options that are defaults. Throws INVALID_ARGUMENT if an option is not
 * valid.
 */
export function checkLoader(
  loader: PlanLoader,
  name: PlanGenerator["name"],
  era: TorchEra,
): PlanLoader {
  checkKeys(loader, "a loader", LOADER_KEYS);
  const { generator = "default", part, ...options } = loader;
  if (!options.numWorkers && (options.persistentWorkers || options.prefetchFactor !== undefined)) {
    const option = options.persistentWorkers ? "persistent" : "prefetch";
    throw invalidArgument(`expected at least 1 worker for a loader with ${option}, got none`);
  }
  const shape = loaderShape(options, era);
  if (generator !== "own" && generator !== "default") {
    throw invalidArgument(
      `expected a loader's generator to be own or default, got ${describe(generator)}`,
    );
  }
  if (name !== "torch" && (shape.numWorkers > 0 || generator === "own")) {
    throw invalidArgument(`expected no workers and no own generator of a loader: ${name} has none`);
  }
  return {
    length: shape.length,
    ...(shape.shuffle ? { shuffle: true } : {}),
    ...(shape.batchSize === 1 ? {} : { batchSize: shape.batchSize }),
    ...(shape.dropLast ? { dropLast: true } : {}),
    ...(shape.numWorkers === 0 ? {} : { numWorkers: shape.numWorkers }),
    ...(shape.prefetchFactor === 2 ? {} : { prefetchFactor: shape.prefetchFactor }),
    ...(shape.persistentWorkers ? { persistentWorkers: true } : {}),
    ...(generator === "own" ? { generator } : {}),
    ...(part === undefined ? {} : { part: checkInteger(part, "the number of a part", 1) }),
  };
}

const LOADER_KEYS: readonly string[] = [
  "length",
  "shuffle",
  "batchSize",
  "dropLast",
  "numWorkers",
  "prefetchFactor",
  "persistentWorkers",
  "generator",
  "part",
];

/** The batches after which a loop is left. Throws INVALID_ARGUMENT if the loader has fewer. */
export function checkBreakOf(loader: PlanLoader, breakAfter: unknown, era: TorchEra): number {
  const { generator: _, part: __, ...options } = loader;
  return checkBreak(breakAfter, loaderShape(options, era)) as number;
}
