import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import type { Hash } from "../../codec/hash.ts";
import { shortId } from "../../object/id.ts";
import { PackTable } from "../../remote/pack-table.ts";
import { formatRefValue, LARGEST_REF_VALUE, parseRefValue } from "../../remote/ref-value.ts";
import type { ListedRef, PackRef, RefSwap, RefValue, Remote } from "../../remote/remote.ts";
import { isRefName } from "../../store/ref-name.ts";
import type { ProjectRemote } from "./project-git.ts";
import { ScratchGit, type TreeEntry } from "./scratch-git.ts";

/** Where our refs lie in somebody's Git repository: no clone and no fetch of theirs takes them. */
const USUAL_PREFIX = "refs/rewind/";

/** The most parents of a commit: enough for Git to find what the server has. */
const MOST_PARENTS = 16;

/**
 * A remote in a Git repository. Each ref is a commit whose tree holds the value, `ref`, and the
 * packs, `packs/pack-<hash>.pack`; its parents are the commit before it and those of the branches
 * with which it shares packs, so that Git sends none of them again. The user's own repository is
 * not touched: everything goes through a bare one in the user's cache.
 */
export async function gitRemote(
  url: string,
  options: {
    /** A folder of this user alone, for what is kept between calls; undefined for a temporary one. */
    readonly scratch: string | undefined;
    readonly hash: Hash;
    /** Where our refs lie on a host that takes branches only, such as `refs/heads/rewind/`. */
    readonly refPrefix?: string | undefined;
    readonly settings?: ProjectRemote["settings"];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Remote> {
  const { hash, refPrefix: prefix = USUAL_PREFIX } = options;
  const git = await ScratchGit.open(options.scratch, url, options.settings, options.signal);
  /** The blobs of packs, by their names: those written here and those of commits that are here. */
  const blobs = new Map<string, string>();
  /** The commits of refs that were listed. */
  const commits = new Map<string, string>();
  /** The packs of commits that were read, by the ids of the blobs. */
  const trees = new Map<string, ReadonlyMap<string, string>>();

  const localRef = (name: string): string => `${prefix}${name}`;
  /** The packs that a commit holds, which is here. */
  const packsOf = async (commit: string): Promise<ReadonlyMap<string, string>> => {
    const known = trees.get(commit);
    if (known !== undefined) return known;
    const packs = new Map<string, string>();
    for (const { kind, name, id } of (await git.tree(`${commit}:packs`)) ?? []) {
      const hash = /^pack-([0-9a-f]{64})\.pack$/.exec(name)?.[1];
      if (kind === "blob" && hash !== undefined) packs.set(hash, id);
    }
    trees.set(commit, packs);
    return packs;
  };
  const notePacks = async (commit: string): Promise<void> => {
    for (const [hash, id] of await packsOf(commit)) if (!blobs.has(hash)) blobs.set(hash, id);
  };
  /** Those of the listed commits that are here. */
  const commitsHere = async (): Promise<readonly string[]> => {
    const listed = [...commits.values()];
    const kinds = await git.kinds(listed);
    return listed.filter((_, i) => kinds[i] === "commit");
  };

  const list = async (): Promise<readonly ListedRef[]> => {
    const found = await git.listRemote([`${prefix}heads/*`, `${prefix}tags/*`]);
    commits.clear();
    const listed: ListedRef[] = [];
    for (const { ref, id } of found) {
      if (!ref.startsWith(prefix)) continue;
      const name = ref.slice(prefix.length);
      if (!/^(heads|tags)\//.test(name) || !isRefName(`refs/${name}`)) continue;
      commits.set(name, id);
      listed.push({ name, version: id });
    }
    return listed;
  };

  const read = async (refs: readonly ListedRef[]): Promise<ReadonlyMap<string, RefValue>> => {
    if (refs.length === 0) return new Map();
    await git.fetch(refs.map(({ name }) => `+${prefix}${name}:${localRef(name)}`));
    const values = new Map<string, RefValue>();
    const table = new PackTable();
    const kinds = await git.kinds(refs.map(({ version }) => version));
    // One that is not here was replaced between the list and the fetch.
    const here = refs.filter((_, i) => kinds[i] === "commit");
    const names = here.map(({ version }) => `${version}:ref`);
    for (const [i, bytes] of (await git.blobs(names, LARGEST_REF_VALUE)).entries()) {
      const { name } = here[i] as ListedRef;
      const where = `${git.url} ${name}`;
      const value = bytes && parseRefValue(new TextDecoder().decode(bytes), where, hash, table);
      if (value === undefined) {
        throw new RewindError("REMOTE_INVALID", `${where} is not a valid ref: it is damaged`, {
          ref: name,
        });
      }
      values.set(name, value);
    }
    return values;
  };

  /** Fetches the listed commits that are not here. */
  const fetchCommits = async (): Promise<void> => {
    const here = new Set(await commitsHere());
    const lacking = [...commits].filter(([, id]) => !here.has(id));
    if (lacking.length === 0) return;
    await git.fetch(lacking.map(([name]) => `+${prefix}${name}:${localRef(name)}`));
  };
  /** The packs that no listed commit has, by the tables of their trees and the lengths there. */
  const lost = async (packs: readonly PackRef[]): Promise<readonly PackRef[]> => {
    if (packs.length === 0) return [];
    await fetchCommits();
    const places: { readonly hash: string; readonly id: string }[] = [];
    for (const commit of await commitsHere()) {
      for (const [hash, id] of await packsOf(commit)) places.push({ hash, id });
    }
    const sizes = await git.sizes(places.map(({ id }) => id));
    const wanted = new Map(packs.map(({ hash, bytes }) => [hash, bytes]));
    const there = new Map<string, string>();
    for (const [i, { hash, id }] of places.entries()) {
      if (sizes[i] === wanted.get(hash)) there.set(hash, id);
    }
    // What this repository has of an earlier commit, or under a wrong name, is not there.
    for (const { hash } of packs) blobs.delete(hash);
    for (const [hash, id] of there) blobs.set(hash, id);
    return packs.filter(({ hash }) => !there.has(hash));
  };

  /** Makes sure that the packs which others have pushed can be named in a tree. */
  const needPacks = async (packs: readonly PackRef[]): Promise<void> => {
    const isKnown = (): boolean => packs.every((pack) => blobs.has(pack.hash));
    if (isKnown()) return;
    for (const commit of await commitsHere()) await notePacks(commit);
    if (isKnown()) return;
    await fetchCommits();
    for (const commit of await commitsHere()) await notePacks(commit);
    const lost = packs.find((pack) => !blobs.has(pack.hash));
    if (lost === undefined) return;
    const message = `${git.url} lacks the pack ${shortId(lost.hash)}, which its refs name`;
    throw new RewindError("REMOTE_INVALID", message, { pack: lost.hash });
  };

  /** The commit that makes a ref have this value. */
  const commit = async ({ name, from }: RefSwap, to: RefValue): Promise<string> => {
    await needPacks(to.packs);
    const packs = to.packs.map((pack): TreeEntry => {
      return { kind: "blob", name: `pack-${pack.hash}.pack`, id: blobs.get(pack.hash) as string };
    });
    const value = await git.write(utf8(formatRefValue(to, hash)));
    const tree = await git.makeTree([
      ...(packs.length > 0
        ? [{ kind: "tree" as const, name: "packs", id: await git.makeTree(packs) }]
        : []),
      { kind: "blob", name: "ref", id: value },
    ]);
    if (from !== undefined && !(await git.has(from))) {
      await git.fetch([`+${prefix}${name}:${localRef(name)}`]);
    }
    const parents = new Set<string>();
    // If it has moved on since, the server refuses the push.
    if (from !== undefined && (await git.has(from))) parents.add(from);
    const wanted = new Set(to.packs.map((pack) => pack.hash));
    for (const id of await commitsHere()) {
      if (parents.size >= MOST_PARENTS) break;
      const packs = await packsOf(id);
      if ([...packs.keys()].some((hash) => wanted.has(hash))) parents.add(id);
    }
    return git.commit(tree, [...parents], `rewind: ${name} is ${shortId(to.target)}`);
  };

  return {
    url: git.url,
    list,
    read,
    has: async (pack) => blobs.has(pack.hash),
    lost,
    async readPack(pack) {
      await needPacks([pack]);
      return git.blob(blobs.get(pack.hash) as string, pack.bytes);
    },
    async writePack(pack, bytes) {
      blobs.set(pack.hash, await git.write(bytes));
    },
    async swap(changes) {
      const updates = [];
      for (const change of changes) {
        const id = change.to === undefined ? undefined : await commit(change, change.to);
        updates.push({ ref: `${prefix}${change.name}`, from: change.from, to: id });
      }
      const results = await git.push(updates);
      for (const [i, result] of results.entries()) {
        const { name } = changes[i] as RefSwap;
        if ("version" in result && result.version !== undefined) {
          await git.keep(localRef(name), result.version);
        }
      }
      return results;
    },
    close: async () => git.close(),
  };
}
