import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import type { Hash } from "../../codec/hash.ts";
import { TypedText } from "../../codec/json/typed-text.ts";
import type { EnsembleRow } from "../../object/ensemble-rows.ts";
import { MOST_ENTRIES } from "../../object/pages.ts";
import type { ParamValues } from "../../object/params.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import { paramAt, paramValue, placeParams } from "../params.ts";
import type { DesignRow, DesignTable } from "./design-table.ts";
import { readRange } from "./range.ts";
import { identityOf, runKey, seedOfKey } from "./run-key.ts";

/** Which runs a sweep is to record. */
export interface Design {
  /** Values for each param, or for a part of one by its path; a text of a command line may be a range. */
  readonly axes: Readonly<Record<string, readonly unknown[]>>;
  /** Whether the values are taken side by side, rather than in every combination. */
  readonly zip: boolean;
  /** Rows of values, instead of axes. */
  readonly table: DesignTable | undefined;
  /** The seeds of the runs: each point of the design is run with each. Derived unless given. */
  readonly seeds: readonly (number | bigint)[] | undefined;
  /** How often each point is run with derived seeds. */
  readonly replicates: number;
  /** The most runs. */
  readonly limit: number;
}

/** The runs of a design: their columns and rows, in the order of the design. */
export interface Designed {
  readonly columns: readonly string[];
  readonly rows: readonly EnsembleRow[];
}

/** What the runs of a design share. */
export interface DesignBase {
  /** The params before the values of a row, those of the simulation among them. */
  readonly params: ParamValues;
  /** The seed of the ensemble. */
  readonly seed: bigint;
  readonly hash: Hash;
}

/**
 * The runs of a design. The values of the last axis change first, and the seeds before them. Throws
 * UNKNOWN_PARAM, INVALID_PARAM, INVALID_DESIGN, and ENSEMBLE_TOO_LARGE before anything is made.
 */
export function designed(design: Design, base: DesignBase): Designed {
  const points = design.table === undefined ? gridOf(design, base) : tableOf(design.table, base);
  const each = BigInt(design.seeds?.length ?? design.replicates);
  checkCount(points.count * each, design.limit);
  const rows: EnsembleRow[] = [];
  for (const point of points.all()) {
    for (const row of repetitions(point, design, base, points.columns)) rows.push(row);
  }
  checkDistinct(rows, points.columns, base, design.table);
  return { columns: points.columns, rows };
}

/** Checks the number of runs. Throws ENSEMBLE_TOO_LARGE. */
export function checkCount(runs: bigint, limit: number): void {
  if (runs <= BigInt(Math.min(limit, MOST_ENTRIES))) return;
  // A higher limit would not help.
  const isHighest = runs > BigInt(MOST_ENTRIES);
  const most = isHighest ? MOST_ENTRIES : limit;
  const shown = String(runs).replace(/\B(?=(\d{3})+$)/g, ",");
  throw new RewindError(
    "ENSEMBLE_TOO_LARGE",
    `expected at most ${count(most)} runs, got a design of ${shown}`,
    { runs: String(runs), limit: most, isHighest },
  );
}

/** Values of the columns, and the seed and the repetition that a table may give. */
interface Point extends Omit<DesignRow, "place"> {
  readonly values: readonly unknown[];
}

interface Points {
  readonly columns: readonly string[];
  readonly count: bigint;
  all(): Iterable<Point>;
}

function gridOf({ axes, zip }: Design, base: DesignBase): Points {
  const columns = Object.keys(axes);
  const lists = columns.map((name) => axisOf(name, axes[name] as readonly unknown[], base.params));
  const lengths = lists.map(({ length }) => length);
  if (zip && new Set(lengths).size > 1) {
    const shown = columns.map((name, i) => `${lengths[i]} for ${name}`).join(" and ");
    throw invalidArgument(`expected equally many values for each param with zip, got ${shown}`, {
      zip: lengths.map(Number),
    });
  }
  const [first = 1n] = lengths;
  const product = lengths.reduce((all, length) => all * length, 1n);
  const total = zip ? first : product;
  const digits = (index: number): number[] => {
    if (zip) return lists.map(() => index);
    let rest = index;
    return lists
      .toReversed()
      .map(({ length }) => {
        const digit = rest % Number(length);
        rest = Math.floor(rest / Number(length));
        return digit;
      })
      .reverse();
  };
  return {
    columns,
    count: total,
    *all() {
      const values = lists.map(({ all }) => all());
      for (let i = 0; i < Number(total); i++) {
        yield { values: digits(i).map((digit, axis) => values[axis]?.[digit]) };
      }
    },
  };
}

