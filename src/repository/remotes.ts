import path from "node:path";
import { RewindError } from "../base/errors.ts";
import { maskUrl } from "../node/remote/mask.ts";
import { GIT_REMOTE, noRemote, openRemote } from "../node/remote/open-remote.ts";
import { projectRemote } from "../node/remote/project-git.ts";
import { checkRemoteName, type KnownRemote, RemoteStates } from "../node/remote/remote-state.ts";
import type { OpenStore } from "../node/store/store-folder.ts";
import { MOST_REFS, PackTable } from "../remote/pack-table.ts";
import type { SeenRef } from "../remote/push.ts";
import type { ListedRef, Remote } from "../remote/remote.ts";

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
}

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
   * Adds a remote. The server of a bucket is probed: if it lets two writers replace each other's
   * refs, it is refused, unless only one ever writes. Throws REMOTE_EXISTS, INVALID_REF_NAME and
   * REMOTE_UNSUPPORTED.
   */
  async add(name: string, url: string, options: AddRemoteOptions = {}): Promise<RemoteInfo> {
    checkRemoteName(name);
    if (this.#states.read(name) !== undefined) {
      throw new RewindError("REMOTE_EXISTS", `there is a remote ${name} already`, { remote: name });
    }
    if (/^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:[^/@]*@/i.test(url)) {
      throw new RewindError(
        "REMOTE_UNSUPPORTED",
        `expected a URL without a password, got ${maskUrl(url)}`,
        { url: maskUrl(url) },
      );
    }
    const { singleWriter = false, readsOnly = false } = options;
    const remote = await this.open(name, url);
    try {
      if (!singleWriter && !readsOnly) await remote.probe?.(this.#store.objects.tools.uniqueName());
    } finally {
      await remote.close();
    }
    await this.#store.objects.begin();
    this.#states.write(name, { url, refs: new Map(), here: new Set(), probed: !readsOnly });
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
  }

  /** A remote of the store, or else the one of this name of the project's Git repository. */
  protected async known(name: string): Promise<KnownRemote> {
    const known = this.#states.read(checkRemoteName(name));
    if (known !== undefined) return known;
    if ((await projectRemote(this.#root, name)) !== undefined) {
      return { url: `${GIT_REMOTE}${name}`, refs: new Map(), here: new Set(), probed: true };
    }
    throw noRemote(
      name,
      (await this.list()).map((remote) => remote.name),
    );
  }

  /** Opens a remote, to be closed by the caller. */
  protected open(name: string, url: string, signal?: AbortSignal): Promise<Remote> {
    const { folders, tools } = this.#store.objects;
    const scratch = path.join(folders.local, "remotes", name);
    return openRemote(url, { root: this.#root, tools, scratch, signal });
  }

  /** Notes what a remote has now, for the next push or fetch. */
  protected note(name: string, remote: KnownRemote): void {
    const { refs } = remote;
    const named = new Set<string>();
    for (const { value } of refs.values()) for (const { hash } of value.packs) named.add(hash);
    // What no ref names any more is of no use, and the file must not grow for ever.
    const here = new Set([...remote.here].filter((pack) => named.has(pack)));
    this.#states.write(name, { ...remote, here });
  }
}

/**
 * What the listed refs say, of which only those are read that have changed. Throws REMOTE_INVALID if
 * they are more than a remote may have.
 */
export async function seenRefs(
  remote: Remote,
  known: KnownRemote,
  listed: readonly ListedRef[],
): Promise<ReadonlyMap<string, SeenRef>> {
  if (listed.length > MOST_REFS) {
    const message = `expected at most ${MOST_REFS} refs on ${remote.url}, it has ${listed.length}`;
    throw new RewindError("REMOTE_INVALID", message, { url: remote.url });
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
