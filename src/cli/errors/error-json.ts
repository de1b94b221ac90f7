import { inspect } from "node:util";
import { toJson } from "../../codec/json/write.ts";

/** The data of an error, ready for JSON; values that JSON lacks become text. */
export function errorJson(data: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, jsonOf(value)]),
  );
}

function jsonOf(value: unknown): unknown {
  try {
    return toJson(value);
  } catch {
    return inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
  }
}
