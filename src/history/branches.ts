import { isRewindError, RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Id } from "../object/id.ts";
import { formatHead, type Head, parseHead, UNBORN_HEAD } from "../store/head.ts";
import { checkBranchName, nextArchiveName } from "../store/ref-name.ts";
import { RefSpace } from "../store/ref-space.ts";
import type { RefChange, RefStore } from "../store/ref-store.ts";

/** A branch and the run that it names. */
export interface Branch {
  readonly name: string;
  readonly run: Id<"run">;
}

const HEADS = "refs/heads/";

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

/** Keeps a branch from being changed by anybody else, until it is called. */
export type Release = () => void;

type Lock = (names: readonly string[]) => Promise<Release>;

/** The branches of a store, and HEAD, which names the current one. */
export class Branches {
  readonly #refs: RefStore;
  readonly #lock: Lock;

  /** `lock` is asked before a branch is deleted or renamed: it throws where one is recorded on. */
  constructor(refs: RefStore, lock: Lock = async () => () => undefined) {
    this.#refs = refs;
    this.#lock = lock;
  }

  /** Every branch, sorted by name. */
  async list(): Promise<readonly Branch[]> {
    const refs = await this.#refs.list(HEADS);
    return refs.map(({ name, target }) => ({
      name: name.slice(HEADS.length),
      run: target as Id<"run">,
    }));
  }

  /** The run that a branch names; undefined where there is no such branch. Throws INVALID_REF_NAME. */
  async find(name: string): Promise<Id<"run"> | undefined> {
    return (await this.#refs.read(branchRef(name))) as Id<"run"> | undefined;
  }

  /** The run that a branch names. Throws REF_NOT_FOUND, with the nearest names. */
  async get(name: string): Promise<Id<"run">> {
    const run = await this.find(name);
    if (run !== undefined) return run;
    const names = (await this.list()).map((branch) => branch.name);
    throw new RewindError("REF_NOT_FOUND", `there is no branch ${name}`, {
      branch: name,
      names: nearest(name, names),
      known: names.slice(0, 10),
    });
  }

  /** The current branch, which need not have a run yet; undefined where HEAD names a run. */
  async current(): Promise<string | undefined> {
    return (await this.#head()).ref?.slice(HEADS.length);
  }

  /**
   * Checks that branches of these names can be made, all of them, before there are runs that it would
   * be too late for. Throws REF_EXISTS, and REF_CONFLICT beside a name that differs only in case, or
   * that would be a folder of the other; one that is about to go is no hindrance.
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
      const problem = run === undefined ? "is wanted twice" : "exists already";
      throw new RewindError("REF_EXISTS", `the branch ${name} ${problem}`, { branch: name, run });
    }
    const others = (await this.#refs.names(HEADS)).filter((other) => other !== leaving);
    const space = new RefSpace([...others, ...wanted]);
    for (const ref of wanted) space.check(ref);
  }

  /** Makes a branch; with `checkout`, or where HEAD has no run yet, it becomes the current one. */
  async create(
    name: string,
    run: Id<"run">,
    options: { readonly command: string; readonly checkout: boolean },
  ): Promise<void> {
    await this.createAll([{ name, run }], options);
  }

  /** Makes branches, all of them or none; the first may become the current one. */
  async createAll(
    branches: readonly Branch[],
    { command, checkout }: { readonly command: string; readonly checkout: boolean },
  ): Promise<void> {
    const made = branches.map(({ name, run }) => ({
      name: branchRef(name),
      from: undefined,
      to: run,
    }));
    await this.#update(command, async (head) => {
      const unborn = head.ref !== undefined && (await this.#refs.read(head.ref)) === undefined;
      const ref = made[0]?.name;
      const moves = (checkout || unborn) && (head.ref !== ref || head.step !== undefined);
      return {
        changes: made,
        head: moves ? { ref, run: undefined, step: undefined } : head,
      };
    });
  }

  /**
   * Makes a branch name another run; returns the name that its old run has in the archive, where it
   * is to have one. Throws REF_MOVED where the branch does not name `from` any more.
   */
  async move(name: string, move: Move): Promise<string | undefined> {
    const ref = branchRef(name);
    const { command, from, to, steps } = move;
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
   * Makes a branch, or a run, the current one, with the cursor at a step. Returns whether that is
   * another place: where HEAD is there already it is no operation, so nothing to undo. `steps` are
   * those of the run: HEAD without a cursor is at the last one.
   */
  async checkout(
    to: { readonly ref: string | undefined; readonly run: Id<"run">; readonly steps?: number },
    step: number,
  ): Promise<boolean> {
    const onBranch = to.ref?.startsWith(HEADS) ?? false;
    const head = { ref: onBranch ? to.ref : undefined, run: onBranch ? undefined : to.run, step };
    const { ref, run, step: cursor = to.steps } = await this.#head();
    // A cursor beyond the end of a run that became shorter is at its end.
    const at = Math.min(cursor ?? Number.NaN, to.steps ?? Number.POSITIVE_INFINITY);
    const moves = ref !== head.ref || run !== head.run || at !== step;
    await this.#refs.update([await this.#moveHead(head)], "checkout", { logged: moves });
    return moves;
  }

  /** Moves the cursor to another step of the current run; no operation, so nothing to undo. */
  async moveCursor(step: number): Promise<void> {
    const change = await this.#moveHead({ ...(await this.#head()), step });
    await this.#refs.update([change], "step", { logged: false });
  }

  /**
   * Removes a branch; its run stays in the store. Where it is the current one, HEAD stays on its run.
   * Throws REF_NOT_FOUND, and LOCKED where it is being recorded on.
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

  /** Changes refs, and HEAD with them; once more where somebody else has only moved HEAD meanwhile. */
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
        // HEAD, or the archive's next name: neither is what this is about.
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

function isBranch(ref: unknown): boolean {
  return String(ref).startsWith(HEADS);
}

/** Changes of refs, and what HEAD is to be with them. */
interface Planned {
  readonly changes: readonly RefChange[];
  readonly head: Head;
}
