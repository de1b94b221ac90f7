import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/base/bytes.ts";
import { RewindError } from "../../../src/base/errors.ts";
import { decode } from "../../../src/codec/decode.ts";
import { differences } from "../../../src/codec/differences.ts";
import { encode } from "../../../src/codec/encode.ts";
import { fromJson } from "../../../src/codec/json/read.ts";
import { toJson, toShortJson } from "../../../src/codec/json/write.ts";
import { parsePath } from "../../../src/codec/path/parse.ts";
import { getAt, setAt } from "../../../src/codec/state/access.ts";
import type { LinkedTypeCodec, TypeCodecs } from "../../../src/codec/state/type-codecs.ts";
import { numbers, same } from "./states.ts";

/** What no decoder may do to these classes. */
let constructed = 0;

class Body {
  mass: unknown = 0;
  links: unknown = undefined;
  constructor() {
    constructed++;
  }
  get heavy(): boolean {
    return (this.mass as number) > 5;
  }
  set heavy(_: boolean) {
    throw new Error("a setter was called");
  }
}
class Star extends Body {
  light = 1;
}
Object.defineProperty(Body.prototype, "fixed", { value: 1, writable: false });

/** A class with a private field, which needs a codec. */
class Vault {
  #content: unknown;
  note: unknown = undefined;
  static of(content: unknown): Vault {
    const vault = new Vault();
    vault.#content = content;
    return vault;
  }
  get content(): unknown {
    return this.#content;
  }
  fill(content: unknown): void {
    this.#content = content;
  }
}
const vaultCodec: LinkedTypeCodec<Vault, readonly [content: unknown, note: unknown]> = {
  is: (value) => value instanceof Vault,
  encode: (vault) => [vault.content, vault.note],
  create: () => new Vault(),
  fill(vault, [content, note]) {
    vault.fill(content);
    vault.note = note;
  },
};

const types: TypeCodecs = { Body, Star, Vault: vaultCodec };
const options = { types };
const hex = (state: unknown) => toHex(encode(state, options));
const copy = (state: unknown): unknown => decode(encode(state, options), options);

