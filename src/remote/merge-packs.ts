import type { Hash } from "../codec/hash.ts";
import type { Id } from "../object/id.ts";
import { decodeHeader, RECORD_HEADER_BYTES } from "../store/pack.ts";
import { checkPack } from "./check-pack.ts";
import { type Filled, type Packed, type PackingTools, PackWriter } from "./pack-writer.ts";
import type { PackRef, Remote } from "./remote.ts";

/** A pack of fewer bytes is small. */
const SMALL_BYTES = 1 << 18;
/** As soon as a ref names this many small packs, they become one. */
const MOST_SMALL = 64;

/**
 * The packs that a ref is to name, small ones put together if they are many: each push of a run that
 * grows adds two, and a ref that names thousands would take long to read. The small ones are read
 * from the remote and checked; `give` sends what becomes of them.
 */
export async function mergeSmallPacks(
  packs: readonly PackRef[],
  remote: Remote,
  tools: PackingTools & { readonly hash: Hash },
  give: (packed: Packed) => Promise<void>,
): Promise<readonly PackRef[]> {
  const merged = new Set<PackRef>();
  const made: PackRef[] = [];
  for (const holds of ["base", "checkpoints"] as const) {
    const small = packs.filter((pack) => pack.holds === holds && pack.bytes < SMALL_BYTES);
    if (small.length < MOST_SMALL) continue;
    const writer = new PackWriter(tools, holds);
    const done = async (filled: Filled | undefined): Promise<void> => {
      if (filled === undefined) return;
      const packed = await filled();
      made.push(packed.pack);
      await give(packed);
    };
    const seen = new Set<Id>();
    for (const pack of small) {
      const bytes = await remote.readPack(pack);
      for (const [id, at] of await checkPack(pack, bytes, tools)) {
        if (seen.has(id)) continue;
        seen.add(id);
        const { storedLength = 0 } = decodeHeader(bytes.subarray(at)) ?? {};
        await done(writer.addRecord(bytes.subarray(at, at + RECORD_HEADER_BYTES + storedLength)));
      }
      merged.add(pack);
    }
    await done(writer.end());
  }
  return [...packs.filter((pack) => !merged.has(pack)), ...made];
}
