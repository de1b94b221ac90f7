import { invalid } from "../../../../src/codec/cbor/cursor.ts";
import { MAJOR } from "../../../../src/codec/cbor/writer.ts";
import { bareFault } from "../../../../src/codec/state/faults.ts";
import { formOf, type StateKind } from "../../../../src/codec/state/kinds/kind.ts";

/** The next private tag; in `src` it would stand in `tags.ts`. */
export const TAG_REG_EXP = 0x5277_00ff;

/** A kind as the recipe in CONTRIBUTING asks for it: the test of the recipe adds it to the table. */
export const REG_EXP: StateKind<RegExp> = {
  name: "RegExp",
  prototype: RegExp.prototype,
  tag: TAG_REG_EXP,

  write(pattern, out) {
    const source = out.genuine(
      pattern,
      () => RegExp.prototype.toString.call(pattern) && pattern.source,
    );
    // `lastIndex` is a property of its own.
    out.check(bareFault(pattern, 1));
    out.out.head(MAJOR.TAG, TAG_REG_EXP);
    out.out.head(MAJOR.ARRAY, 3);
    out.text(source);
    out.out.text(pattern.flags);
    out.out.number(pattern.lastIndex);
  },

  read: (input, depth, start) =>
    input.builtLast(() => {
      input.expect(MAJOR.ARRAY, "a regular expression");
      if (input.argument !== 3) throw invalid("3 parts", `${input.argument}`, start);
      input.enter(3, depth, start);
      const [source, flags] = [input.item(depth + 1), input.item(depth + 1)];
      const pattern = build(source, flags);
      if (pattern === undefined) throw invalid("a source and flags", "others", start);
      pattern.lastIndex = input.size();
      return pattern;
    }),

  compare(a, b, comparer, spot) {
    if (String(a) === String(b) && a.lastIndex === b.lastIndex) comparer.equal++;
    else comparer.add(spot, a, b);
  },

  toJson(pattern, out) {
    out.spend(30 + pattern.source.length);
    return { $regexp: [pattern.source, pattern.flags, pattern.lastIndex] };
  },
  form: formOf("$regexp", (parts) => {
    const [source, flags, lastIndex] = Array.isArray(parts) ? parts : [];
    const pattern = build(source, flags);
    return pattern && { is: Object.assign(pattern, { lastIndex }) };
  }),
};

function build(source: unknown, flags: unknown): RegExp | undefined {
  if (typeof source !== "string" || typeof flags !== "string") return undefined;
  try {
    const pattern = new RegExp(source, flags);
    return pattern.source === source && pattern.flags === flags ? pattern : undefined;
  } catch {
    return undefined;
  }
}
