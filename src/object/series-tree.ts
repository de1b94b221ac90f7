import { RewindError } from "../base/errors.ts";
import type { Id } from "./id.ts";
import { mergeSummaries } from "./merge-summaries.ts";
import type { Series, SeriesEdge } from "./observed.ts";
import type { PutObject, ReadObject } from "./state.ts";
import type { Shape, Summary } from "./summary-fields.ts";
import {
  decodeSummaryNode,
  encodeSummaryNode,
  type NodeRef,
  type SummaryChildren,
} from "./summary-node.ts";
import { TREE_WIDTH, TreeBuilder } from "./tree-builder.ts";

/** The edge of a tree without blocks. */
export const EMPTY_SERIES: SeriesEdge = { entries: [], nodes: [] };

/** Appends the summaries of blocks to the tree of an observer. `shape` is asked when a node closes. */
export function seriesBuilder(
  edge: SeriesEdge,
  shape: () => Shape | undefined,
  put: PutObject,
): TreeBuilder<Summary | undefined, NodeRef> {
  const close = (children: SummaryChildren, below: Iterable<Summary | undefined>): NodeRef => ({
    id: put("summary", encodeSummaryNode({ shape: shape(), children })),
    summary: mergeSummaries(below),
  });
  return new TreeBuilder(edge, {
    bottom: (blocks) => close({ level: 0, blocks: [...blocks] }, blocks),
    above: (level, nodes) =>
      close(
        { level, nodes: [...nodes] },
        nodes.map(({ summary }) => summary),
      ),
  });
}

/** Reads the trees of observers. Throws OBJECT_MISSING, OBJECT_INVALID and the like. */
export class SeriesReader {
  readonly #readObject: ReadObject;
  /** The nodes that were read last. */
  readonly #nodes = new Map<Id<"summary">, SummaryChildren>();

  constructor(readObject: ReadObject) {
    this.#readObject = readObject;
  }

  /** The edge of the tree as it was after its first `count` blocks. */
  async prefix({ edge }: Pick<Series, "edge">, count: number): Promise<SeriesEdge> {
    const nodes: (readonly NodeRef[])[] = edge.nodes.map(() => []);
    let rest = count;
    // The node in which the prefix ends: what follows lies below it.
    let cut: NodeRef | undefined;
    for (let level = edge.nodes.length - 1; level >= 0 && rest > 0; level--) {
      const row: readonly NodeRef[] =
        cut === undefined ? (edge.nodes[level] ?? []) : await this.#nodesOf(cut.id, level + 1);
      const width = TREE_WIDTH ** (level + 1);
      const whole = Math.min(row.length, Math.floor(rest / width));
      nodes[level] = row.slice(0, whole);
      rest -= whole * width;
      cut = row[whole];
    }
    while (nodes.at(-1)?.length === 0) nodes.pop();
    if (rest === 0) return { entries: [], nodes };
    const blocks = cut === undefined ? edge.entries : await this.#blocksOf(cut.id);
    return { entries: blocks.slice(0, rest), nodes };
  }

  /**
   * Summaries that together cover the blocks from `from` to before `to`, in order: those of the
   * largest nodes that lie inside, which are O(log n).
   */
  covering(
    series: Pick<Series, "edge">,
    from: number,
    to: number,
  ): AsyncGenerator<Summary | undefined> {
    return this.#walk(series, { from, to, isWhole: true });
  }

  /** The summaries of the blocks from `from` to before `to`, each by itself. */
  blocks(
    series: Pick<Series, "edge">,
    from: number,
    to: number,
  ): AsyncGenerator<Summary | undefined> {
    return this.#walk(series, { from, to, isWhole: false });
  }

  /** Every node of a tree for which `isNew` holds, a node before those below it. */
  async *nodes(
    { edge }: Pick<Series, "edge">,
    isNew: (id: Id<"summary">) => Promise<boolean>,
  ): AsyncGenerator<Id<"summary">> {
    for (const [level, row] of [...edge.nodes.entries()].reverse()) {
      for (const { id } of row) yield* this.#nodesBelow(id, level, isNew);
    }
  }

  async *#nodesBelow(
    id: Id<"summary">,
    level: number,
    isNew: (id: Id<"summary">) => Promise<boolean>,
  ): AsyncGenerator<Id<"summary">> {
    if (!(await isNew(id))) return;
    yield id;
    if (level === 0) return;
    for (const node of await this.#nodesOf(id, level))
      yield* this.#nodesBelow(node.id, level - 1, isNew);
  }

  async *#walk({ edge }: Pick<Series, "edge">, range: Range): AsyncGenerator<Summary | undefined> {
    let at = 0;
    for (let level = edge.nodes.length - 1; level >= 0; level--) {
      for (const node of edge.nodes[level] ?? []) {
        yield* this.#below(node, level, at, range);
        at += TREE_WIDTH ** (level + 1);
      }
    }
    yield* inRange(edge.entries, at, range);
  }

  /** The part of a node, whose first block is `start`, that lies in the range. */
  async *#below(
    { id, summary }: NodeRef,
    level: number,
    start: number,
    range: Range,
  ): AsyncGenerator<Summary | undefined> {
    const width = TREE_WIDTH ** level;
    const end = start + width * TREE_WIDTH;
    if (end <= range.from || start >= range.to) return;
    if (range.isWhole && start >= range.from && end <= range.to) {
      yield summary;
    } else if (level === 0) {
      yield* inRange(await this.#blocksOf(id), start, range);
    } else {
      for (const [i, node] of (await this.#nodesOf(id, level)).entries()) {
        yield* this.#below(node, level - 1, start + i * width, range);
      }
    }
  }

  async #blocksOf(id: Id<"summary">): Promise<readonly (Summary | undefined)[]> {
    const children = await this.#node(id, 0);
    return "blocks" in children ? children.blocks : [];
  }

  async #nodesOf(id: Id<"summary">, level: number): Promise<readonly NodeRef[]> {
    const children = await this.#node(id, level);
    return "nodes" in children ? children.nodes : [];
  }

  async #node(id: Id<"summary">, level: number): Promise<SummaryChildren> {
    const kept = this.#nodes.get(id);
    const children = kept ?? decodeSummaryNode(await this.#readObject("summary", id)).children;
    if (children.level !== level) {
      throw new RewindError(
        "OBJECT_INVALID",
        `expected a node of level ${level} at this place in a series, got one of level ${children.level}`,
      );
    }
    if (kept === undefined) {
      const [oldest] = this.#nodes.keys();
      if (this.#nodes.size >= KEPT_NODES) this.#nodes.delete(oldest as Id<"summary">);
      this.#nodes.set(id, children);
    }
    return children;
  }
}

/** Which blocks to give, and whether a node stands for all of its blocks. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** Those of the blocks from `start` on that lie in the range. */
function inRange<T>(blocks: readonly T[], start: number, { from, to }: Range): readonly T[] {
  return blocks.slice(Math.max(from - start, 0), Math.max(to - start, 0));
}

/** How many nodes to keep: a range touches at most two on each level. */
const KEPT_NODES = 16;
