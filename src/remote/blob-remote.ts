import { utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { isRefName } from "../store/ref-name.ts";
import { PackTable } from "./pack-table.ts";
import { formatRefValue, LARGEST_REF_VALUE, parseRefValue } from "./ref-value.ts";
import type { ListedRef, PackRef, RefSwap, RefValue, Remote, Swapped } from "./remote.ts";

/**
 * What a remote needs of a folder, a bucket or a web server: files with names, of which a new one is
 * created only if nobody else has created it.
 */
export interface Blobs {
  /** What messages call it; never with a password. */
  readonly url: string;
  /** The names that begin with `prefix`. */
  list(prefix: string): Promise<readonly string[]>;
  /** The bytes of a file, at most `most`; undefined if it is not there. Throws REMOTE_INVALID. */
  read(name: string, most: number): Promise<Uint8Array | undefined>;
  /** The lengths of those of these files that are there. */
  sizes(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Writes a file, whole or not at all. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** The same, unless it is there: then returns false. Of several at once, one succeeds. */
  create(name: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Whether a push has made it, where that can be told from an empty one: a folder may be on a mount
   * that is not there.
   */
  isMade?(): Promise<boolean>;
  /** Called after refs have changed. */
  changed?(): Promise<void>;
  /** Checks that `create` succeeds only once, if that depends on the server. */
  probe?(unique: string): Promise<void>;
  close?(): Promise<void>;
}

/**
 * A remote in files. A ref is a row of numbered files, `refs/heads/main~1`, `refs/heads/main~2`, …,
 * of which the last is its value: to change it is to create the next, which only one of several
 * writers can do. No lock is needed. No name of a branch has a `~`.
 */
export function blobRemote(blobs: Blobs, hash: Hash): Remote {
  const packName = ({ hash }: PackRef): string => `packs/pack-${hash}.pack`;
  /** The last version of each ref that was listed, those that are deleted as well. */
  let last: ReadonlyMap<string, string> | undefined;
  const table = new PackTable();
  const list = async (): Promise<readonly ListedRef[]> => {
    const listed = latest(await blobs.list("refs/"));
    last = new Map(listed.map(({ name, version }) => [name, version]));
    return listed.filter(({ version }) => !version.endsWith(DELETED));
  };

  const readOne = async ({ name, version }: ListedRef): Promise<RefValue | undefined> => {
    const file = fileOf(name, version);
    const bytes = await blobs.read(file, LARGEST_REF_VALUE);
    if (bytes === undefined) return undefined;
    const where = `${blobs.url} ${name}`;
    const value = parseRefValue(new TextDecoder().decode(bytes), where, hash, table);
    if (value !== undefined) return value;
    const message = `${where} is not a valid ref: it is damaged or cut short`;
    throw new RewindError("REMOTE_INVALID", message, { ref: name });
  };

  const swapOne = async ({ name, from, to }: RefSwap): Promise<Swapped> => {
    if (last === undefined) await list();
    const version = last?.get(name);
    const isThere = version !== undefined && !version.endsWith(DELETED);
    if ((isThere ? version : undefined) !== from) return { moved: true };
    // A ref that was deleted goes on with the next number.
    const next = `${numberOf(version) + 1}${to === undefined ? DELETED : ""}`;
    const text = to === undefined ? "deleted\n" : formatRefValue(to, hash);
    const created = await blobs.create(fileOf(name, next), utf8(text));
    return created ? { version: to === undefined ? undefined : next } : { moved: true };
  };

  const lost = async (packs: readonly PackRef[]): Promise<readonly PackRef[]> => {
    if (packs.length === 0) return [];
    const sizes = await blobs.sizes(packs.map(packName));
    return packs.filter((pack) => sizes.get(packName(pack)) !== pack.bytes);
  };

  return {
    url: blobs.url,
    list,
    isMade: async () => (await blobs.isMade?.()) ?? true,
    async read(refs) {
      const values = new Map<string, RefValue>();
      for (const ref of refs) {
        const value = await readOne(ref);
        if (value !== undefined) values.set(ref.name, value);
      }
      return values;
    },
    has: async (pack) => pack.bytes >= ASK_FROM_BYTES && (await lost([pack])).length === 0,
    lost,
    async readPack(pack) {
      const bytes = await blobs.read(packName(pack), pack.bytes);
      if (bytes !== undefined) return bytes;
      const message = `${blobs.url} lacks the pack ${pack.hash.slice(0, 12)}, which its refs name`;
      throw new RewindError("REMOTE_INVALID", message, { pack: pack.hash });
    },
    writePack: (pack, bytes) => blobs.write(packName(pack), bytes),
    async swap(changes) {
      const results: Swapped[] = [];
      for (const change of changes) results.push(await swapOne(change));
      await blobs.changed?.();
      return results;
    },
    probe: async (unique) => blobs.probe?.(unique),
    close: async () => blobs.close?.(),
  };
}

/** Whether a smaller pack is there is not asked: to send it again takes no longer. */
const ASK_FROM_BYTES = 1 << 18;

/** The end of the version of a ref that is deleted. */
const DELETED = "-deleted";

function fileOf(name: string, version: string): string {
  return `refs/${name}~${version}`;
}

function numberOf(version: string | undefined): number {
  return Number.parseInt(version ?? "0", 10);
}

/** The last version of each ref, sorted by name. Files that are no refs are left out. */
function latest(files: readonly string[]): ListedRef[] {
  const versions = new Map<string, string>();
  for (const file of files) {
    const [, name, version] =
      /^refs\/((?:heads|tags)\/[^~]+)~([1-9]\d{0,14}(?:-deleted)?)$/s.exec(file) ?? [];
    if (name === undefined || version === undefined || !isRefName(`refs/${name}`)) continue;
    if (numberOf(version) > numberOf(versions.get(name))) versions.set(name, version);
  }
  return [...versions]
    .map(([name, version]) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
