import { checkSteps } from "../base/checks.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { unexpectedArgument } from "../base/invalid-argument.ts";
import { nearest } from "../base/nearest.ts";
import { checkKind, checkOptionsOf, type OptionKinds } from "../base/options.ts";
import { someWords } from "../base/some-of.ts";
import { type Id, isId } from "../object/id.ts";
import { formatHead, type Head, parseHead, UNBORN_HEAD } from "../store/head.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { checkMerged } from "../store/ref-conflict.ts";
import { checkBranchName, HEADS, nextArchiveName, REMOTES } from "../store/ref-name.ts";
import { RefSpace } from "../store/ref-space.ts";
import type { RefChange, RefStore } from "../store/ref-store.ts";
import { type BranchDescription, describeBranches } from "./describe-branches.ts";
import { goneOf } from "./gone.ts";
import { checkRecorded, type Live, NOTHING_LIVE } from "./live.ts";
import type { Damage } from "./sound-refs.ts";

/** A branch and the run that it names. */
export interface Branch {
  readonly name: string;
  readonly run: Id<"run">;
}

/** The full name of a branch's ref. Throws INVALID_REF_NAME. */
export function branchRef(name: string): string {
  return `${HEADS}${checkBranchName(name)}`;
}

/** How a branch moves on to another run. */
export interface Move {
  /** For the operation log. */
  readonly command: string;
  readonly from: Id<"run">;
  readonly to: Id<"run">;
  /** The steps of the run that it moves to: a cursor beyond them goes to the end. */
  readonly steps: number;
  /** Whether its old run is to be named `archive/<branch>/<n>`. */
  readonly archive?: boolean;
  /** Whether it becomes the current branch, without a cursor. */
  readonly checkout?: boolean;
}

const MOVE: OptionKinds<Move> = {
  command: "text",
  from: "text",
  to: "text",
  steps: "any",
  archive: "flag",
  checkout: "flag",
};

/** How branches are made. */
interface CreateOptions {
  /** For the operation log. */
  readonly command: string;
  readonly checkout: boolean;
}
const CREATE_OPTIONS: OptionKinds<CreateOptions> = { command: "text", checkout: "flag" };

/** Lets others change the branches again. */
export type Release = () => void;

type Lock = (names: readonly string[]) => Promise<Release>;

/** What the branches of a store are read and written with. */
export interface BranchesIn {
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  /** The refs with the recordings on top that have not ended; `refs` unless given. */
  readonly seen?: RefStore;
  readonly live?: Live;
  /**
   * Is called before a branch is deleted or renamed. It throws if the branch is being recorded on.
   */
  readonly lock?: Lock;
}

/** The branches of a store, and HEAD, which names the current one. */
export class Branches {
  readonly #objects: ObjectStore;
  readonly #refs: RefStore;
  readonly #seen: RefStore;
  readonly #live: Live;
  readonly #lock: Lock;

  constructor(given: BranchesIn) {
    const { objects, refs, lock = async () => () => undefined } = given;
    this.#objects = objects;
    this.#refs = refs;
    this.#seen = given.seen ?? refs;
    this.#live = given.live ?? NOTHING_LIVE;
    this.#lock = lock;
  }

  /** Every branch, sorted by name, without those that are being recorded for the first time. */
  async list(): Promise<readonly Branch[]> {
    const refs = await this.#refs.list(HEADS);
    return refs.map(({ name, target }) => ({
      name: name.slice(HEADS.length),
      run: target as Id<"run">,
    }));
  }

