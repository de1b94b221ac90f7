import type { GraphNode } from "./graph.ts";

/**
 * Orders nodes so that `graph` needs few lanes: one line of descent after the other. The nodes are
 * given with children before their parents. Among the children of a node, the one whose descendants
 * need the most lanes comes first, because it then has them to itself (Sethi and Ullman, 1970,
 * order an expression in this way to use the fewest registers); ties keep the given order. If no
 * node has two parents, n nodes without children take at most 1 + log2(n) lanes.
 */
export function graphOrder<N extends GraphNode>(nodes: readonly N[]): N[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parentsOf = (node: N): N[] =>
    [...new Set(node.parents)].flatMap((parent) => byId.get(parent) ?? []);
  // The number of each node's children that are still to come.
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

/**
 * The lanes that a node's subtree takes, and the first position of its nodes in the given order.
 */
interface Extent {
  readonly lanes: number;
  readonly first: number;
}

/** The nodes without children, subtree by subtree, the widest subtree first. */
function leaves<N>(nodes: readonly N[], parentOf: (node: N) => N | undefined): N[] {
  const extents = new Map<N | undefined, Extent>();
  const children = new Map<N | undefined, N[]>();
  const sorted = (parent: N | undefined): N[] =>
    (children.get(parent) ?? []).sort((a, b) => {
      const [extentA, extentB] = [extents.get(a) as Extent, extents.get(b) as Extent];
      // Unrelated histories never stand side by side: the latest comes first.
      const wider = parent === undefined ? 0 : extentB.lanes - extentA.lanes;
      return wider || extentA.first - extentB.first;
    });
  for (const [index, node] of nodes.entries()) {
    const [widest, second] = sorted(node).map((child) => extents.get(child) as Extent);
    const first = children.get(node)?.map((child) => extents.get(child)?.first ?? index) ?? [];
    extents.set(node, {
      // While any child after the first is drawn, a lane waits for this node.
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
