import { toHex } from "../base/bytes.ts";
import { formatPath, type PathStep } from "./path-format.ts";
import { explainObject, explainPrimitive, refusal } from "./refusal.ts";
import { type TypedArray, viewTypeOf } from "./tags.ts";
import type { TypeCodecs } from "./types.ts";

export { fromJson } from "./json-read.ts";

/**
 * `value` as data that JSON can carry, to be read by people and scripts. What JSON lacks is an
 * object with one key that begins with "$": {"$number": "NaN"}, {"$bigint": "1"}, {"$undefined":
 * true}, {"$date": ISO or null}, {"$map": [[key, value]]}, {"$set": []}, {"$typed": "Float64Array",
 * "values": []}, {"$buffer": hex}, {"$view": hex} for a DataView, {"$type": name, "value": stored}
 * for an instance, {"$ref": path} where a cycle closes. A plain object's own keys that begin with
 * "$" get one more. Objects that occur twice are written twice; null prototypes do not show.
 *
 * @example
 * ```ts
 * toJson({ x: Number.NaN, seen: new Set([1]) }); // { x: { $number: "NaN" }, seen: { $set: [1] } }
 * ```
 */
export function toJson(value: unknown, types: TypeCodecs = {}): unknown {
  return new JsonWriter(types).value(value);
}

class JsonWriter {
  private readonly types: TypeCodecs;
  private readonly open = new Map<object, number>();
  private readonly steps: PathStep[] = [];

  constructor(types: TypeCodecs) {
    this.types = types;
  }

  value(value: unknown): unknown {
    switch (typeof value) {
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { $number: Object.is(value, -0) ? "-0" : String(value) };
      case "string":
      case "boolean":
        return value;
      case "undefined":
        return { $undefined: true };
      case "bigint":
        return { $bigint: String(value) };
      case "object":
        return value === null ? null : this.object(value);
      default:
        throw refusal(formatPath(this.steps), ...explainPrimitive(value));
    }
  }

  private object(value: object): unknown {
    const around = this.open.get(value);
    if (around !== undefined) return { $ref: formatPath(this.steps.slice(0, around)) };
    this.open.set(value, this.steps.length);
    try {
      return this.contents(value);
    } finally {
      this.open.delete(value);
    }
  }

  private contents(value: object): unknown {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.plain(value);
    if (Array.isArray(value) && prototype === Array.prototype) {
      return value.map((item, i) => this.under(i, item));
    }
    if (prototype === Map.prototype) return { $map: this.entries(value as Map<unknown, unknown>) };
    if (prototype === Set.prototype) {
      return {
        $set: [...(value as Set<unknown>)].map((item, i) => this.under({ values: i }, item)),
      };
    }
    if (prototype === Date.prototype) return { $date: (value as Date).toJSON() };
    if (prototype === ArrayBuffer.prototype) {
      return { $buffer: toHex(new Uint8Array(value as ArrayBuffer)) };
    }
    return this.view(value) ?? this.instance(value);
  }

  private plain(value: object): unknown {
    const entries = Object.entries(value).map(([key, item]) => [
      key.startsWith("$") ? `$${key}` : key,
      this.under(key, item),
    ]);
    // It defines properties, so "__proto__" is a key like any other.
    return Object.fromEntries(entries);
  }

  private entries(map: Map<unknown, unknown>): unknown[] {
    return [...map].map(([key, item], i) => {
      const named = typeof key === "object" && key !== null ? { values: i } : { get: key };
      return [this.under({ keys: i }, key), this.under(named, item)];
    });
  }

  private view(value: object): unknown {
    const type = viewTypeOf(value);
    if (type === undefined) return undefined;
    if (value instanceof DataView) {
      return { $view: toHex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
    }
    const values = Array.from(value as TypedArray, (item: number | bigint) => this.value(item));
    return { $typed: type.name, values };
  }

  private instance(value: object): unknown {
    for (const [name, codec] of Object.entries(this.types)) {
      if (codec.is(value)) return { $type: name, value: this.value(codec.encode(value)) };
    }
    throw refusal(formatPath(this.steps), ...explainObject(value));
  }

  private under(step: PathStep, item: unknown): unknown {
    this.steps.push(step);
    const json = this.value(item);
    this.steps.pop();
    return json;
  }
}
