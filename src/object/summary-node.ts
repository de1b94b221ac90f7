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
import { TREE_WIDTH } from "./tree-builder.ts";

/** A full node of the tree of an observer's summaries. */
export interface SummaryNode {
  readonly shape: Shape | undefined;
  /** At level 0 the summaries of 64 blocks; at higher levels 64 nodes one level below. */
  readonly children: SummaryChildren;
}

export type SummaryChildren =
  | { readonly level: 0; readonly blocks: readonly (Summary | undefined)[] }
  | { readonly level: number; readonly nodes: readonly NodeRef[] };

/** A full node as the one above names it, with the summary of all its blocks together. */
export interface NodeRef {
  readonly id: Id<"summary">;
  readonly summary: Summary | undefined;
}

/** The bytes of a summary object. */
export function encodeSummaryNode(node: SummaryNode): Uint8Array {
  return encodeBody("summary", format(node));
}

/** Reads a summary object. Throws OBJECT_INVALID. */
export function decodeSummaryNode(body: Uint8Array): SummaryNode {
  return decodeBody("summary", body, parse, format);
}

/** A node as stored above it. */
export function formatNodeRef({ id, summary }: NodeRef): readonly unknown[] {
  return [idBytes(id), formatSummary(summary)];
}

/** Reads a node as stored above it. */
export function parseNodeRef(fields: Fields, shape: Shape | undefined): NodeRef {
  return { id: fields.expectLength(2).id<"summary">(), summary: parseSummary(fields, shape) };
}

function parse(fields: Fields): SummaryNode {
  const shape = parseShape(fields.expectLength(4));
  const level = fields.integer(0, 8);
  return {
    shape,
    children:
      level === 0
        ? { level: 0, blocks: fields.list((each) => parseSummary(each, shape), TREE_WIDTH) }
        : {
            level,
            nodes: fields.list((each) => parseNodeRef(each.nested(), shape), TREE_WIDTH),
          },
  };
}

function format({ shape, children }: SummaryNode): readonly unknown[] {
  const { level } = children;
  const below =
    "blocks" in children ? children.blocks.map(formatSummary) : children.nodes.map(formatNodeRef);
  return [...formatShape(shape), level, below];
}
