import { editDistance } from "../../base/nearest.ts";
import { formatPath, type PathStep } from "../path/format.ts";

/** How many keys are named. */
const MOST = 5;

/** The steps from `value` that exist and resemble `wanted` most, as they are written in a path. */
export function nearest(value: unknown, wanted: PathStep): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    const { length } = value as ArrayLike<unknown>;
    return length === 0 ? ["no elements"] : [`elements [0] to [${length - 1}]`];
  }
  const text = spell(wanted);
  return stepsOf(value)
    .slice(0, 10_000)
    .map((step) => ({ step, distance: editDistance(spell(step), text) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ step }) => formatPath([step], ""));
}

function stepsOf(value: object): PathStep[] {
  if (value instanceof Map) {
    return [...value.keys()].map((key: unknown, position) =>
      typeof key === "object" && key !== null ? { values: position } : { get: key },
    );
  }
  if (value instanceof Set) return [...value].map((_, position) => ({ values: position }));
  return Object.keys(value);
}

function spell(step: PathStep): string {
  return typeof step === "object" && "get" in step ? String(step.get) : formatPath([step], "");
}
