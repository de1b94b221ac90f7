import { utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";
import type { PackRef, RefValue } from "./remote.ts";

/** A remote with more refs is refused, as far as they are asked for. */
export const MOST_REFS = 10_000;
/** So is one whose refs name packs more often in all, and one that has more packs. */
const MOST_NAMED = 1 << 20;
const MOST_PACKS_IN_ALL = 1 << 17;

/**
 * The packs of a remote, each in memory once: many refs name the same ones. What a remote can say is
 * limited, so that its refs and what is kept of them take little memory.
 */
export class PackTable {
  // Two that differ in what they hold are two.
  readonly #packs = { base: new Map<string, PackRef>(), checkpoints: new Map<string, PackRef>() };
  #named = 0;

  /** The same value, whose packs are those of other values of this table. Throws REMOTE_INVALID. */
  shared(value: RefValue, where: string): RefValue {
    const { base, checkpoints } = this.#packs;
    const packs = value.packs.map((pack) => this.#same(pack, where));
    this.#named += packs.length;
    if (this.#named > MOST_NAMED) {
      throw invalid(where, `the refs of the remote name packs over ${MOST_NAMED} times`);
    }
    if (base.size + checkpoints.size > MOST_PACKS_IN_ALL) {
      throw invalid(where, `the remote has over ${MOST_PACKS_IN_ALL} packs`);
    }
    return { ...value, target: copied(value.target) as Id, packs };
  }

  #same(pack: PackRef, where: string): PackRef {
    const { bytes, objects, holds } = pack;
    const known = this.#packs[holds].get(pack.hash);
    if (known?.bytes === bytes && known.objects === objects) return known;
    if (known !== undefined) {
      const name = pack.hash.slice(0, 12);
      throw invalid(where, `it says something else of the pack ${name} than another ref`);
    }
    const hash = copied(pack.hash);
    const added = { ...pack, hash };
    this.#packs[holds].set(hash, added);
    return added;
  }
}

/** The same text by itself: a part of a long text keeps all of that in memory. */
function copied(text: string): string {
  return new TextDecoder().decode(utf8(text));
}

/** What a store keeps of refs: each pack once, and its number where a ref names it. */
export interface KeptRefs {
  readonly packs: readonly (readonly [
    PackRef["holds"],
    hash: string,
    bytes: number,
    objects: number,
  ])[];
  readonly refs: readonly (readonly [
    name: string,
    version: string,
    value: Omit<RefValue, "packs">,
    packs: readonly number[],
  ])[];
}

/** A ref with its version and its value. */
type Seen = ReadonlyMap<string, { readonly version: string; readonly value: RefValue }>;

/** Refs in the form in which they are kept. */
export function keptRefs(seen: Seen): KeptRefs {
  const numbers = new Map<string, number>();
  const packs: KeptRefs["packs"][number][] = [];
  const refs: KeptRefs["refs"][number][] = [];
  for (const [name, { version, value }] of seen) {
    const { packs: _, ...rest } = value;
    const named = value.packs.map(({ holds, hash, bytes, objects }) => {
      const key = `${holds} ${hash}`;
      const number = numbers.get(key) ?? packs.push([holds, hash, bytes, objects]) - 1;
      numbers.set(key, number);
      return number;
    });
    refs.push([name, version, rest, named]);
  }
  return { packs, refs };
}

/** The refs that were kept. */
export function seenRefsOf({ packs, refs }: KeptRefs): Seen {
  const table = packs.map(
    ([holds, hash, bytes, objects]): PackRef => ({ holds, hash, bytes, objects }),
  );
  return new Map(
    refs.map(([name, version, value, named]) => {
      const packs = named.map((number) => table[number] as PackRef);
      return [name, { version, value: { ...value, packs } }];
    }),
  );
}

function invalid(where: string, problem: string): RewindError {
  return new RewindError("REMOTE_INVALID", `${where} is not a valid ref: ${problem}`, {
    ref: where,
  });
}