/** The values of an axis, whose number is known before they are made. */
interface Axis {
  readonly length: bigint;
  all(): readonly unknown[];
}

function axisOf(name: string, given: readonly unknown[], params: ParamValues): Axis {
  if (!Array.isArray(given)) {
    throw invalidArgument(`expected the values of ${name} as an array, got ${describe(given)}`, {
      name,
    });
  }
  const like = paramAt(params, name);
  const parts = given.map((value) => {
    const range =
      value instanceof TypedText && typeof like === "number" ? readRange(value.text) : undefined;
    if (range?.count === 0n) {
      throw new RewindError(
        "INVALID_PARAM",
        `expected a range of ${name} that leads from its start to its stop, got ${(value as TypedText).text}`,
        { name },
      );
    }
    if (range === undefined) return { count: 1n, at: () => value };
    return { count: range.count, at: (i: number) => new TypedText(range.at(i)) };
  });
  const length = parts.reduce((sum, part) => sum + part.count, 0n);
  if (length === 0n) {
    throw new RewindError("INVALID_PARAM", `expected at least one value for ${name}`, { name });
  }
  return {
    length,
    all: () =>
      parts.flatMap(({ count: many, at }) =>
        Array.from({ length: Number(many) }, (_, i) => paramValue(params, name, at(i))),
      ),
  };
}

function tableOf(table: DesignTable, base: DesignBase): Points {
  const { columns } = table;
  for (const column of columns) {
    table.at({ column }, () => paramAt(base.params, column));
  }
  return {
    columns,
    count: BigInt(table.rows.length),
    *all() {
      for (const { values, seed, replicate, place } of table.rows) {
        const read = values.map((value, i) => {
          const column = columns[i] as string;
          return table.at({ ...place, column }, () => paramValue(base.params, column, value));
        });
        yield { values: read, seed, replicate };
      }
    },
  };
}

/** The runs of one point: one for each seed, or for each derived seed. */
function* repetitions(
  { values, seed, replicate }: Point,
  { seeds, replicates }: Design,
  base: DesignBase,
  columns: readonly string[],
): Generator<EnsembleRow> {
  if (seed !== undefined) return yield { values, seed, replicate: undefined };
  if (seeds !== undefined) {
    for (const each of seeds) yield { values, seed: parseMasterSeed(each), replicate: undefined };
    return;
  }
  const params = placeParams(base.params, columns, values);
  const numbers =
    replicate === undefined ? Array.from({ length: replicates }, (_, i) => i) : [replicate];
  for (const number of numbers) {
    const key = runKey(base.hash, { seed: base.seed, params, replicate: number });
    yield { values, seed: seedOfKey(key), replicate: number };
  }
}

/** Checks that no two runs have the same params and the same seed. Throws INVALID_DESIGN. */
export function checkDistinct(
  rows: readonly EnsembleRow[],
  columns: readonly string[],
  { params, hash }: DesignBase,
  table?: DesignTable,
): void {
  const seen = new Map<string, number>();
  for (const [i, row] of rows.entries()) {
    const key = identityOf(hash, placeParams(params, columns, row.values), row.seed);
    const before = seen.get(key);
    seen.set(key, i);
    if (before === undefined) continue;
    const each = table && rows.length / table.rows.length;
    throw table === undefined || each === undefined
      ? new RewindError(
          "INVALID_DESIGN",
          `runs ${count(before)} and ${count(i)} are the same: they have equal params and equal seeds`,
          { equal: [before, i] },
        )
      : table.equalRows(Math.floor(before / each), Math.floor(i / each));
  }
}
