import { packageName } from "./packages.ts";

/**
 * What a package.json may send an import to: each text of its `main`, `module`, `exports` and `imports`. A `*`
 * in it stands for the part of `specifier` that the `*` of some key stands for. To name a place too many does
 * no harm.
 */
export function namedPlaces(manifest: Manifest, specifier: string): string[] {
  const { main, module, exports, imports } = manifest;
  const asked = [specifier, `.${specifier.slice(packageName(specifier).length)}`];
  const texts = new Set<string>();
  const parts = new Set<string>();
  const waiting: unknown[] = [main, module, exports, imports];
  // A list and no recursion: a file of a megabyte may be nested half a million deep.
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === "string") texts.add(value);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inside] of Object.entries(value)) {
      waiting.push(inside);
      for (const part of asked.map((one) => partOf(key, one))) {
        if (part !== undefined) parts.add(part);
      }
    }
  }
  return [...texts].flatMap((text) =>
    text.includes("*") ? [...parts].map((part) => text.replaceAll("*", part)) : [text],
  );
}

/** What a package.json says of where its files are, as far as it is of this form. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What the `*` of a key stands for, if an import fits the key. */
function partOf(key: string, asked: string): string | undefined {
  const [before = "", after] = key.split("*");
  const fits =
    after !== undefined &&
    asked.length >= before.length + after.length &&
    asked.startsWith(before) &&
    asked.endsWith(after);
  return fits ? asked.slice(before.length, asked.length - after.length) : undefined;
}
