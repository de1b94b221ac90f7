import { RewindError } from "../base/errors.ts";
import type { Fields } from "./body.ts";
import type { PageFormat } from "./pages.ts";

/** What one run of an ensemble is: its values of the ensemble's columns, and its seed. */
export interface EnsembleRow {
  /** In the order of the columns. */
  readonly values: readonly unknown[];
  /** The master seed of the run. */
  readonly seed: bigint;
  /** Which repetition it is, if its seed was derived; undefined for a seed that was given. */
  readonly replicate: number | undefined;
}

/** The pages of an ensemble's rows. */
export const ROW_PAGES: PageFormat<EnsembleRow, "rows"> = {
  kind: "rows",
  parse(fields) {
    const row = fields.nested().expectLength(3);
    return {
      values: row.list((value) => value.raw()),
      seed: parseSeed(row),
      replicate: row.optional((field) => field.integer()),
    };
  },
  format: ({ values, seed, replicate }) => [values, seed, replicate ?? null],
  isFinal: () => true,
};

/** Reads a master seed from a body. */
export function parseSeed(fields: Fields): bigint {
  const seed = fields.bigint();
  if (seed >= 0n && seed < 1n << 256n) return seed;
  throw new RewindError(
    "OBJECT_INVALID",
    "not a valid ensemble: expected a seed from 0 to 2^256 - 1",
    { kind: "ensemble" },
  );
}
