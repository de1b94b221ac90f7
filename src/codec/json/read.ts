import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { JsonForm } from "../state/kinds/kind.ts";
import { JSON_FORMS } from "../state/kinds.ts";
import { restored, type TypeCodecs, typeNamed } from "../state/type-codecs.ts";

/**
 * The value that `toJson` turned into this JSON. Throws INVALID_ARGUMENT for a "$"
 * key that belongs to no form, and for a reference, since JSON has no cycles.
 *
 * @example
 * ```ts
 * fromJson({ x: { $number: "-0" } }); // { x: -0 }
 * ```
 */
export function fromJson(json: unknown, types: TypeCodecs = {}): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => fromJson(item, types));
  const special = Object.keys(json).find((key) => /^\$(?!\$)/.test(key));
  if (special !== undefined) return readSpecial(json as Fields, special, types);
  const entries = Object.entries(json).map(([key, item]) => [
    key.startsWith("$") ? key.slice(1) : key,
    fromJson(item, types),
  ]);
  return Object.fromEntries(entries);
}

type Fields = Readonly<Record<string, unknown>>;

function readSpecial(json: Fields, special: string, types: TypeCodecs): unknown {
  const form = special === "$type" ? instanceForm(types) : JSON_FORMS.get(special);
  const isExact =
    form !== undefined &&
    Object.keys(json).length === form.keys.length &&
    form.keys.every((key) => Object.hasOwn(json, key));
  const value = isExact ? form.read(json, (item) => fromJson(item, types)) : undefined;
  if (value !== undefined) return value.is;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected a value such as {"$number": "NaN"}, got ${JSON.stringify(json).slice(0, 80)}; ` +
      `in a key of your own that begins with "$", double the "$"`,
    { value: json },
  );
}

function instanceForm(types: TypeCodecs): JsonForm {
  return {
    keys: ["$type", "value"],
    read({ $type: name, value }, readValue) {
      const type = typeNamed(types, name);
      if (type !== undefined) return { is: restored(type, readValue(value)) };
      throw new RewindError(
        "INVALID_ARGUMENT",
        `there is no type ${describe(name)} in the simulation's types`,
        { name },
      );
    },
  };
}
