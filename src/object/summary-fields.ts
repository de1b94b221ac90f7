import { RewindError } from "../base/errors.ts";
import { ExactSum } from "../base/exact-sum.ts";
import type { NumberSummary } from "../statistics/number-summary.ts";
import { decodeSketch } from "../statistics/sketch.ts";
import { MOST_TEXTS, type TextSummary } from "../statistics/text-summary.ts";
import type { Fields } from "./body.ts";

/** What an observer gives at each step: `vector` several numbers, of which there are `width`. */
export interface Shape {
  readonly kind: ShapeKind;
  /** How many numbers: 1 for a number or a boolean, which counts as 0 or 1, and 0 for a text. */
  readonly width: number;
}

/** The kinds, in the order of their numbers in objects. */
export const SHAPE_KINDS = ["number", "boolean", "vector", "text"] as const;

export type ShapeKind = (typeof SHAPE_KINDS)[number];

/** The most numbers that an observer may give at a step. */
export const MOST_COMPONENTS = 16;

/** What is kept of the values of an observer over steps in a row; one summary for each number. */
export type Summary =
  | { readonly numbers: readonly NumberSummary[] }
  | { readonly text: TextSummary };

/** A shape as stored in a body. */
export function formatShape(shape: Shape | undefined): readonly unknown[] {
  return shape === undefined ? [null, 0] : [SHAPE_KINDS.indexOf(shape.kind), shape.width];
}

/** Reads two fields: a shape, or none. */
export function parseShape(fields: Fields): Shape | undefined {
  const kind = fields.optional((field) => SHAPE_KINDS[field.integer(0, SHAPE_KINDS.length - 1)]);
  if (kind === undefined) {
    fields.integer(0, 0);
    return undefined;
  }
  const [low, high] = { number: [1, 1], boolean: [1, 1], vector: [1, 16], text: [0, 0] }[kind];
  return { kind, width: fields.integer(low, high) };
}

/** A summary as stored in a body; null if the observer gave nothing. */
export function formatSummary(summary: Summary | undefined): unknown {
  if (summary === undefined) return null;
  if ("numbers" in summary) return summary.numbers.map(formatNumbers);
  const { count, first, last, counts } = summary.text;
  return [count, first, last, counts?.map((pair) => [...pair]) ?? null];
}

/** Reads a summary of values of this shape. */
export function parseSummary(fields: Fields, shape: Shape | undefined): Summary | undefined {
  return fields.optional((field) => {
    if (shape === undefined) throw invalid("expected nothing where an observer gave nothing");
    if (shape.kind === "text") return { text: parseText(field.nested()) };
    return { numbers: field.list((each) => parseNumbers(each.nested()), shape.width) };
  });
}

function formatNumbers(summary: NumberSummary): readonly unknown[] {
  const { count, nan, min, max, first, last, sum, squares, sketch } = summary;
  return [count, nan, min, max, first, last, sum, squares, sketch];
}

function parseNumbers(fields: Fields): NumberSummary {
  const count = fields.expectLength(9).integer(1);
  const nan = fields.integer(0, count);
  const summary = {
    ...{ count, nan, min: fields.double(), max: fields.double() },
    ...{ first: fields.double(), last: fields.double() },
    ...{ sum: fields.bytes(), squares: fields.bytes(), sketch: fields.bytes() },
  };
  ExactSum.fromBytes(summary.sum);
  ExactSum.fromBytes(summary.squares);
  let counted = 0;
  for (const each of decodeSketch(summary.sketch)?.values() ?? []) counted += each;
  if (counted !== count - nan) throw invalid(`expected a sketch of ${count - nan} numbers`);
  return summary;
}

function parseText(fields: Fields): TextSummary {
  const text = {
    count: fields.expectLength(4).integer(1),
    first: fields.text(),
    last: fields.text(),
    counts: fields.optional((field) =>
      field.list((each) => {
        const pair = each.nested().expectLength(2);
        return [pair.text(), pair.integer(1)] as const;
      }),
    ),
  };
  const { counts, count } = text;
  if (counts === undefined) return text;
  const sum = counts.reduce((all, [, each]) => all + each, 0);
  const isSorted = counts.every(([name], i) => i === 0 || (counts[i - 1]?.[0] ?? name) < name);
  if (sum !== count || counts.length > MOST_TEXTS || !isSorted) {
    throw invalid(`expected sorted counts of ${count} texts`);
  }
  return text;
}

function invalid(problem: string): RewindError {
  return new RewindError("OBJECT_INVALID", `not a valid summary: ${problem}`);
}
