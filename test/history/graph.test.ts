import fc from "fast-check";
import { expect, test } from "vitest";
import { type GraphNode, graph } from "../../src/history/graph.ts";
import { graphOrder } from "../../src/history/graph-order.ts";
import { fractions } from "../support/arbitraries.ts";

/** The drawing as text, each node with its name. */
function draw(nodes: readonly GraphNode[]): string[] {
  return rowsOf(nodes).map((row, i) => `${row} ${nodes[i]?.id}`);
}

function rowsOf(nodes: readonly GraphNode[]): string[] {
  return graph(nodes).map((row) => row.map(({ text }) => text).join(""));
}

const node = (id: string, ...parents: string[]): GraphNode => ({ id, parents });

/** The number of lanes in the drawing. */
const columns = (nodes: readonly GraphNode[]): number =>
  Math.max(0, ...rowsOf(nodes).map((row) => (row.length + 1) / 2));

/** The edges in a drawing by the rules of `graph`, each as "child parent". */
function edgesIn(rows: readonly string[], names: readonly string[]): string[] {
  const edges: string[] = [];
  // The nodes whose edges come down a column.
  const columns = new Map<number, string[]>();
  for (const [i, row] of rows.entries()) {
    const name = names[i] as string;
    const own = row.search(/[●○]/);
    for (const child of columns.get(own) ?? []) edges.push(`${child} ${name}`);
    columns.delete(own);
    for (const [column] of columns) expect(row[column]).toMatch(/[│├┼┤]/);
    const ends: number[] = [];
    for (const by of [-2, 2]) {
      for (let at = own; row[at + by / 2] === "─"; at += by) {
        if (/[├┼┤╭┬╮]/.test(row[at + by] as string)) ends.push(at + by);
      }
    }
    if (row[own] === "●" && ends.length === 0) ends.push(own);
    expect(row[own] === "○").toBe(ends.length === 0);
    for (const end of ends) {
      const fresh = end === own || /[╭┬╮]/.test(row[end] as string);
      expect(columns.has(end)).toBe(!fresh);
      columns.set(end, [...(columns.get(end) ?? []), name]);
    }
    const drawn = [...row].flatMap((mark, at) => (/[^ ─●○]/.test(mark) ? [at] : []));
    for (const at of drawn) expect(columns.has(at)).toBe(true);
  }
  expect([...columns.values()].flat()).toEqual([]);
  return edges.sort();
}

const edgesOf = (nodes: readonly GraphNode[]): string[] =>
  nodes
    .flatMap(({ id, parents }) => [...new Set(parents)].map((parent) => `${id} ${parent}`))
    .filter((edge) => nodes.some(({ id }) => edge.endsWith(` ${id}`)))
    .sort();

/** Histories with children before their parents; each node has at most `parents` parents. */
const histories = (parents: number): fc.Arbitrary<GraphNode[]> =>
  fc
    .array(
      fc.array(fractions, {
        maxLength: parents,
      }),
      { maxLength: 40 },
    )
    .map((picks) =>
      picks
        .map((own, n) =>
          node(`n${n}`, ...own.map((part) => `n${Math.min(n, Math.floor(part * (n + 1))) - 1}`)),
        )
        .reverse(),
    );

test("a line of descent is one lane", () => {
  expect(draw([node("c", "b"), node("b", "a"), node("a")])).toEqual(["● c", "● b", "○ a"]);
});

test("forks of one run are tied to its lane, each in its own row", () => {
  expect(draw([node("d", "a"), node("c", "a"), node("b", "a"), node("a")])).toEqual([
    "● d",
    "├─● c",
    "├─● b",
    "○ a",
  ]);
});

test("three forks, one of them forked again", () => {
  expect(draw([node("d", "b"), node("c", "a"), node("e", "a"), node("b", "a"), node("a")])).toEqual(
    ["● d", "│ ● c", "│ ├─● e", "●─┤ b", "  ○ a"],
  );
});

