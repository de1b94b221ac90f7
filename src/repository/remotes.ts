import fs from "node:fs";
import path from "node:path";
import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { checkKind, checkOptionsOf, type OptionKinds } from "../base/options.ts";
import { resolve } from "../history/resolve.ts";
import { projectCache } from "../node/host/user-folders.ts";
import { maskUrl } from "../node/remote/mask.ts";
import { GIT_REMOTE, noRemote, openRemote } from "../node/remote/open-remote.ts";
import { projectRemote } from "../node/remote/project-git.ts";
import { checkRefPrefix } from "../node/remote/ref-prefix.ts";
import { checkRemoteName, type KnownRemote, RemoteStates } from "../node/remote/remote-state.ts";
import type { OpenStore } from "../node/store/store-folder.ts";
import { Lineage } from "../remote/lineage.ts";
import { MOST_REFS, PackTable } from "../remote/pack-table.ts";
import type { SeenRef } from "../remote/push.ts";
import type { ListedRef, Remote } from "../remote/remote.ts";
import { isRefName } from "../store/ref-name.ts";

/** What had a run: a branch or a tag of a remote. */
export interface SeenWith {
  readonly remote: string;
  readonly name: string;
  /** Whether the source of its programs was there. */
  readonly code: boolean;
}

/** A remote, as `list` gives it. */
export interface RemoteInfo {
  readonly name: string;
  /** Where it is, without a password. */
  readonly url: string;
  /** Whether it is a remote of the project's Git repository. */
  readonly git: boolean;
}

/** How a remote is added. */
export interface AddRemoteOptions {
  /** Whether nobody else writes to it: then a server that cannot settle a race will do. */
  readonly singleWriter?: boolean | undefined;
  /** Whether nothing will be written for now: the first push probes the server. */
  readonly readsOnly?: boolean | undefined;
  /**
   * Where the runs lie in a Git repository whose host takes branches only, such as
   * `refs/heads/rewind/`: then everyone who clones it receives them. `refs/rewind/` unless given.
   */
  readonly refPrefix?: string | undefined;
}

const ADD_OPTIONS: OptionKinds<AddRemoteOptions> = {
  ...{ singleWriter: "flag", readsOnly: "flag", refPrefix: "text" },
};

/** The remotes of a repository. */
export class Remotes {
  readonly #root: string;
  readonly #store: OpenStore;
  readonly #states: RemoteStates;

  constructor(root: string, store: OpenStore) {
    this.#root = root;
    this.#store = store;
    this.#states = new RemoteStates(store.objects.folders, store.objects.tools);
  }

