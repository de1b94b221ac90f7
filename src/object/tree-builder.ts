/** How many entries a node holds: the tree is 64-ary. */
export const TREE_WIDTH = 64;

/**
 * The incomplete right edge of an append-only tree: `entries` are those after the last full node, and
 * `nodes[i]` the full nodes of level i that no full node of level i + 1 holds yet.
 */
export interface TreeEdge<E, N> {
  readonly entries: readonly E[];
  readonly nodes: readonly (readonly N[])[];
}

/** What stands for a full node of this level: its entries at level 0, above it the nodes below. */
export interface CloseNode<E, N> {
  bottom(entries: readonly E[]): N;
  above(level: number, nodes: readonly N[]): N;
}

/** Appends entries to a tree, and closes each node once it is full. */
export class TreeBuilder<E, N> {
  readonly #entries: E[];
  readonly #nodes: N[][];
  readonly #close: CloseNode<E, N>;

  constructor({ entries, nodes }: TreeEdge<E, N>, close: CloseNode<E, N>) {
    this.#entries = [...entries];
    this.#nodes = nodes.map((row) => [...row]);
    this.#close = close;
  }

  append(entry: E): void {
    this.#entries.push(entry);
    if (this.#entries.length < TREE_WIDTH) return;
    this.#carry(0, this.#close.bottom(this.#entries));
    this.#entries.length = 0;
  }

  /** A copy of the edge as it is now. */
  edge(): TreeEdge<E, N> {
    return { entries: [...this.#entries], nodes: this.#nodes.map((row) => [...row]) };
  }

  #carry(level: number, node: N): void {
    if (this.#nodes.length === level) this.#nodes.push([]);
    const row = this.#nodes[level] as N[];
    row.push(node);
    if (row.length < TREE_WIDTH) return;
    this.#carry(level + 1, this.#close.above(level + 1, row));
    row.length = 0;
  }
}

/** How many levels of nodes a tree of `count` entries has above its entries. */
export function treeLevels(count: number): number {
  let levels = 0;
  for (let rest = Math.floor(count / TREE_WIDTH); rest > 0; levels++) {
    rest = Math.floor(rest / TREE_WIDTH);
  }
  return levels;
}
