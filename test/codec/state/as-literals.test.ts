import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/codec/decode.ts";
import { encode } from "../../../src/codec/encode.ts";

class Wide {}
const options = { types: { Wide } };

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);

describe("a decoded state is for V8 as the program's own", () => {
  setFlagsFromString("--allow-natives-syntax");
  const isFast = new Function("a", "return %HasFastProperties(a)") as (a: unknown) => boolean;
  const isAlike = new Function("a, b", "return %HaveSameMap(a, b)") as (
    ...objects: unknown[]
  ) => boolean;
  const holdsNumbers = new Function("a", "return %HasDoubleElements(a)") as (a: unknown) => boolean;
  const holdsWhole = new Function("a", "return %HasSmiElements(a)") as (a: unknown) => boolean;
  setFlagsFromString("--no-allow-natives-syntax");

  test.each([1, 2, 4, 5, 16, 17, 30, 100, 127])(
    "objects of %i keys: as from a literal",
    (count) => {
      // Keys that no other test has: V8 gives objects new classes when their fields get values of another kind.
      const fields = names(count).map((key, i) => `of${count}${key}:${i % 3 === 1 ? i + 0.5 : i}`);
      const literal = new Function(`return {${fields.join()}}`) as () => object;
      const [first, second] = decode(encode([literal(), literal()])) as [object, object];
      expect(isAlike(first, literal())).toBe(true);
      expect(isAlike(second, literal())).toBe(true);
    },
  );

  test("the root, nested objects, and objects that lead to themselves", () => {
    const make = () => ({ time: 0.5, queue: [{ due: 1.5, event: "arrival" }], count: 0 });
    const back = decode(encode(make())) as ReturnType<typeof make>;
    expect(isAlike(back, make())).toBe(true);
    expect(isAlike(back.queue[0], make().queue[0])).toBe(true);
    const linked = () => {
      const world = { gravity: 9.81, bodies: [] as object[], first: null as unknown };
      for (let i = 0; i < 3; i++) world.bodies.push({ id: i, mass: 1.5, world });
      world.first = world.bodies[0];
      return world;
    };
    const world = decode(encode(linked())) as ReturnType<typeof linked>;
    expect(isAlike(world, linked())).toBe(true);
    for (const body of world.bodies) expect(isAlike(body, linked().bodies[0])).toBe(true);
  });

  test("an array of whole numbers stays one", () => {
    const [, numbers] = decode(encode([{}, [1, 2, 300, -70_000], new Set()])) as unknown[];
    expect(holdsWhole(numbers)).toBe(true);
  });

  test("an array of numbers stays one, whatever was read before it", () => {
    for (let i = 0; i < 1000; i++) decode(encode([[{}], ["a"], new Set()]));
    const [, numbers, empty] = decode(encode([{}, [1.5, 2.5], [], new Set()])) as number[][];
    expect(holdsNumbers(numbers)).toBe(true);
    empty?.push(0.5);
    expect(holdsNumbers(empty)).toBe(true);
  });

  test.each([17, 30, 100, 127])("objects of %i keys are fast, and of one hidden class", (count) => {
    for (const make of [() => ({}), () => new Wide()]) {
      const rows = Array.from({ length: 5 }, (_, row) =>
        Object.assign(
          make(),
          Object.fromEntries(
            names(count).map((key, i) => [key, i % 3 === 1 ? i + row / 2 : `${i}`]),
          ),
        ),
      );
      const [, b, c, d] = decode(encode(rows, options), options) as object[];
      for (const object of [b, c, d]) expect(isFast(object)).toBe(true);
      expect(isAlike(c, d)).toBe(true);
    }
  });
});
