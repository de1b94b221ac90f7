import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import { differences } from "../../../src/codec/differences.ts";
import { formatPath, type Path, type PathStep } from "../../../src/codec/path/format.ts";
import { parsePath } from "../../../src/codec/path/parse.ts";
import { getAt, setAt } from "../../../src/codec/state/access.ts";
import { numbers, strings } from "../state/states.ts";

const steps: fc.Arbitrary<PathStep> = fc.oneof(
  strings,
  fc.constantFrom("a", "état", "$x", "state", "get", "values"),
  fc.nat(),
  fc
    .oneof(
      numbers.map((key) => (Object.is(key, -0) ? 0 : key)),
      strings,
      fc.bigInt(),
      fc.constantFrom(true, false, null, undefined),
    )
    .map((get) => ({ get })),
  fc.nat().map((values) => ({ values })),
  fc.nat().map((keys) => ({ keys })),
);

test("every path can be written and read back", () => {
  fc.assert(
    fc.property(fc.array(steps), (path) => {
      expect(parsePath(formatPath(path))).toStrictEqual(path);
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, Path]>([
  ["state", []],
  ["agents[3].infected", ["agents", 3, "infected"]],
  ["state.agents[3]", ["agents", 3]],
  ["[0]", [0]],
  ["state[0]", [0]],
  ['["odd key"]', ["odd key"]],
  ["['odd key']", ["odd key"]],
  ["contacts.get(17).days", ["contacts", { get: 17 }, "days"]],
  ['contacts.get("a")', ["contacts", { get: "a" }]],
  ["m.get(-1.5e3)", ["m", { get: -1500 }]],
  ["m.get(5n)", ["m", { get: 5n }]],
  ["m.get(null)", ["m", { get: null }]],
  ["statement.x", ["statement", "x"]],
  ["state.state", ["state"]],
  ["seen.values()[2]", ["seen", { values: 2 }]],
  ["get.x", ["get", "x"]],
])("%s", (text, path) => {
  expect(parsePath(text)).toStrictEqual(path);
});

test.each([
  ["", 1],
  [".x", 1],
  ["a..b", 2],
  ["a[", 2],
  ["a[-1]", 2],
  ["a[01]", 2],
  ["a[1.5]", 2],
  ["a b", 2],
  ["a.get(x)", 2],
  ["a.get()", 2],
  ["3a", 1],
  ["a.", 2],
  ['a["x', 2],
])("%j is refused at column %i", (path, column) => {
  expect(() => parsePath(path)).toThrow(
    expect.objectContaining({ code: "INVALID_PATH", data: { path, column } }),
  );
});

const world = () => ({
  agents: [
    { infected: false, age: 3 },
    { infected: true, age: 4 },
  ],
  contacts: new Map<unknown, unknown>([
    [17, { days: 2 }],
    ["a", 1],
  ]),
  seen: new Set(["x", "y"]),
  grid: new Float64Array([1, 2]),
  bytes: new Uint8Array(2),
  big: new BigInt64Array(1),
  single: new Float32Array(1),
});

describe("getAt", () => {
  test.each([
    ["agents[1].age", 4],
    ["contacts.get(17).days", 2],
    ["grid[1]", 2],
    ["seen.values()[1]", "y"],
    ["contacts.keys()[1]", "a"],
    ["contacts.values()[1]", 1],
  ])("%s", (path, value) => {
    expect(getAt(world(), parsePath(path))).toBe(value);
  });

  test.each([
    ["agent[1]", "there is no state.agent: state has .agents, "],
    ["agents[2].age", "there is no state.agents[2]: state.agents has elements [0] to [1]"],
    [
      "agents[0].infectd",
      "there is no state.agents[0].infectd: state.agents[0] has .infected, .age",
    ],
    ["agents[0].age.x", "there is no state.agents[0].age.x: state.agents[0].age is 3"],
    [
      'contacts.get("17")',
      'there is no state.contacts.get("17"): state.contacts has .get(17), .get("a")',
    ],
    ["agents.length", "there is no state.agents.length: "],
    ["agents.map", "there is no state.agents.map: "],
    ["toString", "there is no state.toString: "],
    ["grid[2]", "there is no state.grid[2]: state.grid has elements [0] to [1]"],
    ["contacts.size", "there is no state.contacts.size: "],
    ["seen.values()[9]", "there is no state.seen.values()[9]: "],
  ])("%s is not there", (path, message) => {
    for (const action of [getAt, (root: unknown, at: Path) => setAt(root, [...at, "x", "y"], 1)]) {
      expect(() => action(world(), parsePath(path))).toThrow(
        expect.objectContaining({
          code: "PATH_NOT_FOUND",
          message: expect.stringContaining(message),
        }),
      );
    }
  });
});

describe("setAt", () => {
  test.each([
    ["agents[1].age", 5],
    ["agents[1].fresh", 5],
    ["agents[2]", 5],
    ["contacts.get(17)", 5],
    ["contacts.get(18)", 5],
    ["contacts.values()[1]", 5],
    ["seen.values()[0]", 5],
    ["grid[1]", -0],
    ["single[0]", 0.1],
    ["big[0]", 5n],
    ['["__proto__"]', 5],
  ])("%s", (path, value) => {
    const root = world();
    expect(setAt(root, parsePath(path), value)).toBe(root);
    const held = getAt(root, parsePath(path));
    expect(held).toBe(path === "single[0]" ? Math.fround(0.1) : value);
    expect(Object.getPrototypeOf(root)).toBe(Object.prototype);
  });

  test("the root is replaced", () => {
    expect(setAt(1, parsePath("state"), 2)).toBe(2);
  });

  test("a member of a Set keeps its place", () => {
    const root = world();
    setAt(root, parsePath("seen.values()[0]"), "z");
    expect([...root.seen]).toEqual(["z", "y"]);
  });

  test.each([
    ["grid[0]", "1"],
    ["bytes[0]", 256],
    ["bytes[0]", 1.5],
    ["bytes[0]", -0],
    ["big[0]", 1],
    ["big[0]", 2n ** 63n],
    ["single[0]", 1e300],
  ])("%s refuses %o", (path, value) => {
    const root = world();
    const before = getAt(root, parsePath(path));
    const error = caught(() => setAt(root, parsePath(path), value));
    expect(isRewindError(error, "INVALID_ARGUMENT")).toBe(true);
    expect(getAt(root, parsePath(path))).toBe(before);
  });

  test.each(["grid[2]", "agents[5]", "agents.x", "contacts.x", "seen[0]", "agents[0].age[0]"])(
    "%s cannot be made",
    (path) => {
      expect(
        isRewindError(
          caught(() => setAt(world(), parsePath(path), 1)),
          "PATH_NOT_FOUND",
        ),
      ).toBe(true);
    },
  );
});

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
}

test("frozen, sealed and read-only objects cannot be set", () => {
  const closed = [
    Object.freeze({ x: 1 }),
    Object.seal({ y: 1 }),
    Object.defineProperty({}, "x", { value: 1, enumerable: true }),
  ];
  for (const state of closed) {
    expect(() => setAt(state, ["x"], 2)).toThrow(
      /expected state.x to be open to changes: state is/,
    );
  }
  expect(setAt(Object.seal({ x: 1 }), ["x"], 2)).toEqual({ x: 2 });
  expect(setAt(Object.preventExtensions({ x: 1 }), ["x"], 2)).toEqual({ x: 2 });
});

describe("a class instance", () => {
  class Agent {
    x: number;
    inner: unknown;
    constructor(x: number, inner: unknown) {
      this.x = x;
      this.inner = inner;
    }
  }
  const types = {
    Agent: {
      is: (value: unknown) => value instanceof Agent,
      encode: ({ x, inner }: Agent) => [2 * x, { inner }],
      decode: ([x, { inner }]: [number, { inner: unknown }]) => new Agent(x / 2, inner),
    },
  };
  const state = (x: number) => ({ agents: [new Agent(x, new Map([["k", new Agent(x + 1, 0)]]))] });

  test("each path that a difference prints can be read", () => {
    const [a, b] = [state(1), state(5)];
    const found = differences(a, b, { types });
    expect(found.map(({ path }) => path)).toEqual([
      "state.agents[0][0]",
      'state.agents[0][1].inner.get("k")[0]',
    ]);
    for (const difference of found) {
      const path = parsePath(difference.path);
      expect([getAt(a, path, types), getAt(b, path, types)]).toEqual([difference.a, difference.b]);
    }
  });

  test("its own properties can be read as well", () => {
    expect(getAt(state(1), parsePath("agents[0].x"), types)).toBe(1);
    expect(getAt(state(1), parsePath('agents[0].inner.get("k").x'))).toBe(2);
    expect(() => getAt(state(1), parsePath("agents[0].y"), types)).toThrow(
      "there is no state.agents[0].y: state.agents[0] has .x, .inner",
    );
  });
});