  /**
   * Every branch, sorted by name, with its steps, its message, and where its run came from; and the
   * damaged refs among them. One that is being recorded has the steps that a crash would not lose.
   *
   * @example
   * ```ts
   * const { branches } = await repo.branches.describe();
   * const [{ name, steps, current }] = branches; // main, 1_000_000, true
   * ```
   */
  describe(): Promise<{
    readonly branches: readonly BranchDescription[];
    readonly damaged: readonly Damage[];
  }> {
    return describeBranches(this.#objects, this.#seen, this.#live, () => this.current());
  }

  /**
   * The run that a branch names; undefined if the branch does not exist. Throws INVALID_REF_NAME,
   * and REF_IN_CONFLICT if Git could not merge the branch.
   */
  async find(name: string): Promise<Id<"run"> | undefined> {
    const ref = branchRef(name);
    const text = await this.#refs.read(ref);
    if (text !== undefined) checkMerged(ref, text);
    return text as Id<"run"> | undefined;
  }

  /** The run that a branch names. Throws REF_NOT_FOUND, with the nearest names. */
  async get(name: string): Promise<Id<"run">> {
    const run = await this.find(name);
    if (run !== undefined) return run;
    const names = (await this.list()).map((branch) => branch.name);
    throw new RewindError("REF_NOT_FOUND", `there is no branch ${name}`, {
      branch: name,
      names: nearest(name, names),
      ...someWords(names),
      tracking: await this.#tracking(name),
      gone: await goneOf(this.#refs, [branchRef(name)], names.length === 0),
    });
  }

  /** The branches of remotes that have this name there: `origin/main`. */
  async #tracking(name: string): Promise<readonly string[]> {
    const names = (await this.#refs.names(REMOTES)).map((ref) => ref.slice(REMOTES.length));
    return names.filter((each) => each.endsWith(`/${name}`));
  }

  /** The current branch, which need not have a run yet; undefined if HEAD names a run. */
  async current(): Promise<string | undefined> {
    return (await this.#head()).ref?.slice(HEADS.length);
  }

  /**
   * Checks that branches can be made under all of these names, before anything is recorded for
   * them. The branch `leaving` is about to go and does not count. Throws REF_EXISTS, and
   * REF_CONFLICT if a name differs from an existing one only in case, or if one of the two would be
   * a folder of the other.
   */
  async checkFree(names: string | readonly string[], leaving?: string): Promise<void> {
    const wanted = [names].flat().map(branchRef);
    const seen = new Set<string>();
    for (const ref of wanted) {
      const run = await this.#refs.read(ref);
      const isTwice = seen.has(ref);
      seen.add(ref);
      if (run === undefined && !isTwice) continue;
      const name = ref.slice(HEADS.length);
      const problem = run === undefined ? "is named twice" : "exists already";
      throw new RewindError("REF_EXISTS", `the branch ${name} ${problem}`, { branch: name, run });
    }
    const others = (await this.#refs.names(HEADS)).filter((other) => other !== leaving);
    const space = new RefSpace([...others, ...wanted]);
    for (const ref of wanted) space.check(ref);
  }

  /** Makes a branch. With `checkout`, or if HEAD has no run yet, it becomes the current one. */
  async create(name: string, run: Id<"run">, options: CreateOptions): Promise<void> {
    await this.createAll([{ name, run }], options);
  }

  /** Makes all of the branches or none; the first may become the current one. */
  async createAll(branches: readonly Branch[], options: CreateOptions): Promise<void> {
    const { command, checkout } = checkOptionsOf(options, CREATE_OPTIONS);
    checkKind(branches, "branches", "list");
    const made = branches.map(({ name, run }) => ({
      name: branchRef(name),
      from: undefined,
      to: checkRunId(run),
    }));
    await this.#update(command, async (head) => {
      // A branch that is being recorded for the first time stays the current one.
      const unborn = head.ref !== undefined && (await this.#seen.read(head.ref)) === undefined;
      const ref = made[0]?.name;
      const moves = (checkout || unborn) && (head.ref !== ref || head.step !== undefined);
      return {
        changes: made,
        head: moves ? { ref, run: undefined, step: undefined } : head,
      };
    });
  }

  /**
   * Makes a branch name another run. Returns the old run's name in the archive, if it gets one.
   * Throws REF_MOVED if the branch no longer names `from`.
   */
  async move(name: string, move: Move): Promise<string | undefined> {
    const ref = branchRef(name);
    const { command, from, to, steps } = checkOptionsOf(move, MOVE);
    let archive: string | undefined;
    await this.#update(command, async (head) => {
      archive = move.archive ? await nextArchiveName(this.#refs, ref) : undefined;
      const kept = archive === undefined ? [] : [{ name: archive, from: undefined, to: from }];
      const beyond = head.ref === ref && head.step !== undefined && head.step > steps;
      const current = { ref, run: undefined, step: undefined };
      return {
        changes: [{ name: ref, from, to }, ...kept],
        head: move.checkout ? current : beyond ? { ...head, step: steps } : head,
      };
    });
    return archive?.replace("refs/", "");
  }

  /**
   * Makes a branch, or a run, the current one, with the cursor at a step. Returns whether HEAD
   * moved: if it was there already, there is no operation to undo. `steps` is the length of the
   * run, where HEAD stands when it has no cursor. Throws LOCKED for a run that is being recorded, unless
   * its branch is given: its id does not last.
   */
  async checkout(
    to: { readonly ref: string | undefined; readonly run: Id<"run">; readonly steps?: number },
    step: number,
  ): Promise<boolean> {
    checkKind(to, "the place to check out", "object");
    checkRunId(to.run);
    checkSteps(step, "step");
    const onBranch = to.ref?.startsWith(HEADS) ?? false;
    if (!onBranch) checkRecorded(this.#live, { id: to.run });
    const head = { ref: onBranch ? to.ref : undefined, run: onBranch ? undefined : to.run, step };
    const { ref, run, step: cursor = to.steps } = await this.#head();
    // The run may have become shorter: a cursor beyond its end counts as its end.
    const at = Math.min(cursor ?? Number.NaN, to.steps ?? Number.POSITIVE_INFINITY);
    const moves = ref !== head.ref || run !== head.run || at !== step;
    await this.#refs.update([await this.#moveHead(head)], "checkout", { logged: moves });
    return moves;
  }

  /**
   * Moves the cursor to another step of the current run. It is not an operation: undo does not see
   * it.
   */
  async moveCursor(step: number): Promise<void> {
    checkSteps(step, "step");
    const change = await this.#moveHead({ ...(await this.#head()), step });
    await this.#refs.update([change], "step", { logged: false });
  }

  /**
   * Removes a branch. Its run stays in the store, and HEAD stays on the run if the branch was the
   * current one. Throws REF_NOT_FOUND, and LOCKED if the branch is being recorded on.
   */
  async delete(name: string): Promise<Id<"run">> {
    const release = await this.#lock([name]);
    try {
      const run = await this.get(name);
      const ref = branchRef(name);
      await this.#update(`branch -d ${name}`, (head) => ({
        changes: [{ name: ref, from: run, to: undefined }],
        head: head.ref === ref ? { ref: undefined, run, step: head.step } : head,
      }));
      return run;
    } finally {
      release();
    }
  }

