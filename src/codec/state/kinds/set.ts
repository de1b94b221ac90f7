import { invalid } from "../../cbor/cursor.ts";
import { MAJOR } from "../../cbor/writer.ts";
import { compareOrder, comparePositions, spotBelow } from "../difference.ts";
import { bareFault } from "../faults.ts";
import { TAG } from "../tags.ts";
import { formOf, isObject, type StateKind } from "./kind.ts";

export const SET: StateKind<Set<unknown>> = {
  name: "Set",
  prototype: Set.prototype,
  tag: TAG.SET,

  write(set, out) {
    const members = out.genuine(set, () => Set.prototype.values.call(set));
    const depth = out.enter(set);
    out.check(bareFault(set));
    out.out.head(MAJOR.TAG, TAG.SET);
    out.out.head(MAJOR.ARRAY, set.size);
    let position = 0;
    for (const member of members) {
      out.steps[depth] = { values: position++ };
      out.value(member);
    }
    out.depth = depth;
  },

  read(input, depth, start) {
    const set = input.built(new Set());
    input.expect(MAJOR.ARRAY, "an array of members");
    const length = input.argument;
    input.enter(length, depth, start);
    for (let i = 0; i < length; i++) set.add(input.key(depth));
    if (set.size === length) return set;
    throw invalid("each member of a Set once", "a member twice", start);
  },

  compare(a, b, comparer, spot) {
    const members = [...a];
    const others = [...b];
    const spotOf = (position: number) => spotBelow(spot, { values: position });
    if (members.some(isObject) || others.some(isObject)) {
      comparePositions(members, others, comparer, spotOf);
      return;
    }
    members.forEach((member, i) => {
      if (b.has(member)) comparer.equal++;
      else comparer.add(spotOf(i), member, undefined, { missing: "b" });
    });
    others.forEach((member, i) => {
      if (!a.has(member)) comparer.add(spotOf(i), undefined, member, { missing: "a" });
    });
    compareOrder(members, others, comparer, spot);
  },

  surelyEqual: (a, b, look) => look.equalItems([...a], [...b]),

  toJson: (set, out) => ({
    $set: out.list(set, (member, i) => out.under({ values: i }, member)),
  }),
  form: formOf("$set", (list, readValue) =>
    Array.isArray(list) ? { is: new Set(list.map(readValue)) } : undefined,
  ),
  parts: (set) => set,

  steps: (set) => [...set].map((_, position) => ({ values: position })),
  find(set, step) {
    if (typeof step !== "object" || !("values" in step) || step.values >= set.size)
      return undefined;
    return { is: [...set][step.values] };
  },
  put(set, step, next) {
    if (typeof step !== "object" || !("values" in step) || step.values >= set.size) return false;
    // The other members keep their places.
    const members = [...set];
    members[step.values] = next;
    set.clear();
    for (const member of members) set.add(member);
    return true;
  },
};
