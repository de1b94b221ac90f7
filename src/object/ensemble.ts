import { equalBytes } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { decodeBody, encodeBody, type Fields, idBytes } from "./body.ts";
import { parseSeed } from "./ensemble-rows.ts";
import type { Id } from "./id.ts";
import { MOST_ENTRIES, type StoredList } from "./pages.ts";
import { formatParamsRef, type ParamsRef, parseParamsRef } from "./params.ts";
import { checkMeta, type RunMeta } from "./run-meta.ts";
import { isSeedRule, type SeedRule } from "./seeds.ts";

/** The version of the format of ensembles. */
export const ENSEMBLE_FORMAT = 1;

/** Many runs of one program, over params and seeds: what a sweep is to record, and has recorded. */
export interface EnsembleManifest extends EnsembleParts {
  /** The runs that are to be recorded, each a row. */
  readonly rows: StoredList<"rows">;
  /** What has become of each row. */
  readonly results: StoredList<"results">;
  /** How many rows are done, and how many have failed. */
  readonly done: number;
  readonly failed: number;
}

/** What all runs of an ensemble have in common. */
export interface EnsembleParts {
  readonly program: Id<"program">;
  /** The steps of each run. */
  readonly steps: number;
  /** Steps in a block; undefined if each run takes the one that fits its first state. */
  readonly blockSize: number | undefined;
  /** How generators are seeded. */
  readonly rule: SeedRule;
  /** The seed from which those of the runs are derived, unless they were given. */
  readonly seed: bigint;
  /** The params of a run, before the values of its row. */
  readonly params: ParamsRef;
  /** The names of the params that the rows have values for; a name may be a path inside a param. */
  readonly columns: readonly string[];
  /** The notes of the sweep, which are also those of its runs. */
  readonly meta: RunMeta;
}

/** The most columns. */
export const MOST_COLUMNS = 1_000;

/** The bytes of an ensemble object. */
export function encodeEnsemble(ensemble: EnsembleManifest): Uint8Array {
  return encodeBody("ensemble", format(ensemble));
}

/** Reads an ensemble object. */
export function decodeEnsemble(body: Uint8Array): EnsembleManifest {
  return decodeBody("ensemble", body, (fields) => parse(fields, body.length), format);
}

function parse(fields: Fields, lengthBytes: number): EnsembleManifest {
  const version = fields.integer();
  if (version !== ENSEMBLE_FORMAT) {
    throw new RewindError(
      "UNSUPPORTED_FORMAT",
      `expected ensemble format ${ENSEMBLE_FORMAT}, got ${version}`,
    );
  }
  const program = fields.expectLength(14).id<"program">();
  const steps = fields.integer();
  const blockSize = fields.optional((field) => field.integer(1));
  const rule = fields.text();
  if (!isSeedRule(rule)) throw invalid("a known seed rule");
  const seed = parseSeed(fields);
  const params = parseParamsRef(fields);
  const columns = fields.list((column) => column.text());
  if (columns.length > MOST_COLUMNS || new Set(columns).size < columns.length) {
    throw invalid(`at most ${MOST_COLUMNS} columns, each once`);
  }
  const count = fields.integer(0, MOST_ENTRIES);
  const rows = { count, top: fields.optional((field) => field.id<"rows">()) };
  const results = { count, top: fields.optional((field) => field.id<"results">()) };
  const done = fields.integer(0, count);
  const failed = fields.integer(0, count - done);
  const meta = checkMeta(fields.record(), lengthBytes);
  const parts = { program, steps, blockSize, rule, seed, params, columns, meta };
  return { ...parts, rows, results, done, failed };
}

function format(ensemble: EnsembleManifest): readonly unknown[] {
  const { program, steps, blockSize, rule, seed, params, columns, rows, results } = ensemble;
  return [
    ...[ENSEMBLE_FORMAT, idBytes(program), steps, blockSize ?? null, rule, seed],
    ...[formatParamsRef(params), columns, rows.count],
    ...[rows.top, results.top].map((top) => (top === undefined ? null : idBytes(top))),
    ...[ensemble.done, ensemble.failed, ensemble.meta],
  ];
}

/**
 * Whether an ensemble goes on from another: it is the same sweep, with at least its rows and as
 * many finished runs.
 */
export function continuesEnsemble(later: EnsembleManifest, before: EnsembleManifest): boolean {
  const isLonger = later.rows.count >= before.rows.count && later.done >= before.done;
  return isLonger && equalBytes(partsOf(later), partsOf(before));
}

function partsOf(ensemble: EnsembleManifest): Uint8Array {
  return encodeEnsemble({ ...ensemble, ...NOTHING_DONE });
}

const NOTHING_DONE = {
  rows: { count: 0, top: undefined },
  results: { count: 0, top: undefined },
  done: 0,
  failed: 0,
} as const;

function invalid(expected: string): RewindError {
  return new RewindError("OBJECT_INVALID", `not a valid ensemble: expected ${expected}`, {
    kind: "ensemble",
  });
}
