import { stringsOf } from "./json-text.ts";
import { packageName } from "./packages.ts";

/** What a package.json may send an import to. */
export interface Manifest {
  /** The places that it names in full. */
  readonly places: readonly string[];
  /** The places with a `*`, and the keys with one, which say what it stands for. */
  readonly patterns: readonly string[];
  readonly keys: readonly string[];
}

export const NO_MANIFEST: Manifest = { places: [], patterns: [], keys: [] };

/**
 * Each text in `main`, `module`, `exports` and `imports` of a package.json. To name a place too many
 * does no harm.
 */
export function manifestIn(text: string): Manifest {
  const { strings, colons } = stringsOf(text);
  // esbuild takes the first of two equal keys, JSON.parse the last; and it reads a few texts that are not
  // quite JSON. Of those, all strings count.
  const value = plainJson(text, colons) ?? { main: strings };
  const { main, module, exports, imports } = value;
  const texts = new Set<string>();
  const keys = new Set<string>();
  const waiting: unknown[] = [main, module, exports, imports];
  // A list and no recursion: a file of a megabyte may be nested half a million deep.
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === "string") texts.add(value);
    if (typeof value !== "object" || value === null) continue;
    const isList = Array.isArray(value);
    for (const [key, inside] of Object.entries(value)) {
      waiting.push(inside);
      const name = isList ? inside : key;
      if (typeof name === "string" && name.includes("*")) keys.add(name);
    }
  }
  return {
    places: [...texts].filter((place) => !place.includes("*")),
    patterns: [...texts].filter((place) => place.includes("*")),
    keys: [...keys],
  };
}

/** The places that the patterns of a package.json have for an import. */
export function* patternPlaces(manifest: Manifest, specifier: string): Generator<string> {
  const { patterns, keys } = manifest;
  const asked = [specifier, `.${specifier.slice(packageName(specifier).length)}`];
  const parts = new Set(keys.flatMap((key) => asked.flatMap((one) => partOf(key, one) ?? [])));
  for (const pattern of patterns) for (const part of parts) yield pattern.replaceAll("*", part);
}

/** What the `*` of a key stands for, if an import fits the key. */
export function partOf(key: string, asked: string): string | undefined {
  const [before = "", after] = key.split("*");
  const fits =
    after !== undefined &&
    asked.length >= before.length + after.length &&
    asked.startsWith(before) &&
    asked.endsWith(after);
  return fits ? asked.slice(before.length, asked.length - after.length) : undefined;
}

/** What a text holds, if it is JSON with as many keys as colons, and so no key twice. */
function plainJson(text: string, colons: number): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  let keys = 0;
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    const inside = Object.values(next);
    for (const one of inside) waiting.push(one);
    if (!Array.isArray(next)) keys += inside.length;
  }
  return keys === colons ? Object(value) : undefined;
}
