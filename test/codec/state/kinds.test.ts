import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/base/bytes.ts";
import { decode } from "../../../src/codec/decode.ts";
import { differences } from "../../../src/codec/differences.ts";
import { encode } from "../../../src/codec/encode.ts";
import { fromJson } from "../../../src/codec/json/read.ts";
import { toJson } from "../../../src/codec/json/write.ts";
import { formatPath, type PathStep } from "../../../src/codec/path/format.ts";
import { parsePath } from "../../../src/codec/path/parse.ts";
import { getAt, setAt } from "../../../src/codec/state/access.ts";
import { ARRAY } from "../../../src/codec/state/kinds/array.ts";
import { OBJECT } from "../../../src/codec/state/kinds/object.ts";
import { kindOf, SCALARS, STATE_KINDS } from "../../../src/codec/state/kinds.ts";
import { surelyEqual } from "../../../src/codec/state/surely-equal.ts";
import { same, samples, trees } from "./states.ts";

test("every kind has samples, and no name, prototype or tag occurs twice", () => {
  expect(STATE_KINDS.map(({ name }) => name).sort()).toEqual(Object.keys(samples).sort());
  const tags = [
    ...STATE_KINDS.flatMap(({ tag }) => tag ?? []),
    ...SCALARS.flatMap(({ tags }) => tags),
  ];
  for (const list of [
    STATE_KINDS.map(({ name }) => name),
    STATE_KINDS.map((kind) => kind.prototype),
    tags,
  ]) {
    expect(new Set<unknown>(list).size).toBe(list.length);
  }
});

test("the kinds built into the writers are those of the table", () => {
  expect(kindOf({})?.write).toBe(OBJECT.write);
  expect(kindOf([])?.write).toBe(ARRAY.write);
  expect(kindOf([])?.surelyEqual).toBe(ARRAY.surelyEqual);
});

describe.each(STATE_KINDS.map((kind) => [kind.name, kind] as const))("%s", (name, kind) => {
  const [makeA, makeB, path] = samples[name] as (typeof samples)[string];

  test("is known by its prototype", () => {
    expect(kindOf(makeA())).toBe(kind);
  });

  test("comes back from its encoding, alone, shared and closed", () => {
    for (const make of [makeA, makeB]) {
      const one = make();
      const closed = Object.preventExtensions(make());
      for (const state of [make(), [one, { again: one }], new Map([["k", closed]])]) {
        const bytes = encode(state);
        expect(same(decode(bytes), state)).toBe(true);
        expect(toHex(encode(decode(bytes)))).toBe(toHex(bytes));
      }
    }
  });

  test("is compared by its contents", () => {
    expect(differences(makeA(), makeA())).toEqual([]);
    expect(differences(makeA(), makeB()).map((found) => found.path)).toContain(path);
    expect(differences({ v: makeA() }, { v: "text" })).toHaveLength(1);
    expect(surelyEqual(makeA(), makeB())).toBe(false);
    if (kind.surelyEqual !== undefined) expect(surelyEqual(makeA(), makeA())).toBe(true);
  });

  test("comes back from JSON", () => {
    const json = JSON.parse(JSON.stringify(toJson([makeA(), makeB()])));
    const back = fromJson(json) as [object, object];
    // JSON does not show that an object has no prototype.
    const isBare = kind.prototype === null;
    const wanted = [makeA(), makeB()].map((value) => (isBare ? { ...value } : value));
    expect(same(back, wanted)).toBe(true);
    if (kind.form !== undefined) expect(Object.keys(json[0])).toEqual(kind.form.keys);
  });

  test("has a value at each of its steps, which can be set", () => {
    const value = makeA();
    const steps = kind.steps?.(value) ?? [];
    const all = typeof steps === "number" ? Array.from({ length: steps }, (_, i) => i) : steps;
    for (const step of all) {
      const at = parsePath(formatPath([step]));
      expect(kind.find?.(value, step)).toEqual({ is: getAt(value, at) });
      setAt(value, at, getAt(makeB(), at));
    }
    if (all.length > 0) expect(differences(value, makeB())).toEqual([]);
    const nowhere: PathStep[] = [{ keys: 9 }, { values: 9 }, 9, { get: "nothing" }, "nothing"];
    for (const step of nowhere) expect(kind.find?.(value, step)).toBeUndefined();
  });

  test("is refused if it is not quite of the kind", () => {
    const { prototype } = kind;
    if (prototype === null || prototype === Object.prototype) return;
    const refused = (value: object, message: RegExp) => {
      const error = expect.objectContaining({
        code: "UNSUPPORTED_STATE",
        message: expect.stringMatching(message),
      });
      expect(() => encode({ v: value })).toThrow(error);
      expect(() => encode(Object.freeze([value]))).toThrow(error);
    };
    refused(Object.create(prototype), new RegExp(`is an instance of ${name} that is not`));
    const sub = Object.setPrototypeOf(makeA(), Object.create(prototype, CALLED_MINE));
    refused(sub, new RegExp(`is an instance of Mine, a subclass of ${name}: use a plain ${name}`));
    refused(Object.assign(makeA(), { more: 1 }), /^state.*more is a property beside the contents/);
    refused(Object.assign(makeA(), { [Symbol("s")]: 1 }), /has the key Symbol\(s\), a symbol/);
  });
});

const CALLED_MINE = { constructor: { value: class Mine {} } };

test("a state changed at one leaf differs at the path of that leaf", () => {
  fc.assert(
    fc.property(trees, fc.nat(), fc.nat(), (tree, at, how) => {
      const state = decode(encode(tree));
      const leaves = leavesOf(state);
      const leaf = leaves[at % Math.max(leaves.length, 1)];
      fc.pre(leaf !== undefined);
      const path = leaf as PathStep[];
      const changed = another(getAt(state, path), how);
      const other = withValue(decode(encode(tree)), path, changed);
      fc.pre(other !== undefined);
      const paths = differences(state, other?.state, { limit: Number.POSITIVE_INFINITY });
      expect(paths.map((found) => found.path)).toContain(formatPath(path));
    }),
    { numRuns: 2000 },
  );
});

/** The paths of all values that hold no others. */
function leavesOf(value: unknown, path: readonly PathStep[] = []): (readonly PathStep[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const steps = kindOf(value)?.steps?.(value);
  if (steps === undefined) return [path];
  const all = typeof steps === "number" ? Array.from({ length: steps }, (_, i) => i) : steps;
  return all.flatMap((step) => leavesOf(getAt(value, [step]), [...path, step]));
}

/** Another value of the same type, or of the same kind. */
function another(value: unknown, how: number): unknown {
  if (typeof value === "number") return value === how ? how + 1 : how;
  if (typeof value === "bigint") return value === 7n ? 8n : 7n;
  if (typeof value === "string") return `${value}!`;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "object" || value === null) return "something";
  const [makeA, makeB] = samples[kindOf(value)?.name ?? ""] as (typeof samples)[string];
  return differences(value, makeA()).length > 0 ? makeA() : makeB();
}

/** The state with another value at a path; undefined if an element cannot hold it. */
function withValue(
  state: unknown,
  path: readonly PathStep[],
  value: unknown,
): { readonly state: unknown } | undefined {
  try {
    const changed = setAt(state, path, value);
    return Object.is(getAt(changed, path), value) ? { state: changed } : undefined;
  } catch {
    return undefined;
  }
}
