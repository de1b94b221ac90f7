import { expect, test } from "vitest";
import { type GraphNode, graph } from "../../src/history/graph.ts";

/** The drawing as text, each node with its name. */
function draw(nodes: readonly GraphNode[]): string[] {
  return graph(nodes).flatMap(({ joins, node }, i) => [
    ...(joins === undefined ? [] : [joins]),
    `${node} ${nodes[i]?.id}`,
  ]);
}

const node = (id: string, ...parents: string[]): GraphNode => ({ id, parents });

test("a line of descent is one lane", () => {
  expect(draw([node("c", "b"), node("b", "a"), node("a")])).toEqual(["● c", "● b", "● a"]);
});

test("two forks of one run join above it", () => {
  expect(draw([node("c", "a"), node("b", "a"), node("a")])).toEqual(["● c", "│ ● b", "├─╯", "● a"]);
});

test("three forks, one of them forked again", () => {
  expect(draw([node("d", "b"), node("c", "a"), node("e", "a"), node("b", "a"), node("a")])).toEqual(
    ["● d", "│ ● c", "│ │ ● e", "● │ │ b", "├─┴─╯", "● a"],
  );
});

test("lanes cross where a join passes one that goes on", () => {
  expect(draw([node("x", "a"), node("y", "z"), node("w", "a"), node("a"), node("z")])).toEqual([
    "● x",
    "│ ● y",
    "│ │ ● w",
    "├─┼─╯",
    "● │ a",
    "  ● z",
  ]);
});

test("histories that share nothing, and a parent that is not drawn", () => {
  expect(draw([node("b", "gone"), node("a")])).toEqual(["● b", "● a"]);
});

test("a lane that ended is used again", () => {
  expect(draw([node("a"), node("c", "b"), node("d", "b"), node("b")])).toEqual([
    "● a",
    "● c",
    "│ ● d",
    "├─╯",
    "● b",
  ]);
});
