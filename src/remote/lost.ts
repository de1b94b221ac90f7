import type { PackRef, RefValue, Remote } from "./remote.ts";

/** The hashes of the packs that these refs name and the remote has lost. */
export async function lostPacks(
  remote: Remote,
  values: Iterable<RefValue>,
): Promise<ReadonlySet<string>> {
  const named = new Map<string, PackRef>();
  for (const { packs } of values) for (const pack of packs) named.set(pack.hash, pack);
  return new Set((await remote.lost([...named.values()])).map(({ hash }) => hash));
}

/**
 * What a ref still offers without the packs that its remote has lost: the same value if it does not
 * need them, one without checkpoints if only those are lost, otherwise undefined.
 */
export function withoutLost(value: RefValue, lost: ReadonlySet<string>): RefValue | undefined {
  const gone = value.packs.filter(({ hash }) => lost.has(hash));
  if (gone.length === 0) return value;
  if (gone.some(({ holds }) => holds === "base")) return undefined;
  return { ...value, full: false, packs: value.packs.filter(({ hash }) => !lost.has(hash)) };
}
