import type { GraphNode } from "./graph.ts";

/**
 * The nodes, given with children before their parents, in such an order that draws well: one line
 * of descent after the other, so that `graph` needs few lanes. Of the children of a node the one
 * comes first whose descendants need the most lanes, for it can then have them to itself (the order
 * in which Sethi and Ullman, 1970, evaluate an expression with the fewest registers); of equal ones,
 * the one given first. Where no node has two parents, n nodes without children take 1 + log2(n)
 * lanes at the most.
 */
export function graphOrder<N extends GraphNode>(nodes: readonly N[]): N[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parentsOf = (node: N): N[] =>
    [...new Set(node.parents)].flatMap((parent) => byId.get(parent) ?? []);
  // How many of each node's children are still to come.
  const left = new Map<N, number>();
  for (const parent of nodes.flatMap(parentsOf)) left.set(parent, (left.get(parent) ?? 0) + 1);
  const ready = leaves(nodes, (node) => parentsOf(node)[0])
    .filter((node) => !left.has(node))
    .reverse();
  const ordered: N[] = [];
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    ordered.push(node);
    for (const parent of parentsOf(node)) {
      const rest = (left.get(parent) as number) - 1;
      left.set(parent, rest);
      // Taken next, ahead of what was ready before: a line of descent is drawn in one go.
      if (rest === 0) ready.push(parent);
    }
  }
  return ordered;
}

/** What is known of the subtree of a node: the lanes that it takes, and where it is given first. */
interface Extent {
  readonly lanes: number;
  readonly first: number;
}

/** The nodes without children, those of a subtree side by side and the widest subtree first. */
function leaves<N>(nodes: readonly N[], parentOf: (node: N) => N | undefined): N[] {
  const extents = new Map<N | undefined, Extent>();
  const children = new Map<N | undefined, N[]>();
  const sorted = (parent: N | undefined): N[] =>
    (children.get(parent) ?? []).sort((a, b) => {
      const [extentA, extentB] = [extents.get(a) as Extent, extents.get(b) as Extent];
      // Histories that share nothing never stand side by side: the latest comes first.
      const wider = parent === undefined ? 0 : extentB.lanes - extentA.lanes;
      return wider || extentA.first - extentB.first;
    });
  for (const [index, node] of nodes.entries()) {
    const [widest, second] = sorted(node).map((child) => extents.get(child) as Extent);
    const first = children.get(node)?.map((child) => extents.get(child)?.first ?? index) ?? [];
    extents.set(node, {
      // While any child but the first is drawn, a lane waits for this node.
      lanes: Math.max(1, widest?.lanes ?? 0, 1 + (second?.lanes ?? 0)),
      first: first.reduce((least, each) => Math.min(least, each), index),
    });
    const siblings = children.get(parentOf(node)) ?? [];
    siblings.push(node);
    children.set(parentOf(node), siblings);
  }
  const found: N[] = [];
  const waiting = sorted(undefined).reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const below = sorted(node).reverse();
    if (below.length === 0) found.push(node);
    for (const child of below) waiting.push(child);
  }
  return found;
}
