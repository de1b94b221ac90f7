import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { decodeBody, encodeBody, type Fields, idBytes } from "./body.ts";
import type { Id } from "./id.ts";
import {
  formatShape,
  formatSummary,
  parseShape,
  parseSummary,
  type Shape,
  type Summary,
} from "./summary-fields.ts";
import { formatNodeRef, type NodeRef, parseNodeRef } from "./summary-node.ts";
import { TREE_WIDTH, type TreeEdge, treeLevels } from "./tree-builder.ts";

/** The version of the format that this code writes and reads. */
export const OBSERVED_FORMAT = 1;

/** The edge of a tree of summaries: an entry for each block, undefined if the observer gave nothing. */
export type SeriesEdge = TreeEdge<Summary | undefined, NodeRef>;

/** What an observer gave from step 0 on, as the summaries of whole blocks in a tree. */
export interface Series {
  readonly name: string;
  readonly definition: Definition;
  readonly unit: string | undefined;
  readonly title: string | undefined;
  /** Undefined as long as it gave nothing. */
  readonly shape: Shape | undefined;
  /** The last step that it observed. */
  readonly to: number;
  /** The blocks whose last step it observed. */
  readonly edge: SeriesEdge;
  /** The steps after these blocks; undefined if it gave nothing there. */
  readonly tail: Summary | undefined;
}

/**
 * What computes the values: the observer of this name in the simulation of each segment, an
 * expression over the state, or an export of a module, of which `source` is the digest of its bundle.
 */
export type Definition =
  | { readonly by: "simulation" }
  | { readonly by: "expression"; readonly text: string }
  | { readonly by: "module"; readonly source: Id<"chunk">; readonly export: string };

/** What was observed of a run. */
export interface Observed {
  /** Steps in a block: those of the run. */
  readonly blockSize: number;
  /** Sorted by name. */
  readonly series: readonly Series[];
}

/** The most observers of a run. */
export const MOST_OBSERVERS = 64;

/** The number of whole blocks that a series has summaries of. */
export function wholeBlocks({ to }: Pick<Series, "to">, blockSize: number): number {
  return Math.floor((to + 1) / blockSize);
}

/** Whether two definitions compute the same. */
export function sameDefinition(a: Definition, b: Definition): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The bytes of an object of this kind. */
export function encodeObserved(observed: Observed): Uint8Array {
  return encodeBody("observed", format(observed));
}

/** Reads an object of this kind. Throws OBJECT_INVALID, UNSUPPORTED_FORMAT. */
export function decodeObserved(body: Uint8Array): Observed {
  return decodeBody("observed", body, parse, format);
}

function parse(fields: Fields): Observed {
  const version = fields.integer();
  if (version !== OBSERVED_FORMAT) {
    const expected = `expected format ${OBSERVED_FORMAT} of what was observed`;
    throw new RewindError("UNSUPPORTED_FORMAT", `${expected}, got ${version}`);
  }
  const blockSize = fields.expectLength(3).integer(1);
  const series = fields.list((each) => parseSeries(each.nested(), blockSize));
  if (series.length > MOST_OBSERVERS) {
    throw invalid(`expected at most ${MOST_OBSERVERS} observers, got ${count(series.length)}`);
  }
  if (!series.every(({ name }, i) => i === 0 || (series[i - 1]?.name ?? name) < name)) {
    throw invalid("expected the names of observers sorted, each once");
  }
  return { blockSize, series };
}

function format({ blockSize, series }: Observed): readonly unknown[] {
  return [OBSERVED_FORMAT, blockSize, series.map(formatSeries)];
}

function parseSeries(fields: Fields, blockSize: number): Series {
  const name = fields.expectLength(10).text();
  const definition = parseDefinition(fields);
  const unit = fields.optional((field) => field.text());
  const title = fields.optional((field) => field.text());
  const shape = parseShape(fields);
  const to = fields.integer();
  const blocks = Math.floor((to + 1) / blockSize);
  const entries = fields.list((each) => parseSummary(each, shape), blocks % TREE_WIDTH);
  let rest = blocks;
  const nodes = fields.list((row) => {
    rest = Math.floor(rest / TREE_WIDTH);
    return row.list((each) => parseNodeRef(each.nested(), shape), rest % TREE_WIDTH);
  }, treeLevels(blocks));
  const tail = parseSummary(fields, shape);
  if (tail !== undefined && (to + 1) % blockSize === 0) {
    throw invalid("expected no steps after whole blocks");
  }
  return { name, definition, unit, title, shape, to, edge: { entries, nodes }, tail };
}

function formatSeries(series: Series): readonly unknown[] {
  const { name, definition, unit, title, shape, to, edge, tail } = series;
  return [
    name,
    formatDefinition(definition),
    unit ?? null,
    title ?? null,
    ...formatShape(shape),
    to,
    edge.entries.map(formatSummary),
    edge.nodes.map((row) => row.map(formatNodeRef)),
    formatSummary(tail),
  ];
}

function parseDefinition(fields: Fields): Definition {
  const parts = fields.nested();
  if (parts.length === 0) return { by: "simulation" };
  if (parts.length === 1) return { by: "expression", text: parts.text() };
  return { by: "module", source: parts.expectLength(2).id<"chunk">(), export: parts.text() };
}

function formatDefinition(definition: Definition): readonly unknown[] {
  switch (definition.by) {
    case "simulation":
      return [];
    case "expression":
      return [definition.text];
    case "module":
      return [idBytes(definition.source), definition.export];
  }
}

function invalid(problem: string): RewindError {
  return new RewindError("OBJECT_INVALID", `not valid observations: ${problem}`);
}
