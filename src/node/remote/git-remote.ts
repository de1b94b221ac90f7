import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import type { Hash } from "../../codec/hash.ts";
import { shortId } from "../../object/id.ts";
import { formatRefValue, LARGEST_REF_VALUE, parseRefValue } from "../../remote/ref-value.ts";
import type { ListedRef, PackRef, RefSwap, RefValue, Remote } from "../../remote/remote.ts";
import { isRefName } from "../../store/ref-name.ts";
import type { ProjectRemote } from "./project-git.ts";
import { ScratchGit } from "./scratch-git.ts";

/** Where our refs lie in somebody's Git repository: no clone and no fetch of theirs takes them. */
const PREFIX = "refs/rewind/";

/** The most parents of a commit: enough for Git to find what the server has. */
const MOST_PARENTS = 16;

/**
 * A remote in a Git repository. Each ref is a commit whose tree holds the value, `ref`, and the
 * packs, `packs/pack-<hash>.pack`; its parents are the commit before it and those of the branches
 * with which it shares packs, so that Git sends none of them again. The user's own repository is
 * not touched: everything goes through a bare one beside the store.
 */
export async function gitRemote(
  url: string,
  options: {
    readonly scratch: string;
    readonly hash: Hash;
    readonly settings?: ProjectRemote["settings"];
  },
): Promise<Remote> {
  const { hash } = options;
  const git = await ScratchGit.open(options.scratch, url, options.settings);
  /** The blobs of packs, by their names: those written here and those of commits that are here. */
  const blobs = new Map<string, string>();
  /** The commits of refs that were listed. */
  const commits = new Map<string, string>();

  const localRef = (name: string): string => `${PREFIX}${name}`;
  const notePacks = async (commit: string): Promise<void> => {
    for (const { path, id } of await git.tree(commit)) {
      const name = packAt(path);
      if (name !== undefined) blobs.set(name, id);
    }
  };

  const list = async (): Promise<readonly ListedRef[]> => {
    const found = await git.listRemote([`${PREFIX}heads/*`, `${PREFIX}tags/*`]);
    commits.clear();
    const listed: ListedRef[] = [];
    for (const { ref, id } of found) {
      if (!ref.startsWith(PREFIX)) continue;
      const name = ref.slice(PREFIX.length);
      if (!/^(heads|tags)\//.test(name) || !isRefName(`refs/${name}`)) continue;
      commits.set(name, id);
      listed.push({ name, version: id });
    }
    return listed;
  };

  const read = async (refs: readonly ListedRef[]): Promise<ReadonlyMap<string, RefValue>> => {
    if (refs.length === 0) return new Map();
    await git.fetch(refs.map(({ name }) => `+${PREFIX}${name}:${localRef(name)}`));
    const values = new Map<string, RefValue>();
    for (const { name } of refs) {
      const commit = await git.commitOf(localRef(name));
      if (commit === undefined) continue;
      commits.set(name, commit);
      const where = `${git.url} ${name}`;
      const id = (await git.tree(commit)).find(({ path }) => path === "ref")?.id;
      const bytes = id === undefined ? undefined : await git.blob(id, LARGEST_REF_VALUE);
      const value = bytes && parseRefValue(new TextDecoder().decode(bytes), where, hash);
      if (value === undefined) {
        throw new RewindError("REMOTE_INVALID", `${where} is not a valid ref: it is damaged`, {
          ref: name,
        });
      }
      await notePacks(commit);
      values.set(name, value);
    }
    return values;
  };

  /** Makes sure that the packs which others have pushed can be named in a tree. */
  const needPacks = async (packs: readonly PackRef[]): Promise<void> => {
    if (packs.every((pack) => blobs.has(pack.hash))) return;
    const known = await Promise.all(
      [...commits].map(async ([name, id]) => ({ name, id, here: await git.has(id) })),
    );
    const lacking = known.filter(({ here }) => !here);
    if (lacking.length > 0) {
      await git.fetch(lacking.map(({ name }) => `+${PREFIX}${name}:${localRef(name)}`));
    }
    for (const { id } of known) await notePacks(id);
    const lost = packs.find((pack) => !blobs.has(pack.hash));
    if (lost === undefined) return;
    const message = `${git.url} lacks the pack ${shortId(lost.hash)}, which its refs name`;
    throw new RewindError("REMOTE_INVALID", message, { pack: lost.hash });
  };

  /** The commit that makes a ref have this value. */
  const commit = async ({ name, from }: RefSwap, to: RefValue): Promise<string> => {
    await needPacks(to.packs);
    const packs = to.packs.map((pack) => ({
      name: `pack-${pack.hash}.pack`,
      id: blobs.get(pack.hash) as string,
    }));
    const tree = await git.makeTree([
      ...(packs.length > 0 ? [{ name: "packs", id: await git.makeTree(packs) }] : []),
      { name: "ref", id: await git.write(utf8(formatRefValue(to, hash))) },
    ]);
    if (from !== undefined && !(await git.has(from))) {
      await git.fetch([`+${PREFIX}${name}:${localRef(name)}`]);
    }
    const parents = new Set<string>();
    // If it has moved on since, the server refuses the push.
    if (from !== undefined && (await git.has(from))) parents.add(from);
    const wanted = new Set(to.packs.map((pack) => pack.hash));
    for (const id of commits.values()) {
      if (parents.size >= MOST_PARENTS || !(await git.has(id))) continue;
      const shares = (await git.tree(id)).some(({ path }) => wanted.has(packAt(path) ?? ""));
      if (shares) parents.add(id);
    }
    return git.commit(tree, [...parents], `rewind: ${name} is ${shortId(to.target)}`);
  };

  return {
    url: git.url,
    list,
    read,
    has: async (pack) => blobs.has(pack.hash),
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
        updates.push({ ref: `${PREFIX}${change.name}`, from: change.from, to: id });
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
    close: async () => undefined,
  };
}

/** The hash of the pack that lies at a path of a tree; undefined for another file. */
function packAt(path: string): string | undefined {
  return /^packs\/pack-([0-9a-f]{64})\.pack$/.exec(path)?.[1];
}
