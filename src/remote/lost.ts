import type { PackRef, RefValue, Remote } from "./remote.ts";

/** The hashes of those packs that a remote has no more, of all that these values of refs name. */
export async function lostPacks(
  remote: Remote,
  values: Iterable<RefValue>,
): Promise<ReadonlySet<string>> {
  const named = new Map<string, PackRef>();
  for (const { packs } of values) for (const pack of packs) named.set(pack.hash, pack);
  return new Set((await remote.lost([...named.values()])).map(({ hash }) => hash));
}

/**
 * What is left of a ref without the packs that its remote has lost: the same value if it needs none
 * of them, one without checkpoints if only those are gone, undefined otherwise.
 */
export function withoutLost(value: RefValue, lost: ReadonlySet<string>): RefValue | undefined {
  const gone = value.packs.filter(({ hash }) => lost.has(hash));
  if (gone.length === 0) return value;
  if (gone.some(({ holds }) => holds === "base")) return undefined;
  return { ...value, full: false, packs: value.packs.filter(({ hash }) => !lost.has(hash)) };
}