function caught(action: () => unknown): RewindError {
  try {
    action();
  } catch (error) {
    if (error instanceof RewindError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Any object of a graph, by its number. */
const MAKERS: readonly (() => object)[] = [
  () => new Body(),
  () => new Star(),
  () => Vault.of(0),
  () => [],
  () => ({}),
  () => new Map(),
  () => new Set(),
];

const KEYS = ["a", "b", "heavy", "fixed", "constructor", "7"] as const;

/** A graph of instances and containers: every object may lead to every other, and to itself. */
const graphs: fc.Arbitrary<{ readonly state: unknown }> = fc
  .record({
    makers: fc.array(fc.nat(MAKERS.length - 1), { minLength: 1, maxLength: 8 }),
    links: fc.array(fc.tuple(fc.nat(7), fc.nat(7), fc.constantFrom(...KEYS)), { maxLength: 24 }),
    values: fc.array(fc.tuple(fc.nat(7), fc.constantFrom(...KEYS), numbers), { maxLength: 8 }),
    closed: fc.array(fc.tuple(fc.nat(7), fc.constantFrom("freeze", "seal", "preventExtensions")), {
      maxLength: 3,
    }),
  })
  .map(({ makers, links, values, closed }) => {
    const objects = makers.map((at) => (MAKERS[at] as () => object)());
    const at = (i: number) => objects[i % objects.length] as object;
    for (const [i, key, value] of values) put(at(i), key, value);
    for (const [from, to, key] of links) put(at(from), key, at(to));
    // The codec of a Vault cannot keep it open to some changes only.
    for (const [i, how] of closed) if (!(at(i) instanceof Vault)) close(at(i), how);
    return { state: objects[0], [fc.toStringMethod]: () => inspect(objects[0], { depth: 8 }) };
  });

function close(object: object, how: "freeze" | "seal" | "preventExtensions"): void {
  (Object[how] as (given: object) => object)(object);
}

function put(holder: object, key: string, value: unknown): void {
  if (Array.isArray(holder)) holder.push(value);
  else if (holder instanceof Map) holder.set(key === "a" ? value : key, value);
  else if (holder instanceof Set) holder.add(value);
  else if (holder instanceof Vault && key === "a") holder.fill(value);
  else if (holder instanceof Vault) holder.note = value;
  else {
    const property = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(holder, key, { ...property, value });
  }
}

describe("graphs of instances", () => {
  test("come back the same, with the same bytes, and no constructor runs", () => {
    fc.assert(
      fc.property(graphs, ({ state }) => {
        const bytes = encode(state, options);
        const before = constructed;
        const back = decode(bytes, options);
        expect(constructed).toBe(before);
        expect(same(state, back)).toBe(true);
        expect(hex(back)).toBe(toHex(bytes));
        // Bytes without a difference to the second encoding: encoding changed nothing.
        expect(hex(state)).toBe(toHex(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  test("have no difference to their copies, and JSON of finite size", () => {
    fc.assert(
      fc.property(graphs, ({ state }) => {
        expect(differences(state, copy(state), options)).toEqual([]);
        expect(JSON.stringify(toJson(state, types))).toBe(
          JSON.stringify(toJson(copy(state), types)),
        );
        expect(JSON.stringify(toShortJson(state, 100, types).json).length).toBeLessThan(2000);
      }),
    );
  });

  test("differ where a field of one reachable instance differs", () => {
    fc.assert(
      fc.property(graphs, fc.nat(), ({ state }, at) => {
        const other = copy(state);
        const bodies = bodiesIn(other);
        const body = bodies[at % Math.max(bodies.length, 1)];
        if (body === undefined || Object.isFrozen(body)) return;
        body.mass = "changed";
        const found = differences(state, other, options);
        expect(found.some(({ path, b }) => /\bmass$/.test(path) && b === "changed")).toBe(true);
      }),
    );
  });

  test("any changed byte gives a canonical state or the documented errors", () => {
    fc.assert(
      fc.property(graphs, fc.nat(), fc.nat(255), ({ state }, at, byte) => {
        const bytes = encode(state, options);
        bytes[at % bytes.length] = byte;
        let back: unknown;
        try {
          back = decode(bytes, options);
        } catch (error) {
          expect(["INVALID_ENCODING", "FUNCTION_FAILED"]).toContain((error as RewindError).code);
          return;
        }
        expect(hex(back)).toBe(toHex(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test("every truncation is refused", () => {
    fc.assert(
      fc.property(graphs, ({ state }) => {
        const bytes = encode(state, options);
        for (let end = 0; end < bytes.length; end++) {
          expect(caught(() => decode(bytes.subarray(0, end), options)).code).toMatch(
            /INVALID_ENCODING|FUNCTION_FAILED/,
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});

function bodiesIn(value: unknown, seen = new Set<unknown>()): Body[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  const parts =
    value instanceof Map
      ? [...value].flat()
      : value instanceof Set
        ? [...value]
        : value instanceof Vault
          ? [value.content, value.note]
          : Object.values(value);
  return [...(value instanceof Body ? [value] : []), ...parts.flatMap((x) => bodiesIn(x, seen))];
}

const REF = { $ref: "state.list[0].links" };

describe("a cycle", () => {
  test("through instances, lists, Maps and Sets is exact", () => {
    const [world, body] = [new Body(), new Star()];
    world.links = { bodies: [body], byName: new Map([["sun", body]]), all: new Set([world, body]) };
    body.links = world;
    body.mass = body;
    const back = copy({ world }) as { world: Body };
    const links = back.world.links as { bodies: Star[]; byName: Map<string, Star>; all: Set<Body> };
    const star = links.bodies[0] as Star;
    expect(star).toBeInstanceOf(Star);
    expect(star.links).toBe(back.world);
    expect(star.mass).toBe(star);
    expect(links.byName.get("sun")).toBe(star);
    expect([...links.all]).toEqual([back.world, star]);
    expect(back.world).not.toBe(world);
  });

  test("through a codec with create and fill is exact", () => {
    const vault = Vault.of(undefined);
    const body = new Body();
    vault.fill([vault, new Map([[vault, body]])]);
    body.links = new Set([vault]);
    const back = copy(vault) as Vault;
    const [self, map] = back.content as [Vault, Map<Vault, Body>];
    expect(self).toBe(back);
    const links = map.get(back)?.links as Set<unknown>;
    expect(links.has(back)).toBe(true);
  });

  test("of 499 instances is stored, and a longer chain is refused by its depth", () => {
    const chain = (length: number): Body => {
      const bodies = Array.from({ length }, () => new Body());
      for (const [i, body] of bodies.entries()) body.links = bodies[(i + 1) % length];
      return bodies[0] as Body;
    };
    expect(hex(copy(chain(499)))).toBe(hex(chain(499)));
    expect(caught(() => hex(chain(2000))).message).toMatch(/is nested more than 1,000 deep/);
  });

  test("is printed once, with a reference back", () => {
    const body = new Body();
    body.links = { me: [body] };
    expect(toJson({ body }, types)).toEqual({
      body: { $type: "Body", value: { mass: 0, links: { me: [{ $ref: "state.body" }] } } },
    });
    const vault = Vault.of(0);
    vault.fill({ vault });
    expect(toJson([vault], types)).toEqual([
      { $type: "Vault", value: [{ vault: { $ref: "state[0]" } }, { $undefined: true }] },
    ]);
  });

  test("is printed in time, however many ways lead through it", () => {
    const bodies = Array.from({ length: 30 }, () => new Body());
    for (const body of bodies) body.links = bodies;
    const people: unknown[] = Array.from({ length: 30 }, () => ({ friends: [] }));
    for (const one of people) (one as { friends: unknown }).friends = [...people];
    for (const graph of [bodies, people, new Map(bodies.map((body) => [body, people]))]) {
      expect(JSON.stringify(toJson(graph, types)).length).toBeLessThan(200_000);
    }
    const [ann, bob] = [new Body(), new Body()];
    [ann.links, bob.links] = [bob, ann];
    expect(toJson({ list: [ann, bob], best: bob }, types)).toMatchObject({
      list: [{ value: { links: { value: { links: { $ref: "state.list[0]" } } } } }, REF],
      best: REF,
    });
  });

  test("has the shortest path, not one through all neighbours", () => {
    const ring = (changed: number) => {
      const bodies = Array.from({ length: 9 }, () => new Body());
      for (const [i, body] of bodies.entries()) body.links = [bodies[(i + 1) % 9], body];
      (bodies[6] as Body).mass = changed;
      return { bodies, last: 1 };
    };
    expect(differences(ring(1), ring(2), options)).toEqual([
      { path: "state.bodies[6].mass", a: 1, b: 2 },
    ]);
    const vaults = (x: number) => {
      const [a, b] = [Vault.of(0), Vault.of(x)];
      a.fill(b);
      b.note = a;
      return { list: [a, b], x };
    };
    expect(differences(vaults(1), vaults(2), options).map(({ path }) => path)).toEqual([
      "state.x",
      "state.list[1][0]",
    ]);
  });

  test("does not hide the first difference", () => {
    const pair = (mass: number) => {
      const [a, b] = [new Body(), new Body()];
      a.links = b;
      b.links = [a, { deep: b }];
      b.mass = mass;
      return { a };
    };
    expect(differences(pair(1), pair(2), options)).toEqual([
      { path: "state.a.links.mass", a: 1, b: 2 },
    ]);
    const other = pair(1);
    (other.a.links as Body).links = [other.a.links, { deep: other.a.links }];
    expect(differences(pair(1), other, options)[0]).toMatchObject({
      path: "state.a.links.links[0]",
      about: "sharing",
    });
  });
});

describe("instances of plain classes", () => {
  test("have the bytes of a codec that stores an object of their fields", () => {
    const body = new Body();
    const codec = {
      is: (value: unknown) => value instanceof Body,
      encode: (given: Body) => ({ ...given }),
      decode: (fields: object) => Object.assign(new Body(), fields),
    };
    expect(hex([body, body])).toBe(toHex(encode([body, body], { types: { Body: codec } })));
    expect(hex(body)).toBe("da527700078264426f6479a2646d61737300656c696e6b73f7");
  });

  test("keep fields that a setter or a fixed property of the class has the name of", () => {
    const body = new Body();
    put(body, "heavy", 3);
    put(body, "fixed", 4);
    put(body, "__proto__", 5);
    const back = copy(body) as Record<string, unknown>;
    expect(Object.keys(back)).toEqual(["mass", "links", "heavy", "fixed", "__proto__"]);
    expect(Object.getPrototypeOf(back)).toBe(Body.prototype);
    expect(same(body, back)).toBe(true);
  });

  test.each(["freeze", "seal", "preventExtensions"] as const)("stay as %s leaves them", (how) => {
    const body = new Body();
    close(body, how);
    const back = copy([body]) as [Body];
    for (const is of [Object.isFrozen, Object.isSealed, Object.isExtensible]) {
      expect(is(back[0])).toBe(is(body));
    }
  });

  test.each<[string, (body: Body) => void, RegExp]>([
    [
      "an accessor",
      (body) => Object.defineProperty(body, "x", { get: () => 1, enumerable: true }),
      /^state\.body\.x is a getter or setter: /,
    ],
    [
      "a property that is not enumerable",
      (body) => Object.defineProperty(body, "x", { value: 1 }),
      /^state\.body\.x is not enumerable: /,
    ],
    [
      "a symbol as a key",
      (body) => Object.assign(body, { [Symbol("s")]: 1 }),
      /^state\.body has the key Symbol\(s\), a symbol: /,
    ],
    [
      "a function",
      (body) => Object.assign(body, { x: () => 1 }),
      /^state\.body\.x is the function x: /,
    ],
    [
      "one read-only property",
      (body) => Object.defineProperty(body, "mass", { writable: false }),
      /^state\.body\.mass is a read-only property: /,
    ],
  ])("with %s are refused", (_, change, message) => {
    const body = new Body();
    change(body);
    expect(caught(() => hex({ body })).message).toMatch(message);
  });

  test("of a subclass that is not listed are refused, and of one that is are kept", () => {
    class Moon extends Star {}
    expect(caught(() => hex([new Moon()])).message).toBe(
      "state[0] is an instance of Moon, a subclass of Body: add it to the simulation's types too: types: { Body, Moon }",
    );
    const back = decode(encode(new Moon(), { types: { ...types, Moon } }), {
      types: { ...types, Moon },
    });
    expect(Object.getPrototypeOf(back)).toBe(Moon.prototype);
  });

  test("can be read, set and written at a path", () => {
    const body = new Body();
    body.links = [new Star()];
    const state = { body };
    expect(getAt(state, parsePath("body.links[0].light"), types)).toBe(1);
    setAt(state, parsePath("body.mass"), 7);
    expect(body.mass).toBe(7);
    expect(same(fromJson(toJson(state, types), types), state)).toBe(true);
  });
});

describe("hostile instances", () => {
  const NAME = "64426f6479";
  const INSTANCE = "da5277000782";
  const from = (text: string) => () => decode(Buffer.from(text, "hex"), options);

  test.each<[string, string, RegExp]>([
    [
      "a number as the fields",
      `${INSTANCE}${NAME}01`,
      /expected the fields of an object, got 0x01/,
    ],
    ["a list as the fields", `${INSTANCE}${NAME}80`, /expected the fields of an object/],
    ["shared fields", `82d81c${INSTANCE}${NAME}d81ca0d81d00`, /expected the fields of an object/],
    ["frozen fields", `${INSTANCE}${NAME}da52770008a0`, /expected the fields of an object/],
    ["fields without a prototype", `${INSTANCE}${NAME}da52770004a0`, /the fields of an object/],
    ["a key twice", `${INSTANCE}${NAME}a2616100616101`, /expected each key once/],
    ["__proto__ in a map", `${INSTANCE}${NAME}a1695f5f70726f746f5f5f00`, /__proto__ in the form/],
    [
      "a reference to nothing",
      `${INSTANCE}${NAME}a16161d81d00`,
      /number of a shared object before/,
    ],
    [
      "a mark without a reference",
      `d81c${INSTANCE}${NAME}a0`,
      /a reference to every object marked/,
    ],
    [
      "more fields than bytes",
      `${INSTANCE}${NAME}ba7fffffff`,
      /expected 4,294,967,294 items, got 0/,
    ],
    [
      "an unknown name",
      `${INSTANCE}6158a0`,
      /for the type "X", got none at byte 0: .*types: \{ X \}/,
    ],
    ["a list as the name", `${INSTANCE}80a0`, /for the type an empty array, got none at byte 0/],
    ["a bigint as the name", `${INSTANCE}c24101a0`, /for the type 1n, got none at byte 0/],
    [
      "a byte string as a marked name",
      `82d81c${INSTANCE}40a0d81d00`,
      /for the type an instance of/,
    ],
    ["one part", "da5277000781a0", /expected a name and a value, got 1 parts/],
    ["no text in pairs", `${INSTANCE}${NAME}da52770003820000`, /a text as a key/],
    ["pairs where a map does", `${INSTANCE}${NAME}da5277000382616100`, /only where needed/],
    [
      "a level that it does not have",
      `da5277000a${INSTANCE}${NAME}a0`,
      /not extensible, and no more/,
    ],
    [
      "fields that fill does not take",
      `${INSTANCE}655661756c7401`,
      /Vault failed to decode .*byte 0/,
    ],
  ])("with %s are refused", (_, bytes, message) => {
    expect(caught(from(bytes)).message).toMatch(message);
  });

  test("as deep as bytes allow do not overflow the stack", () => {
    const deep = Buffer.from(`${INSTANCE}${NAME}a16161`.repeat(100_000), "hex");
    expect(caught(() => decode(deep, options)).code).toBe("INVALID_ENCODING");
  });

  test("cannot reach the constructor of a codec that does not make objects", () => {
    const broken: TypeCodecs = { Vault: { ...vaultCodec, create: () => 1 } };
    const bytes = encode(Vault.of(1), options);
    expect(caught(() => decode(bytes, { types: broken })).message).toBe(
      "the codec Vault failed to decode the instance at byte 0: expected create to return an object, got 1",
    );
  });
});
