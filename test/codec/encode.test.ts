import { types } from "node:util";
import { decode as cborDecode, Decoder } from "cbor-x";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { type AnyRewindError, RewindError } from "../../src/base/errors.ts";
import { decode } from "../../src/codec/decode.ts";
import { encode } from "../../src/codec/encode.ts";
import { same, states, trees } from "./state/states.ts";

const hex = (value: unknown) => toHex(encode(value));

describe("round trips", () => {
  test("every state comes back, and encodes to the same bytes again", () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        const bytes = encode(state);
        const back = decode(bytes);
        expect(same(state, back)).toBe(true);
        expect(toHex(encode(back))).toBe(toHex(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test("encoding changes nothing in the state", () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        const before = toHex(encode(state));
        expect(toHex(encode(state))).toBe(before);
      }),
    );
  });

  test("a shared object stays one object, and a cycle a cycle", () => {
    const shared = { n: 1 };
    const back = decode(encode({ a: shared, b: [shared] })) as { a: object; b: object[] };
    expect(back.b[0]).toBe(back.a);
    const loop = new Map<string, unknown>();
    loop.set("self", loop).set("set", new Set([loop]));
    const around = decode(encode(loop)) as typeof loop;
    expect(around.get("self")).toBe(around);
    expect((around.get("set") as Set<unknown>).has(around)).toBe(true);
  });

  test("views of one buffer still see each other", () => {
    const floats = new Float64Array(4);
    const back = decode(encode([floats.subarray(1, 3), new Uint8Array(floats.buffer)]));
    const [part, bytes] = back as [Float64Array, Uint8Array];
    part[0] = 1.5;
    expect([...bytes.subarray(8, 16)]).toEqual([0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
  });

  test("more shared objects than cbor-x can count come back", () => {
    const list = Array.from({ length: 70_000 }, (_, i) => ({ i }));
    const [a, b] = decode(encode([list, [...list]])) as [typeof list, typeof list];
    expect(a.every((item, i) => item === b[i] && item.i === i)).toBe(true);
  });

  test("any key is possible", () => {
    const state = JSON.parse('{"__proto__":{"polluted":1},"constructor":2}') as object;
    const back = decode(encode(state)) as object;
    expect(Object.keys(back)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("bytes", () => {
  test.each<[unknown, string]>([
    [0, "00"],
    [23, "17"],
    [24, "1818"],
    [256, "190100"],
    [65_536, "1a00010000"],
    [2 ** 32, "1b0000000100000000"],
    [Number.MAX_SAFE_INTEGER, "1b001fffffffffffff"],
    [-1, "20"],
    [-(2 ** 32), "3affffffff"],
    [-(2 ** 32) - 1, "3b0000000100000000"],
    [-0, "f98000"],
    [Number.NaN, "f97e00"],
    [Number.POSITIVE_INFINITY, "f97c00"],
    [Number.NEGATIVE_INFINITY, "f9fc00"],
    [1.5, "fb3ff8000000000000"],
    [2 ** 53, "fb4340000000000000"],
    [true, "f5"],
    [null, "f6"],
    [undefined, "f7"],
    [0n, "c240"],
    [-1n, "c340"],
    [256n, "c2420100"],
    ["é", "62c3a9"],
    ["\ud800", "da527700024200d8"],
    [{ b: 1, a: 2 }, "a2616201616102"],
    [[[]], "8180"],
    [new Map([[1, 2]]), "d90103a10102"],
    [new Set([1]), "d901028101"],
    [new Date(-1), "da5277000120"],
    [new Date(Number.NaN), "da52770001f97e00"],
    [Object.create(null), "da52770004a0"],
    [JSON.parse('{"__proto__":1}'), "da5277000382695f5f70726f746f5f5f01"],
    [Uint8Array.of(1, 2), "420102"],
    [Uint8ClampedArray.of(1), "d8444101"],
    [Uint16Array.of(1), "d845420100"],
    [Uint32Array.of(1), "d8464401000000"],
    [BigUint64Array.of(1n), "d847480100000000000000"],
    [Int8Array.of(-1), "d84841ff"],
    [Int16Array.of(-1), "d84d42ffff"],
    [Int32Array.of(-1), "d84e44ffffffff"],
    [BigInt64Array.of(-1n), "d84f48ffffffffffffffff"],
    [Float32Array.of(1), "d855440000803f"],
    [Float64Array.of(1), "d85648000000000000f03f"],
    [new ArrayBuffer(1), "da527700054100"],
    [new DataView(new ArrayBuffer(1)), "da527700068400da5277000541000001"],
    [Object.freeze({ x: 1 }), "da52770008a1617801"],
    [Object.freeze({}), "da52770008a0"],
    [Object.preventExtensions({}), "da52770008a0"],
    [Object.seal([1]), "da527700098101"],
    [Object.preventExtensions([]), "da5277000980"],
    [Object.preventExtensions({ x: 1 }), "da5277000aa1617801"],
    [Object.freeze(new Map()), "da52770008d90103a0"],
    [Object.freeze(Object.create(null)), "da52770008da52770004a0"],
    [Object.preventExtensions(Uint8Array.of(1)), "da5277000a4101"],
    [Object.freeze(new Uint8Array(0)), "da5277000840"],
  ])("%o is %s", (value, expected) => {
    expect(hex(value)).toBe(expected);
  });

  test("an encoded NaN has one payload, and the state keeps its own", () => {
    const floats = new Float64Array(2);
    const bits = new BigUint64Array(floats.buffer);
    bits[0] = 0xfff8_0000_0000_1234n;
    expect(hex(floats)).toBe("d85650000000000000f87f0000000000000000");
    expect(bits[0]).toBe(0xfff8_0000_0000_1234n);
    const single = new Float32Array(new Uint32Array([0xffc0_0001]).buffer);
    expect(hex(single)).toBe("d855440000c07f");
    expect(hex([floats.subarray(0, 1), floats.subarray(1)])).toContain("000000000000f87f");
    // Beside an integer view of the same bytes, the payload is data.
    expect(hex([floats, bits])).toContain("341200000000f8ff");
  });

  test("the marks are numbered in order of appearance", () => {
    const a: unknown[] = [];
    const b: unknown[] = [a];
    expect(hex([b, a, b])).toBe("83d81c81d81c80d81d01d81d00");
  });

  test("a key's place is part of the state", () => {
    expect(hex({ a: 1, b: 2 })).not.toBe(hex({ b: 2, a: 1 }));
  });

  test("cbor-x reads the plain part", () => {
    const plain = new Decoder({
      useRecords: false,
      mapsAsObjects: true,
      int64AsNumber: true,
    } as object);
    const values = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));
    fc.assert(
      fc.property(values, (value) => {
        expect(same(plain.decode(encode(value)), value)).toBe(true);
      }),
    );
    expect(cborDecode(encode(new Set([1, new Map([[1, 2]])])))).toEqual(
      new Set([1, new Map([[1, 2]])]),
    );
  });
});

class Brain {
  size = 1;
}
class Grid extends Array<number> {}
class Table extends Map {}

describe("refusals", () => {
  const at = (value: unknown) => ({ agents: [0, 1, 2, { brain: value }] });
  const sparse = [1, 2];
  delete sparse[0];
  const named = Object.assign([1], { sum: 1 });
  const hidden = Object.defineProperty({}, "x", { value: 1 });
  test.each<[string, unknown, RegExp]>([
    ["function", () => 1, /brain is an anonymous function: keep functions in the simulation/],
    ["symbol", Symbol("s"), /brain is a symbol, Symbol\(s\): use a string/],
    ["Buffer", Buffer.from("a"), /brain is a Buffer: use Uint8Array/],
    [
      "class",
      new Brain(),
      /brain is an instance of Brain: add types: \{ Brain \} to the simulation, or a codec for it/,
    ],
    ["Promise", Promise.resolve(1), /brain is a Promise: await it/],
    ["WeakMap", new WeakMap(), /brain is a WeakMap: .*use a Map/],
    ["WeakSet", new WeakSet(), /brain is a WeakSet: .*use a Set/],
    ["regular expression", /a/, /brain is a regular expression: store its source/],
    ["error", new TypeError("x"), /brain is .*Error.*: store its name and message/],
    ["boxed number", Object(1), /brain is a boxed primitive: use the primitive/],
    ["boxed bigint", Object(1n), /brain is a boxed primitive: use the primitive/],
    ["SharedArrayBuffer", new SharedArrayBuffer(1), /brain is a SharedArrayBuffer: /],
    [
      "shared view",
      new Uint8Array(new SharedArrayBuffer(1)),
      /brain is backed by a SharedArrayBuffer/,
    ],
    ["array subclass", new Grid(), /brain is an instance of Grid, a subclass of Array: /],
    ["map subclass", new Table(), /brain is an instance of Table, a subclass of Map: /],
    ["false Map", Object.create(Map.prototype), /brain is an instance of Map.*genuine/],
    ["false Date", Object.create(Date.prototype), /brain is an instance of Date.*genuine/],
    ["URL", new URL("a:b"), /brain is an instance of URL: add types/],
    ["other prototype", Object.create({}), /brain is an object whose prototype is neither/],
    ["hole", sparse, /brain\[0\] is a hole in a sparse array: /],
    ["big hole", new Array(1000), /brain\[0\] is a hole in a sparse array: /],
    ["named element", named, /brain\.sum is a property beside the contents: /],
    ["match", /a/.exec("a"), /brain\.index is a property beside the contents: /],
    [
      "named in a long array",
      Object.assign(new Array(99).fill(0), { x: 1 }),
      /brain\.x is a property/,
    ],
    ["named in a Map", Object.assign(new Map(), { x: 1 }), /brain\.x is a property beside/],
    [
      "named in a view",
      Object.assign(new Uint8Array(1), { x: 1 }),
      /brain\.x is a property beside/,
    ],
    [
      "getter",
      {
        get x() {
          return 1;
        },
      },
      /brain\.x is a getter or setter: store its value/,
    ],
    [
      "getter after a field",
      {
        a: 1,
        get x() {
          return 1;
        },
      },
      /brain\.x is a getter or setter: store its value/,
    ],
    ["element getter", Object.defineProperty([1], 0, { get: () => 1 }), /brain\[0\] is a getter/],
    ["hidden", hidden, /brain\.x is not enumerable: /],
    [
      "symbol key",
      { [Symbol.iterator]: 1 },
      /brain has the key Symbol\(Symbol\.iterator\), a symbol/,
    ],
    ["in a Map's value", new Map([["k", Symbol()]]), /brain\.get\("k"\) is a symbol/],
    ["in a Map's key", new Map([[{ a: Symbol() }, 1]]), /brain\.keys\(\)\[0\]\.a is a symbol/],
    ["in a Set", new Set([1, Symbol()]), /brain\.values\(\)\[1\] is a symbol/],
    ["under an odd key", { "odd key": Symbol() }, /brain\["odd key"\] is a symbol/],
  ])("%s", (_, value, message) => {
    const error = caught(() => encode(at(value)));
    expect(error.code).toBe("UNSUPPORTED_STATE");
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^state\.agents\[3\]\.brain/);
    expect(error.code === "UNSUPPORTED_STATE" && error.data.path).toMatch(
      /^state\.agents\[3\]\.brain/,
    );
  });

  test("a Proxy, where the platform can tell", () => {
    const options = { isProxy: types.isProxy };
    const error = caught(() => encode({ p: new Proxy({}, {}) }, options));
    expect(error.message).toBe("state.p is a Proxy: store the object behind it, or a plain copy");
  });

  test("a transferred buffer", () => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(caught(() => encode([bytes])).message).toMatch(
      /^state\[0\] is backed by a buffer that was/,
    );
  });

  test("the root has the name that it is given", () => {
    const { data } = caught(() => encode([Symbol()], { root: "params" }));
    expect(data).toMatchObject({ path: "params[0]" });
  });

  test("nesting beyond the limit, wherever the stack is", () => {
    let deep: unknown = 0;
    for (let i = 0; i < 1000; i++) deep = [deep];
    expect(decode(encode(deep))).toBeDefined();
    expect(caught(() => encode([deep])).message).toMatch(
      /is nested more than 1,000 deep: keep long/,
    );
    for (let i = 0; i < 100_000; i++) deep = { deep };
    expect(caught(() => encode(deep)).code).toBe("UNSUPPORTED_STATE");
  });
});

describe("class instances", () => {
  class Agent {
    readonly x: number;
    friend: unknown;
    constructor(x: number, friend?: unknown) {
      this.x = x;
      this.friend = friend;
    }
  }
  const options = {
    types: {
      Agent: {
        is: (value: unknown) => value instanceof Agent,
        encode: (agent: Agent) => ({ x: agent.x, friend: agent.friend }),
        decode: (stored: { x: number; friend: unknown }) => new Agent(stored.x, stored.friend),
      },
    },
  };

  test("come back as instances, and one instance stays one", () => {
    const one = new Agent(1);
    const back = decode(encode([one, new Agent(2, one)], options), options) as Agent[];
    expect(back[0]).toBeInstanceOf(Agent);
    expect(back[1]?.friend).toBe(back[0]);
    expect(toHex(encode(back, options))).toBe(toHex(encode([one, new Agent(2, one)], options)));
    expect(hexOf(new Agent(1), options)).toBe("da5277000782654167656e74a261780166667269656e64f7");
  });

  test("a cycle through one is refused", () => {
    const agent = new Agent(1);
    agent.friend = [agent];
    expect(caught(() => encode({ agent }, options)).message).toMatch(
      /^state\.agent\.friend\[0\] closes a cycle through a class instance: list the class itself/,
    );
    const world: unknown[] = [];
    world.push(new Agent(1, world));
    expect(caught(() => encode(world, options)).code).toBe("UNSUPPORTED_STATE");
  });

  test("a codec is called once, even if parts of its result are shared", () => {
    const types = {
      Agent: {
        ...options.types.Agent,
        encode: () => {
          const list: unknown[] = [];
          return [list, list];
        },
        decode: (stored: [unknown, unknown]) => new Agent(0, stored[0] === stored[1]),
      },
    };
    expect(decode(encode(new Agent(1), { types }), { types })).toMatchObject({ friend: true });
  });

  test("no codec, and a codec that fails", () => {
    const bytes = encode([new Agent(1)], options);
    expect(caught(() => decode(bytes)).message).toMatch(
      /expected a class or a codec for the type "Agent"/,
    );
    const failing = {
      Agent: {
        ...options.types.Agent,
        encode: () => {
          throw new Error("no");
        },
      },
    };
    expect(caught(() => encode({ a: new Agent(1) }, { types: failing })).message).toBe(
      "the codec Agent failed to encode state.a: no",
    );
    const broken = {
      Agent: {
        ...options.types.Agent,
        decode: () => {
          throw new Error("no");
        },
      },
    };
    expect(caught(() => decode(bytes, { types: broken })).message).toBe(
      "the codec Agent failed to decode the instance at byte 1: no",
    );
  });

  const hexOf = (value: unknown, given: object) => toHex(encode(value, given));
});

describe("closed objects", () => {
  test.each<[string, object]>([
    ["frozen, with open contents", Object.freeze([{ x: 1 }])],
    ["frozen through and through", Object.freeze([Object.freeze({ x: 1 })])],
    ["sealed", Object.seal({ x: 1, list: Object.seal([1, 2]) })],
    ["not extensible", Object.preventExtensions({ x: 1, list: Object.preventExtensions([1, 2]) })],
    ["a Map and a Set", [Object.freeze(new Map([[1, 2]])), Object.freeze(new Set([1]))]],
    ["a Date", Object.freeze(new Date(5))],
    [
      "typed arrays",
      [Float64Array.of(1), new Uint8Array(0)].map((view) => Object.preventExtensions(view)),
    ],
    ["a buffer that the state holds", Object.freeze(new ArrayBuffer(2))],
    ["a DataView", Object.freeze(new DataView(new ArrayBuffer(2)))],
    ["no prototype", Object.freeze(Object.assign(Object.create(null), { x: 1 }))],
    ["an odd key", Object.freeze(JSON.parse('{"__proto__":1}'))],
    ["a long array", Object.freeze(Array.from({ length: 100 }, (_, i) => ({ i })))],
  ])("come back as they were: %s", (_, state) => {
    const back = decode(encode(state));
    expect(same(state, back)).toBe(true);
    expect(toHex(encode(back))).toBe(hex(state));
  });

  test("a frozen cycle, and a frozen object in two places", () => {
    const loop: unknown[] = [];
    loop.push(loop, Object.freeze({ loop }));
    Object.freeze(loop);
    const back = decode(encode([loop, loop[1]])) as [unknown[], object];
    expect(same(back, [loop, loop[1]])).toBe(true);
    expect(back[0][1]).toBe(back[1]);
    expect(Object.isFrozen(back[0]) && Object.isFrozen(back[1])).toBe(true);
  });

  test("an instance is frozen again after its codec", () => {
    class Point {
      x = 1;
    }
    const types = {
      Point: {
        is: (value: unknown) => value instanceof Point,
        encode: ({ x }: Point) => x,
        decode: (x: number) => Object.assign(new Point(), { x }),
      },
    };
    const back = decode(encode([Object.freeze(new Point()), new Point()], { types }), { types });
    expect((back as object[]).map(Object.isFrozen)).toEqual([true, false]);
  });

  test.each<[string, object, RegExp]>([
    ["a read-only property", readOnly({ x: 1 }, "x"), /^state\.x is a read-only property: define/],
    ["a fixed property", fixed({ x: 1 }, "x"), /^state\.x is a property that cannot be deleted: /],
    ["a read-only element", readOnly([1, 2], 1), /^state\[1\] is a read-only property: /],
    [
      "one of many elements",
      readOnly(new Array(1000).fill(0), 500),
      /^state\[500\] is a read-only property: /,
    ],
    ["a read-only length", readOnly([1], "length"), /^state\.length is read-only: /],
    [
      "one read-only property of a sealed object",
      Object.seal(readOnly({ x: 1, y: 2 }, "y")),
      /^state\.y is a read-only property: /,
    ],
    [
      "one fixed property of an object that is not extensible",
      Object.preventExtensions(fixed({ x: 1, y: 2 }, "y")),
      /^state\.y is a property that cannot be deleted: /,
    ],
  ])("refuses %s", (_, state, message) => {
    expect(caught(() => encode(state)).message).toMatch(message);
    expect(caught(() => encode(state)).code).toBe("UNSUPPORTED_STATE");
  });
});

describe("buffers", () => {
  const pooled = () => {
    const part = new Uint8Array(64).subarray(8, 16);
    return { part, buffer: part.buffer };
  };

  const resizable = (): ArrayBuffer => Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]);

  test.each<[string, object, RegExp]>([
    ["a Uint8Array", pooled().part, /^state shows 8 of the 64 bytes of its buffer, and the others/],
    ["a Float64Array", [new Float64Array(new ArrayBuffer(64), 8, 2)], /^state\[0\] shows 16 of/],
    ["a DataView", [new DataView(new ArrayBuffer(64), 1, 2)], /copy that part .* with slice\(\)/],
    [
      "an empty view",
      new Uint8Array(new ArrayBuffer(8), 0, 0),
      /shows 0 of the 8 .* with slice\(\)/,
    ],
    [
      "a view of Node's pool",
      (({ buffer, byteOffset }) => new Uint8Array(buffer, byteOffset, 3))(Buffer.from("abc")),
      /shows 3 of the [\d,]+ bytes of its buffer, .*: copy it with slice\(\)/,
    ],
    [
      "two views with a gap",
      (({ buffer }) => [new Uint8Array(buffer, 0, 8), new Uint8Array(buffer, 9)])(pooled()),
      /^state\[0\] shows 63 of the 64 bytes/,
    ],
    [
      "a buffer with a property",
      new Uint8Array(Object.assign(new ArrayBuffer(4), { secret: 1 })),
      /^state is a view of a buffer that is not ordinary: /,
    ],
    [
      "a frozen buffer behind a view",
      new Uint8Array(Object.freeze(new ArrayBuffer(4))),
      /^state is a view of a buffer that is not ordinary: /,
    ],
    ["a resizable buffer", new Uint8Array(resizable()), /resizable/],
    ["one by itself", resizable(), /resizable/],
  ])("no byte is stored that the state does not show: %s", (_, state, message) => {
    expect(caught(() => encode(state)).message).toMatch(message);
  });

  test.each<[string, object]>([
    ["a view beside its buffer", pooled()],
    [
      "a view beside one of all bytes",
      (({ part, buffer }) => [part, new Uint8Array(buffer)])(pooled()),
    ],
    [
      "views that show all together",
      [pooled()].map(({ buffer }) => [new Uint8Array(buffer, 0, 9), new Uint8Array(buffer, 9)]),
    ],
    [
      "a frozen buffer beside its view",
      ((buffer) => [new Uint8Array(buffer), Object.freeze(buffer)])(new ArrayBuffer(4)),
    ],
  ])("is stored: %s", (_, state) => {
    expect(same(decode(encode(state)), state)).toBe(true);
  });

  test("a reader refuses hidden bytes too", () => {
    const bytes = fromHex("da52770006841840da527700054200000101");
    expect(caught(() => decode(bytes)).code).toBe("INVALID_ENCODING");
    // Two views of a byte each, of a buffer of three.
    const two = "82da52770006841840d81cda52770005430000000001da52770006841840d81d000101";
    expect(caught(() => decode(fromHex(two))).message).toMatch(/views that show all/);
  });
});

function readOnly<T extends object>(object: T, key: PropertyKey): T {
  return Object.defineProperty(object, key, { writable: false });
}

function fixed<T extends object>(object: T, key: PropertyKey): T {
  return Object.defineProperty(object, key, { configurable: false });
}

test("trees need no marks", () => {
  fc.assert(
    fc.property(trees, (tree) => {
      expect(same(decode(encode([tree])), [tree])).toBe(true);
    }),
  );
});

function caught(action: () => unknown): AnyRewindError {
  try {
    action();
  } catch (error) {
    if (error instanceof RewindError) return error;
    throw error;
  }
  throw new Error("expected an error");
}
