import { expect, test } from "vitest";
import { matrixCells } from "../../../src/cli/input/matrix.ts";

test("a list is cut at its commas, those in brackets and quotes left alone", () => {
  const cells = matrixCells("g", ['a=1,[2,3],{"x":[4,"],"]},"b,c",d e,-0.5,true']);
  expect(cells.map(({ params }) => params.a)).toEqual([
    ...[1, [2, 3], { x: [4, "],"] }, "b,c", "d e", -0.5, true],
  ]);
  expect(cells.map(({ branch }) => branch)).toEqual([
    ...["g/1", "g/[2,3]", 'g/{"x":[4,"],"]}', "g/b,c", "g/d e", "g/-0.5", "g/true"],
  ]);
});

test("every combination, the first param slowest", () => {
  expect(matrixCells("g", ["a=1,2", "b=x", "c=5,6"])).toEqual([
    { branch: "g/1/x/5", params: { a: 1, b: "x", c: 5 } },
    { branch: "g/1/x/6", params: { a: 1, b: "x", c: 6 } },
    { branch: "g/2/x/5", params: { a: 2, b: "x", c: 5 } },
    { branch: "g/2/x/6", params: { a: 2, b: "x", c: 6 } },
  ]);
});