  /** Every remote, sorted by name; the Git repository's `origin` counts unless the store has one. */
  async list(): Promise<readonly RemoteInfo[]> {
    const listed: RemoteInfo[] = [];
    const names = new Set(this.#states.names());
    if (!names.has("origin") && (await projectRemote(this.#root, "origin"))) names.add("origin");
    for (const name of [...names].sort()) {
      const { url } = this.#states.read(name) ?? { url: `${GIT_REMOTE}${name}` };
      if (!url.startsWith(GIT_REMOTE)) listed.push({ name, url: maskUrl(url), git: false });
      else {
        const remote = await projectRemote(this.#root, url.slice(GIT_REMOTE.length));
        if (remote !== undefined) listed.push({ name, url: maskUrl(remote.url), git: true });
      }
    }
    return listed;
  }

  /**
   * A branch or a tag of a remote that had a run when it was last seen, with its code if possible: the
   * run of this id, or else one behind these revisions. Undefined if no remote is known to have one.
   * No remote is asked.
   */
  async seenWith(
    id: string | undefined,
    revisions: readonly string[] = [],
  ): Promise<SeenWith | undefined> {
    if (id !== undefined) checkKind(id, "id", "text");
    checkKind(revisions, "revisions", "texts");
    const runs = new Set<string>(id === undefined ? [] : [id]);
    const { objects, refs } = this.#store;
    const lineage = new Lineage(objects);
    for (const revision of revisions) {
      try {
        const { id: run } = await resolve(objects, refs, revision);
        runs.add(run);
        for await (const each of lineage.ancestors(run, () => false)) runs.add(each);
      } catch (error) {
        // It is asked for because something cannot be read.
        if (!isRewindError(error)) throw error;
      }
    }
    const seen = this.#states.names().flatMap((remote) =>
      [...(this.#states.read(remote)?.refs ?? [])].map(([ref, { value }]) => ({
        ...{ remote, name: ref.replace(/^(heads|tags)\//, ""), value },
      })),
    );
    for (const run of runs) {
      const found = seen.filter(({ value }) => value.target === run || value.about.run === run);
      const best = found.find(({ value }) => value.code) ?? found[0];
      if (best === undefined) continue;
      return { remote: best.remote, name: best.name, code: best.value.code };
    }
    return undefined;
  }

  /**
   * Adds a remote. The server of a bucket is probed: if it lets two writers replace each other's
   * refs, it is refused, unless only one ever writes. Throws REMOTE_EXISTS, INVALID_REF_NAME and
   * REMOTE_UNSUPPORTED.
   */
  async add(name: string, url: string, options: AddRemoteOptions = {}): Promise<RemoteInfo> {
    checkRemoteName(name);
    checkKind(url, "url", "text");
    const checked = checkOptionsOf(options, ADD_OPTIONS);
    const { singleWriter = false, readsOnly = false, refPrefix } = checked;
    if (refPrefix !== undefined) {
      if (url.startsWith("git+")) checkRefPrefix(refPrefix);
      else {
        const message = `expected a Git repository with a prefix of refs, got ${maskUrl(url)}`;
        throw new RewindError("REMOTE_UNSUPPORTED", message, { url: maskUrl(url) });
      }
    }
    if (this.#states.read(name) !== undefined) {
      throw new RewindError("REMOTE_EXISTS", `there is a remote ${name} already`, { remote: name });
    }
    if (maskUrl(url) !== url) {
      throw new RewindError(
        "REMOTE_UNSUPPORTED",
        `expected a URL without a password or a token, got ${maskUrl(url)}`,
        { url: maskUrl(url) },
      );
    }
    const remote = await this.open(name, { url, refPrefix });
    try {
      if (!singleWriter && !readsOnly) await remote.probe?.(this.#store.objects.tools.uniqueName());
    } finally {
      await remote.close();
    }
    await this.#store.objects.begin();
    const nothing = { refs: new Map(), here: new Set<string>() };
    this.#states.write(name, { url, refPrefix, ...nothing, probed: !readsOnly });
    return { name, url: maskUrl(url), git: false };
  }

  /** Removes a remote and what was seen of its branches. Throws REMOTE_UNKNOWN. */
  async remove(name: string): Promise<void> {
    await this.known(name);
    await this.#store.objects.begin();
    const prefix = `refs/remotes/${name}/`;
    const tracked = await this.#store.refs.list(prefix);
    const changes = tracked.map((ref) => ({ name: ref.name, from: ref.target, to: undefined }));
    if (changes.length > 0) await this.#store.refs.update(changes, `remote remove ${name}`);
    this.#states.remove(name);
    const scratch = this.#scratch(name);
    if (scratch !== undefined) fs.rmSync(scratch, { recursive: true, force: true });
  }

  /** A remote of the store, or else the one of this name of the project's Git repository. */
  protected async known(name: string): Promise<KnownRemote> {
    const known = this.#states.read(checkRemoteName(name));
    if (known !== undefined) return known;
    if ((await projectRemote(this.#root, name)) !== undefined) {
      return { url: `${GIT_REMOTE}${name}`, refs: new Map(), here: new Set(), probed: true };
    }
    const { refs } = this.#store;
    const named = [`refs/heads/${name}`, `refs/tags/${name}`].filter(isRefName);
    const targets = await Promise.all(named.map((ref) => refs.read(ref)));
    throw noRemote(
      name,
      (await this.list()).map((remote) => remote.name),
      targets.some((target) => target !== undefined),
    );
  }

  /** Opens a remote, to be closed by the caller. */
  protected open(
    name: string,
    { url, refPrefix }: Pick<KnownRemote, "url" | "refPrefix">,
    signal?: AbortSignal,
  ): Promise<Remote> {
    const { tools } = this.#store.objects;
    const scratch = this.#scratch(name);
    return openRemote(url, { root: this.#root, tools, refPrefix, scratch, signal });
  }

  /** Outside the project: Git obeys what is in its repository, and a project may be a stranger's. */
  #scratch(name: string): string | undefined {
    const cache = projectCache(this.#root);
    return cache && path.join(cache, "remotes", name);
  }

  /** Notes what a remote has now, for the next push or fetch. */
  protected note(name: string, remote: KnownRemote): void {
    const { refs } = remote;
    const named = new Set<string>();
    for (const { value } of refs.values()) for (const { hash } of value.packs) named.add(hash);
    // A pack that no ref names is of no use, and the file must not grow for ever.
    const here = new Set([...remote.here].filter((pack) => named.has(pack)));
    this.#states.write(name, { ...remote, here });
  }
}

/**
 * What the listed refs say, of which only those are read that have changed. Throws REMOTE_INVALID if
 * they are more than a remote may have, and REMOTE_FAILED if a remote that had some is gone.
 */
export async function seenRefs(
  remote: Remote,
  known: KnownRemote,
  listed: readonly ListedRef[],
): Promise<ReadonlyMap<string, SeenRef>> {
  if (listed.length > MOST_REFS) {
    const message = `expected at most ${count(MOST_REFS)} refs on ${remote.url}, it has ${count(listed.length)}`;
    throw new RewindError("REMOTE_INVALID", message, { url: remote.url });
  }
  if (listed.length === 0 && known.refs.size > 0 && (await remote.isMade?.()) === false) {
    // A push would hide what comes back with the mount.
    const message = `${remote.url} is gone or empty, and had runs when it was last seen`;
    throw new RewindError("REMOTE_FAILED", message, { url: remote.url, gone: true });
  }
  const table = new PackTable();
  const seen = new Map<string, SeenRef>();
  const add = (name: string, { version, value }: SeenRef): void => {
    seen.set(name, { version, value: table.shared(value, `${remote.url} ${name}`) });
  };
  const changed: ListedRef[] = [];
  for (const ref of listed) {
    const before = known.refs.get(ref.name);
    if (before?.version === ref.version) add(ref.name, before);
    else changed.push(ref);
  }
  const values = await remote.read(changed);
  for (const { name, version } of changed) {
    const value = values.get(name);
    if (value !== undefined) add(name, { version, value });
  }
  return seen;
}