test("a line to the side crosses a lane that continues", () => {
  expect(draw([node("x", "a"), node("y", "z"), node("w", "a"), node("a"), node("z")])).toEqual([
    "● x",
    "│ ● y",
    "├─│─● w",
    "○ │ a",
    "  ○ z",
  ]);
});

test("a node with two parents leads to both along its line", () => {
  expect(draw([node("m", "a", "b"), node("a", "r"), node("b", "r"), node("r")])).toEqual([
    "●─┬─╮ m",
    "  ● │ a",
    "  ├─● b",
    "  ○ r",
  ]);
});

test("a line ties a node to lanes that it passes, and to one on its right", () => {
  const nodes = [node("x", "a"), node("y", "b"), node("z", "c"), node("m", "a", "b", "c")];
  expect(draw([...nodes, node("a"), node("n", "b"), node("b"), node("c")])).toEqual([
    "● x",
    "│ ● y",
    "│ │ ● z",
    "├─┼─┼─● m",
    "○ │ │ a",
    "●─┤ │ n",
    "  ○ │ b",
    "    ○ c",
  ]);
});

test("unrelated histories, and a parent that is not drawn", () => {
  expect(draw([node("b", "gone"), node("a")])).toEqual(["○ b", "○ a"]);
});

test("every edge can be followed in the drawing", () => {
  for (const most of [1, 3]) {
    fc.assert(
      fc.property(histories(most), (nodes) => {
        for (const given of [nodes, graphOrder(nodes)]) {
          const names = given.map(({ id }) => id);
          expect(edgesIn(rowsOf(given), names)).toEqual(edgesOf(nodes));
        }
      }),
    );
  }
});

test("the pieces of a row name their lane", () => {
  const rows = graph([node("x", "a"), node("y", "z"), node("w", "a"), node("a"), node("z")]);
  expect(rows[2]).toEqual([
    { text: "├", lane: 0 },
    { text: "─", lane: 2 },
    { text: "│", lane: 1 },
    { text: "─", lane: 2 },
    { text: "●", lane: 2 },
  ]);
});

test("an order that draws well lists every node once, before its parents", () => {
  fc.assert(
    fc.property(histories(3), (nodes) => {
      const ids = graphOrder(nodes).map(({ id }) => id);
      expect([...ids].sort()).toEqual(nodes.map(({ id }) => id).sort());
      for (const edge of edgesOf(nodes)) {
        const [child, parent] = edge.split(" ") as [string, string];
        expect(ids.indexOf(child)).toBeLessThan(ids.indexOf(parent));
      }
    }),
  );
});

test("any number of forks of one run needs two columns", () => {
  const star = [...Array.from({ length: 500 }, (_, n) => node(`fork ${n}`, "main")), node("main")];
  expect(columns(star)).toBe(2);
  expect(graphOrder(star)).toEqual(star);
});

test("forks of every run in a line of descent need two columns in that order", () => {
  const line = Array.from({ length: 50 }, (_, n) => node(`run ${n}`, `run ${n + 1}`));
  const forks = Array.from({ length: 50 }, (_, n) => node(`fork ${n}`, `run ${n}`));
  expect(columns([...forks, ...line])).toBe(50);
  expect(columns(graphOrder([...forks, ...line]))).toBe(2);
  expect(columns(graphOrder([...forks.reverse(), ...line]))).toBe(2);
});

test("a history in which no node has two parents takes at most 1 + log2(leaves) columns", () => {
  fc.assert(
    fc.property(histories(1), (nodes) => {
      const leaves = nodes.filter(({ id }) => !nodes.some(({ parents }) => parents.includes(id)));
      const most = 1 + Math.log2(Math.max(1, leaves.length));
      expect(columns(graphOrder(nodes))).toBeLessThanOrEqual(most);
    }),
  );
});

test("among unrelated histories, the one with the latest run is drawn first", () => {
  const nodes = [node("fork", "main"), node("other"), node("main")];
  expect(draw(graphOrder(nodes))).toEqual(["● fork", "○ main", "○ other"]);
});
