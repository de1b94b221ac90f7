import { isRewindError, RewindError } from "../base/errors.ts";
import { checkKind, checkOptionsOf, type OptionKinds } from "../base/options.ts";
import type { Branches } from "../history/branches.ts";
import { resolve } from "../history/resolve.ts";
import { fetchLimits } from "../node/config/config.ts";
import { quarantineFor } from "../node/remote/quarantine.ts";
import { checkRemoteName } from "../node/remote/remote-state.ts";
import type { OpenStore } from "../node/store/store-folder.ts";
import type { Id } from "../object/id.ts";
import { FETCH_OPTIONS, type FetchOptions, type Received, receive } from "../remote/fetch.ts";
import { isWhole } from "../remote/holdings.ts";
import { lostPacks } from "../remote/lost.ts";
import { type Pushed, push } from "../remote/push.ts";
import type { RefValue, RunSummary } from "../remote/remote.ts";
import { checkBranchName } from "../store/ref-name.ts";
import { RefSpace } from "../store/ref-space.ts";
import {
  DELETE_OPTIONS,
  type DeletedRef,
  type DeleteOptions,
  deleteThere,
  refsNamed,
} from "./delete-there.ts";
import {
  CHECK_REQUEST,
  type Checked,
  type CheckRequest,
  lossesOf,
  missingOf,
  refsIn,
} from "./on-remote.ts";
import { type Moved, moveToFetched } from "./pull.ts";
import { Remotes, seenRefs } from "./remotes.ts";
import { type Standing, standingOf } from "./standing.ts";
import { PUSH_REQUEST, type PushRequest, refsToPush } from "./to-push.ts";
import { type FetchedRef, fetchedTargets, track, untrack } from "./tracking.ts";

/** A ref of a remote. */
export interface RemoteRef {
  /** `heads/main`, `tags/v1`. */
  readonly name: string;
  readonly target: Id;
  readonly steps: number;
  /** Whether the source of its programs is there. */
  readonly code: boolean;
  /** Whether its checkpoints are there. */
  readonly full: boolean;
  /** Its run, the runs that it came from, when it was recorded, and its message. */
  readonly about: RunSummary;
  /** Whether its run is in this store. */
  readonly here: boolean;
  /** What it needs in all, shared with other refs or not. */
  readonly objects: number;
  readonly bytes: number;
}

/** What a fetch is to do. */
export interface FetchRequest extends Partial<FetchOptions> {
  /** The branches and tags. Every one unless given. */
  readonly branches?: readonly string[] | undefined;
}

const FETCH_REQUEST: OptionKinds<FetchRequest> = { ...FETCH_OPTIONS, branches: "texts" };

/** The result of a fetch. */
export interface Fetched extends Received {
  readonly refs: readonly FetchedRef[];
  /** Branches that the remote had before and has no more; their runs stay here. */
  readonly gone: readonly string[];
  /** The refs of runs whose code was left out when they were pushed. */
  readonly withoutCode: readonly string[];
}

/** The result of a pull. */
export interface Pulled extends Fetched, Moved {}

/** The remotes of a repository, and what goes there and comes from there. */
export class Sharing extends Remotes {
  readonly #root: string;
  readonly #store: OpenStore;
  readonly #branches: Branches;

  constructor(root: string, store: OpenStore, branches: Branches) {
    super(root, store);
    this.#root = root;
    this.#store = store;
    this.#branches = branches;
  }

