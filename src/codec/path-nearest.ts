import { formatPath, type PathStep } from "./path-format.ts";

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
    .map((step) => ({ step, distance: distance(spell(step), text) }))
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

/** The least number of insertions, deletions and replacements between two short texts. */
function distance(a: string, b: string): number {
  if (a.length > 40 || b.length > 40) return a === b ? 0 : 40;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
