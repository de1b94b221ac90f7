import { expect, test } from "vitest";
import { type Cell, matrixCells, matrixRest } from "../../../../src/cli/commands/branch/matrix.ts";
import { readTyped } from "../../../../src/codec/json/typed-text.ts";

/** The values of a cell, read without a known kind. */
const valuesOf = ({ params }: Cell): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params).map(([name, { text }]) => [name, readTyped(text, null)]),
  );

test("a list is cut at its commas, except those in brackets and quotes", () => {
  const cells = matrixCells("g", ['a=1,[2,3],{"x":[4,"],"]},"b,c",d e,-0.5,true']);
  expect(cells.map((cell) => valuesOf(cell).a)).toEqual([
    ...[1, [2, 3], { x: [4, "],"] }, "b,c", "d e", -0.5, true],
  ]);
  expect(cells.map(({ branch }) => branch)).toEqual([
    ...["g/1", "g/2-3", "g/x-4", "g/b,c", "g/d-e", "g/-0.5", "g/true"],
  ]);
});

test("every combination, the first param slowest", () => {
  const cells = matrixCells("g", ["a=1,2", "b=x", "c=5,6"]);
  expect(cells.map((cell) => ({ ...cell, params: valuesOf(cell) }))).toEqual([
    { branch: "g/1/x/5", params: { a: 1, b: "x", c: 5 } },
    { branch: "g/1/x/6", params: { a: 1, b: "x", c: 6 } },
    { branch: "g/2/x/5", params: { a: 2, b: "x", c: 5 } },
    { branch: "g/2/x/6", params: { a: 2, b: "x", c: 6 } },
  ]);
});

test.each([
  ["a=.5,1.,+3,-.25,1e-7", [0.5, 1, 3, -0.25, 1e-7], ["0.5", "1", "3", "-0.25", "1e-7"]],
  ["a=0.1, 0.20,3e2", [0.1, 0.2, 300], ["0.1", "0.2", "3e2"]],
  ["a=[1, 2],[1,2,3],[],{}", [[1, 2], [1, 2, 3], [], {}], ["1-2", "1-2-3", "v3", "{}"]],
  ["a=a b,a/b,a-b,a  b", ["a b", "a/b", "a-b", "a  b"], ["a-b-1", "a/b", "a-b", "a-b-4"]],
  ["a=a..b,x.lock,@,v3,größe ✓", ["a..b", "x.lock", "@", "v3", "größe ✓"], null],
  ["a=null,NaN,-0", [null, Number.NaN, -0], ["null", "NaN", "-0"]],
])("%s: every value has a name that is one", (text, values, names) => {
  const cells = matrixCells("g", [text]);
  expect(cells.map((cell) => valuesOf(cell).a)).toEqual(values);
  const made = cells.map(({ branch }) => branch.slice(2));
  expect(made).toEqual(names ?? ["a.b", "x.lock-2", "v4", "v3", "größe"]);
});

test("the rest after a cell is every later cell, once", () => {
  const matrix = ["a=1,2,[3, 4]", "b=x,y", "c=5,6,7"];
  const all = matrixCells("g", matrix);
  for (let from = 0; from <= all.length; from++) {
    const rest = matrixRest(matrix, from);
    expect(rest.flatMap((part) => matrixCells("g", part))).toEqual(all.slice(from));
    expect(rest.length).toBeLessThanOrEqual(3);
  }
  expect(matrixRest(["b=0.1,0.2,.3"], 1)).toEqual([["b=0.2,.3"]]);
  expect(matrixRest(["a=1,2", "b=5,6,7"], 2)).toEqual([
    ["a=1", "b=7"],
    ["a=2", "b=5,6,7"],
  ]);
});
