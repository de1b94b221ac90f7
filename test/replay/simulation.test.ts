import { expect, test } from "vitest";
import { codeOf } from "../../src/replay/programs.ts";
import { type AnySimulation, checkSimulation } from "../../src/replay/simulation.ts";

class Body {
  x = 1;
  static toString(): string {
    return "class";
  }
}
class Hidden {
  #x = 1;
  get x(): number {
    return this.#x;
  }
}

const is = (): boolean => false;
const encode = (): unknown => 0;
const decode = encode;
const create = (): unknown => new Body();
const fill = (): void => undefined;

const simulation = (types: unknown): AnySimulation =>
  ({ name: "s", init: () => 0, step: () => 0, types }) as AnySimulation;

function problem(types: unknown): string | undefined {
  try {
    checkSimulation(simulation(types), "it");
    return undefined;
  } catch (error) {
    return (error as Error).message.replace("expected it to be a simulation: ", "");
  }
}

const INSTEAD = "; declare a codec in its place, { is, encode, decode }";

test.each<[string, unknown, string | undefined]>([
  [
    "classes and codecs",
    { Body, A: { is, encode, decode }, B: { is, encode, create, fill } },
    undefined,
  ],
  [
    "a class",
    { A: { is, encode }, Body },
    "expected types.A.decode to be a function, got undefined",
  ],
  [
    "no fill",
    { A: { is, encode, create } },
    "expected types.A.fill to be a function, got undefined",
  ],
  [
    "no create",
    { A: { is, encode, fill } },
    "expected types.A.create to be a function, got undefined",
  ],
  [
    "both forms",
    { A: { is, encode, create, fill, decode } },
    "expected types.A to have create and fill, or else decode, got all three",
  ],
  ["a number", { A: 1 }, "expected types.A.is to be a function, got undefined"],
  [
    "a private field",
    { Hidden },
    `expected types.Hidden to be a class of plain data: it has the private field #x${INSTEAD}`,
  ],
  [
    "a subclass of Map",
    { Table: class extends Map {} },
    `expected types.Table to be a class of plain data: its base class Map is built in, and keeps its contents outside its properties${INSTEAD}`,
  ],
  [
    "a function",
    { make: () => 1 },
    `expected types.make to be a class of plain data: it is a function, not a class${INSTEAD}`,
  ],
  ["one class twice", { A: Body, B: Body }, "expected types.B to be another class than types.A"],
])("types with %s", (_, types, expected) => {
  expect(problem(types)).toBe(expected);
});

test("the code of a simulation has the text of its classes and of both forms of codecs", () => {
  const { code } = codeOf(
    simulation({ Body, A: { is, encode, decode }, B: { is, encode, create, fill } }),
  ).source;
  expect(code).toContain("// Body\nclass Body {");
  expect(code).toContain(["// A", is, encode, decode, "// B", is, encode, create, fill].join("\n"));
});