  /** Gives a branch another name. Throws REF_NOT_FOUND, REF_EXISTS, LOCKED as `delete` does. */
  async rename(from: string, to: string): Promise<Id<"run">> {
    const [refFrom, refTo] = [branchRef(from), branchRef(to)];
    const release = await this.#lock([from, to]);
    try {
      const run = await this.get(from);
      await this.checkFree(to, refFrom);
      await this.#update(`branch -m ${from} ${to}`, (head) => ({
        changes: [
          { name: refFrom, from: run, to: undefined },
          { name: refTo, from: undefined, to: run },
        ],
        head: head.ref === refFrom ? { ...head, ref: refTo } : head,
      }));
      return run;
    } finally {
      release();
    }
  }

  /** Changes refs and HEAD together. Tries again if somebody else has only moved HEAD meanwhile. */
  async #update(command: string, plan: (head: Head) => Planned | Promise<Planned>): Promise<void> {
    for (;;) {
      const before = await this.#refs.read("HEAD");
      const head = parseHead(before ?? UNBORN_HEAD);
      const planned = await plan(head);
      const to = formatHead(planned.head);
      const moved = to === formatHead(head) ? [] : [{ name: "HEAD", from: before, to }];
      try {
        await this.#refs.update([...planned.changes, ...moved], command);
        return;
      } catch (error) {
        // HEAD or the archive's next name was taken meanwhile: plan again. A branch is not retried.
        const elsewhere = isRewindError(error, "REF_MOVED") && !isBranch(error.data.ref);
        if (!elsewhere) throw error;
      }
    }
  }

  async #head(): Promise<Head> {
    return parseHead((await this.#refs.read("HEAD")) ?? UNBORN_HEAD);
  }

  async #moveHead(head: Head): Promise<RefChange> {
    return { name: "HEAD", from: await this.#refs.read("HEAD"), to: formatHead(head) };
  }
}

function checkRunId(run: unknown): Id<"run"> {
  if (isId(run)) return run as Id<"run">;
  throw unexpectedArgument("run", "the id of a run", run);
}

function isBranch(ref: string | undefined): boolean {
  return String(ref).startsWith(HEADS);
}

/** Changes of refs, and HEAD after them. */
interface Planned {
  readonly changes: readonly RefChange[];
  readonly head: Head;
}
