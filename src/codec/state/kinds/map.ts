import { invalid } from "../../cbor/cursor.ts";
import { MAJOR } from "../../cbor/writer.ts";
import { stepInto } from "../../path/format.ts";
import { compareOrder, comparePositions, spotBelow } from "../difference.ts";
import { bareFault } from "../faults.ts";
import { TAG } from "../tags.ts";
import { formOf, isObject, type StateKind } from "./kind.ts";

type AnyMap = Map<unknown, unknown>;

export const MAP: StateKind<AnyMap> = {
  name: "Map",
  prototype: Map.prototype,
  tag: TAG.MAP,

  write(map, out) {
    const entries = out.genuine(map, () => Map.prototype.entries.call(map));
    const depth = out.enter(map);
    out.check(bareFault(map));
    out.out.head(MAJOR.TAG, TAG.MAP);
    out.out.head(MAJOR.MAP, map.size);
    let position = 0;
    for (const [key, item] of entries) {
      out.steps[depth] = { keys: position };
      out.value(key);
      out.steps[depth] = stepInto(key, position);
      out.value(item);
      position++;
    }
    out.depth = depth;
  },

  read(input, depth, start) {
    const map = input.built<AnyMap>(new Map());
    input.expect(MAJOR.MAP, "a map in a Map");
    const length = input.argument;
    input.enter(2 * length, depth, start);
    for (let i = 0; i < length; i++) {
      const key = input.key(depth);
      map.set(key, input.item(depth + 1));
    }
    if (map.size === length) return map;
    throw invalid("each key of a Map once", "a key twice", start);
  },

  compare(a, b, comparer, spot) {
    const keys = [...a.keys()];
    const others = [...b.keys()];
    if (keys.some(isObject) || others.some(isObject)) {
      // Keys that are objects have no name that both sides share, so entries are matched by
      // position.
      comparePositions(keys, others, comparer, (i) => spotBelow(spot, { keys: i }));
      comparePositions([...a.values()], [...b.values()], comparer, (i) =>
        spotBelow(spot, Object.is(keys[i], others[i]) ? stepInto(keys[i], i) : { values: i }),
      );
      return;
    }
    for (const key of keys) {
      if (comparer.isFull()) return;
      const below = spotBelow(spot, { get: key });
      if (b.has(key)) comparer.compare(a.get(key), b.get(key), below);
      else comparer.add(below, a.get(key), undefined, { missing: "b" });
    }
    for (const key of others) {
      if (a.has(key)) continue;
      comparer.add(spotBelow(spot, { get: key }), undefined, b.get(key), { missing: "a" });
    }
    compareOrder(keys, others, comparer, spot);
  },

  surelyEqual: (a, b, look) =>
    look.equalItems([...a.keys()], [...b.keys()]) &&
    look.equalItems([...a.values()], [...b.values()]),

  toJson: (map, out) => ({
    $map: out.list(map, ([key, item], i) => [
      out.under({ keys: i }, key),
      out.under(stepInto(key, i), item),
    ]),
  }),
  form: formOf("$map", (list, readValue) => {
    if (!Array.isArray(list)) return undefined;
    const entries = list as unknown[];
    if (!entries.every((entry) => Array.isArray(entry) && entry.length === 2)) return undefined;
    return { is: new Map(entries.map((entry) => readValue(entry) as [unknown, unknown])) };
  }),
  *parts(map) {
    for (const [key, item] of map) {
      yield key;
      yield item;
    }
  },

  steps: (map) => [...map.keys()].map(stepInto),
  find(map, step) {
    if (typeof step !== "object") return undefined;
    if ("get" in step) return map.has(step.get) ? { is: map.get(step.get) } : undefined;
    const [index, members] =
      "keys" in step ? [step.keys, [...map.keys()]] : [step.values, [...map.values()]];
    return index < members.length ? { is: members[index] } : undefined;
  },
  put(map, step, next) {
    if (typeof step !== "object" || "keys" in step) return false;
    if ("values" in step && step.values >= map.size) return false;
    map.set("get" in step ? step.get : [...map.keys()][step.values], next);
    return true;
  },
};
