import { toHex } from "../../base/bytes.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import type { EnsembleRow } from "../../object/ensemble-rows.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import { placeParams } from "../params.ts";
import type { DesignBase } from "./design.ts";
import { paramsKey, runKey, seedOfKey } from "./run-key.ts";

/** The runs that an ensemble is to have in addition. */
export interface MoreRows {
  /** More seeds for each point, if the seeds were given. */
  readonly addSeeds?: readonly (number | bigint)[] | undefined;
  /** How many more runs each point gets, if the seeds are derived. */
  readonly addReplicates?: number | undefined;
}

/**
 * The rows that more seeds add to the points of an ensemble: those of the first point, then those of
 * the second. Throws INVALID_ARGUMENT if the ensemble has seeds of the other kind.
 */
export function moreRows(
  rows: readonly EnsembleRow[],
  columns: readonly string[],
  base: DesignBase,
  { addSeeds, addReplicates = 0 }: MoreRows,
): EnsembleRow[] {
  const areDerived = rows.some(({ replicate }) => replicate !== undefined);
  if (addSeeds !== undefined && areDerived) {
    throw invalidArgument(
      "the seeds of these runs are derived: add replicates to them rather than seeds",
      { addSeeds: "derived" },
    );
  }
  if (addReplicates > 0 && !areDerived) {
    throw invalidArgument(
      "the seeds of these runs were given: add seeds to them rather than replicates",
      { addReplicates },
    );
  }
  const points = new Map<string, Point>();
  for (const { values, replicate = -1 } of rows) {
    const params = placeParams(base.params, columns, values);
    const key = toHex(paramsKey(base.hash, params));
    const next = Math.max(points.get(key)?.next ?? 0, replicate + 1);
    points.set(key, { values, params, next });
  }
  return [...points.values()].flatMap(({ values, params, next }) => [
    ...(addSeeds ?? []).map((seed) => ({
      ...{ values, seed: parseMasterSeed(seed), replicate: undefined },
    })),
    ...Array.from({ length: addReplicates }, (_, i) => {
      const replicate = next + i;
      const key = runKey(base.hash, { seed: base.seed, params, replicate });
      return { values, seed: seedOfKey(key), replicate };
    }),
  ]);
}

interface Point {
  readonly values: readonly unknown[];
  readonly params: DesignBase["params"];
  /** The number of its next repetition. */
  readonly next: number;
}