  /**
   * Sends branches and tags to a remote: what it lacks of their objects, then the refs. A branch
   * that would lose runs there is refused by itself, and the result says so. Throws REMOTE_UNKNOWN,
   * REMOTE_FAILED, REF_NOT_FOUND and REF_CONFLICT.
   *
   * @example
   * ```ts
   * const sharing = await repo.sharing();
   * await sharing.add("lab", "../lab-runs");
   * const { objects, bytes } = await sharing.push("lab", { branches: ["main"] });
   * ```
   */
  async push(name: string, request: PushRequest = {}): Promise<Pushed> {
    checkOptionsOf(request, PUSH_REQUEST);
    const { objects } = this.#store;
    const known = await this.known(name);
    const remote = await this.open(name, known, request.signal);
    try {
      const isProbed = known.probed || request.dryRun === true;
      if (!isProbed) await remote.probe?.(objects.tools.uniqueName());
      const present = await seenRefs(remote, known, await remote.list());
      const here = { ...this.#store, branches: this.#branches };
      const wanted = await refsToPush(here, name, request, known);
      const space = new RefSpace([...present.keys()]);
      for (const { name } of wanted) if (!present.has(name)) space.check(name);
      const source = { store: objects, tools: objects.tools };
      const { pushed, seen, written } = await push(source, remote, wanted, present, request);
      if (request.dryRun) return pushed;
      const done = pushed.refs.filter(({ outcome }) => outcome !== "refused");
      const packs = new Set([...known.here, ...written]);
      this.note(name, { ...known, refs: seen, here: packs, probed: true });
      await track(
        this.#store.refs,
        name,
        new Map(
          done.map(({ name, target, before = target, outcome }) => [
            ...([name, outcome === "equal" ? before : target] as const),
          ]),
        ),
        `push ${name}`,
      );
      return pushed;
    } finally {
      await remote.close();
    }
  }

  /**
   * Deletes branches and tags of a remote, by their names; what is here stays. One whose run this
   * store does not have whole is left alone, and the result says so. Throws REF_NOT_FOUND.
   */
  async delete(
    name: string,
    names: readonly string[],
    options: DeleteOptions = {},
  ): Promise<readonly DeletedRef[]> {
    const { forceWithLease = false, dryRun, signal } = checkOptionsOf(options, DELETE_OPTIONS);
    checkKind(names, "names", "texts");
    const known = await this.known(name);
    const remote = await this.open(name, known, signal);
    try {
      const present = await seenRefs(remote, known, await remote.list());
      const chosen = refsNamed(names, present, name);
      const { objects, refs } = this.#store;
      const leases = forceWithLease ? await fetchedTargets(refs, name) : new Map();
      const how = { present, leases, dryRun };
      const deleted = await deleteThere(objects, remote, chosen, how);
      if (dryRun) return deleted;
      const gone = deleted.flatMap((ref) => (ref.outcome === "deleted" ? [ref.name] : []));
      const seen = new Map([...present].filter(([ref]) => !gone.includes(ref)));
      this.note(name, { ...known, refs: seen });
      await untrack(refs, name, gone, `push ${name} --delete`);
      return deleted;
    } finally {
      await remote.close();
    }
  }

  /**
   * What a remote lacks, of the branches here and of the runs that revisions name, and what it has
   * lost of its own refs. A run counts as there if a ref names it or a run that comes from it, and all
   * that the ref needs is there. Names and lengths are compared: no pack is read.
   */
  async check(name: string, request: CheckRequest = {}): Promise<Checked> {
    checkOptionsOf(request, CHECK_REQUEST);
    const { branches, revisions = [] } = request;
    const { objects, refs } = this.#store;
    const wanted = [];
    for (const branch of branches ?? (await this.#branches.list()).map((each) => each.name)) {
      wanted.push({ revision: branch, run: await this.#branches.get(branch) });
    }
    for (const revision of revisions) {
      wanted.push({ revision, run: (await resolve(objects, refs, revision)).id });
    }
    const known = await this.known(name);
    const remote = await this.open(name, known, request.signal);
    try {
      const seen = await seenRefs(remote, known, await remote.list());
      const values = new Map([...seen].map(([ref, { value }]) => [ref, value]));
      const lost = await lostPacks(remote, values.values());
      return {
        missing: await missingOf(objects, wanted, values, lost),
        lost: lossesOf(values, lost).filter(
          ({ name }) => branches === undefined || branches.includes(name.replace(/^heads\//, "")),
        ),
      };
    } finally {
      await remote.close();
    }
  }

  /**
   * Receives branches and tags from a remote and checks every byte. Branches are then
   * `<remote>/<branch>` here; nothing else moves. If checkpoints take more than the setting
   * `fetch.checkpoints` allows, 16 MiB, they stay there, unless `full` asks for them: a replay derives
   * them. Of branches that are named, it also brings what this store has had and lost. Throws
   * REMOTE_UNKNOWN, REMOTE_FAILED and REMOTE_INVALID, and then nothing here has changed.
   */
  async fetch(name: string, request: FetchRequest = {}): Promise<Fetched> {
    checkOptionsOf(request, FETCH_REQUEST);
    const { objects } = this.#store;
    const known = await this.known(name);
    const remote = await this.open(name, known, request.signal);
    try {
      const listed = await remote.list();
      const chosen = request.branches ? refsIn(listed, request.branches, name) : listed;
      const seen = await seenRefs(remote, known, chosen);
      const values = new Map([...seen].map(([ref, { value }]) => [ref, value]));
      // What is noted as here may have been lost since. Of branches that are named it is looked up.
      const hasLost = request.branches !== undefined && (await this.#hasLost(values));
      const here = hasLost ? new Set<string>() : known.here;
      const news = request.full ? values : await this.#notHere(values, here);
      const options = { ...fetchLimits(this.#root), ...request };
      const quarantine = quarantineFor(objects, { ...request, afresh: hasLost });
      const receiving = { ...options, here };
      const received = await receive(objects, quarantine, remote, news, receiving).catch(
        (error) => {
          const relied = quarantine.reliesOnStore || here.size > 0;
          if (!relied || !isRewindError(error, "REMOTE_INVALID")) throw error;
          // What was here may have been lost since, and a pack that came along with a copy of the
          // store may have the name of another: then everything comes again.
          const afresh = quarantineFor(objects, { ...request, afresh: true });
          return receive(objects, afresh, remote, news, options);
        },
      );
      const targets = new Map([...values].map(([ref, { target }]) => [ref, target]));
      const refs = await track(this.#store.refs, name, targets, `fetch ${name}`, request.dryRun);
      const present = new Set(listed.map((ref) => ref.name));
      const gone = [...known.refs.keys()].filter((ref) => !present.has(ref));
      if (!request.dryRun) {
        const kept = [...known.refs].filter(([ref]) => present.has(ref));
        const here = new Set([...known.here, ...received.packs]);
        this.note(name, { ...known, refs: new Map([...kept, ...seen]), here });
      }
      const withoutCode = [...values].flatMap(([ref, { code }]) => (code ? [] : [ref]));
      return { ...received, refs, gone, withoutCode };
    } finally {
      await remote.close();
    }
  }

  /** The refs of a remote, as they are now, from their values alone. Throws REMOTE_FAILED. */
  async show(name: string): Promise<readonly RemoteRef[]> {
    const known = await this.known(name);
    const remote = await this.open(name, known);
    try {
      const seen = await seenRefs(remote, known, await remote.list());
      const shown = [...seen].map(async ([ref, { value }]): Promise<RemoteRef> => {
        const bytes = value.packs.reduce((sum, pack) => sum + pack.bytes, 0);
        const objects = value.packs.reduce((sum, pack) => sum + pack.objects, 0);
        const { packs, ...told } = value;
        const here = await this.#store.objects.has(value.about.run);
        return { name: ref, ...told, here, objects, bytes };
      });
      return await Promise.all(shown);
    } finally {
      await remote.close();
    }
  }

  /**
   * How a branch here stands to the one of the same name on a remote, as the last fetch has seen it.
   */
  async standing(branch: string, remote: string): Promise<Standing> {
    checkRemoteName(remote);
    return standingOf({ ...this.#store, branches: this.#branches }, branch, remote);
  }

  /**
   * Fetches a branch of a remote and moves the branch of the same name here to it, if the run there
   * has all steps of the one here. Otherwise both stay as they are.
   */
  async pull(name: string, branch: string, request: FetchRequest = {}): Promise<Pulled> {
    checkOptionsOf(request, FETCH_REQUEST);
    checkBranchName(branch);
    const fetched = await this.fetch(name, { ...request, branches: [branch] });
    if (!fetched.refs.some((ref) => ref.name === `heads/${branch}`)) {
      const message = `${name} has no branch ${branch}: that is a tag, which stays on its run`;
      throw new RewindError("REF_NOT_FOUND", message, { tag: branch, names: [] });
    }
    const moved = await moveToFetched({ ...this.#store, branches: this.#branches }, branch, name);
    return { ...fetched, ...moved };
  }

  /** Whether something is no longer here of a run that was. */
  async #hasLost(values: ReadonlyMap<string, RefValue>): Promise<boolean> {
    const { objects } = this.#store;
    for (const value of values.values()) {
      if ((await objects.has(value.target)) && !(await isWhole(objects, value))) return true;
    }
    return false;
  }

  /**
   * The values of which something is not here, checkpoints aside. Refs in the store do not tell: it
   * may have come with a clone.
   */
  async #notHere(
    values: ReadonlyMap<string, RefValue>,
    here: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, RefValue>> {
    const lacking = new Map<string, RefValue>();
    for (const [name, value] of values) {
      const base = value.packs.filter(({ holds }) => holds === "base");
      const isHere =
        base.every(({ hash }) => here.has(hash)) && (await this.#store.objects.has(value.target));
      if (!isHere) lacking.set(name, value);
    }
    return lacking;
  }
}
