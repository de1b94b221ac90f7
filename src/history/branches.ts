import { isRewindError, RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Id } from "../object/id.ts";
import { checkBeside, checkBranchName } from "../store/ref-name.ts";
import type { RefChange, RefStore } from "../store/ref-store.ts";
import { formatHead, type Head, parseHead } from "./revision.ts";

/** A branch and the run that it names. */
export interface Branch {
  readonly name: string;
  readonly run: Id<"run">;
}

const HEADS = "refs/heads/";
const UNBORN_HEAD = "ref: refs/heads/main";

/** The full name of a branch's ref. Throws INVALID_REF_NAME. */
export function branchRef(name: string): string {
  return `${HEADS}${checkBranchName(name)}`;
}

/** The branches of a store, and HEAD, which names the current one. */
export class Branches {
  readonly #refs: RefStore;

  constructor(refs: RefStore) {
    this.#refs = refs;
  }

  /** Every branch, sorted by name. */
  async list(): Promise<readonly Branch[]> {
    const refs = await this.#refs.list(HEADS);
    return refs.map(({ name, target }) => ({
      name: name.slice(HEADS.length),
      run: target as Id<"run">,
    }));
  }

  /** The current branch, which need not have a run yet; undefined where HEAD names a run. */
  async current(): Promise<string | undefined> {
    return (await this.#head()).ref?.slice(HEADS.length);
  }

  /**
   * Checks that a branch of this name can be made, before there is a run that it would be too late
   * for. Throws REF_EXISTS, and REF_CONFLICT beside a name that differs only in case; one that is
   * about to go is no hindrance.
   */
  async checkFree(name: string, leaving?: string): Promise<void> {
    const ref = branchRef(name);
    const run = await this.#refs.read(ref);
    if (run !== undefined) {
      throw new RewindError("REF_EXISTS", `the branch ${name} exists already`, {
        branch: name,
        run,
      });
    }
    const names = await this.#refs.names(HEADS);
    checkBeside(
      ref,
      names.filter((other) => other !== leaving),
    );
  }

  /** Makes a branch; with `checkout`, or where HEAD has no run yet, it becomes the current one. */
  async create(
    name: string,
    run: Id<"run">,
    options: { readonly command: string; readonly checkout: boolean },
  ): Promise<void> {
    const ref = branchRef(name);
    for (;;) {
      const { ref: current } = await this.#head();
      const unborn = current !== undefined && (await this.#refs.read(current)) === undefined;
      const moves = (options.checkout || unborn) && current !== ref;
      const head = moves ? [await this.#moveHead({ ref, run: undefined, step: undefined })] : [];
      const changes = [{ name: ref, from: undefined, to: run }, ...head];
      try {
        await this.#refs.update(changes, options.command);
        return;
      } catch (error) {
        // Another process has made its branch the current one meanwhile; this one comes later.
        if (!isRewindError(error, "REF_MOVED") || error.data.ref !== "HEAD") throw error;
      }
    }
  }

  /** Makes a branch name a run that goes on from the one it names now. Throws REF_MOVED. */
  async move(
    name: string,
    from: Id<"run">,
    to: Id<"run">,
    command: string,
    besides: readonly RefChange[] = [],
  ): Promise<void> {
    await this.#refs.update([{ name: branchRef(name), from, to }, ...besides], command);
  }

  /** Makes a branch, or a run, the current one, with the cursor at a step. */
  async checkout(
    to: { readonly ref: string | undefined; readonly run: Id<"run"> },
    step: number,
  ): Promise<void> {
    const onBranch = to.ref?.startsWith(HEADS) ?? false;
    const head = { ref: onBranch ? to.ref : undefined, run: onBranch ? undefined : to.run, step };
    await this.#refs.update([await this.#moveHead(head)], "checkout");
  }

  /** Moves the cursor to another step of the current run; no operation, so nothing to undo. */
  async moveCursor(step: number): Promise<void> {
    const change = await this.#moveHead({ ...(await this.#head()), step });
    await this.#refs.update([change], "step", { logged: false });
  }

  /** Removes a branch; its run stays in the store. Throws REF_NOT_FOUND. */
  async delete(name: string): Promise<Id<"run">> {
    const run = await this.#run(name);
    await this.#refs.update([{ name: branchRef(name), from: run, to: undefined }], "branch -d");
    return run;
  }

  /** Gives a branch another name. Throws REF_NOT_FOUND, REF_EXISTS. */
  async rename(from: string, to: string): Promise<Id<"run">> {
    const run = await this.#run(from);
    const [refFrom, refTo] = [branchRef(from), branchRef(to)];
    await this.checkFree(to, refFrom);
    const head = await this.#head();
    const moved = head.ref === refFrom ? [await this.#moveHead({ ...head, ref: refTo })] : [];
    await this.#refs.update(
      [
        { name: refFrom, from: run, to: undefined },
        { name: refTo, from: undefined, to: run },
        ...moved,
      ],
      "branch -m",
    );
    return run;
  }

  async #run(name: string): Promise<Id<"run">> {
    const run = await this.#refs.read(branchRef(name));
    if (run !== undefined) return run as Id<"run">;
    const names = (await this.list()).map((branch) => branch.name);
    throw new RewindError("REF_NOT_FOUND", `there is no branch ${name}`, {
      branch: name,
      names: nearest(name, names),
      known: names.slice(0, 10),
    });
  }

  async #head(): Promise<Head> {
    return parseHead((await this.#refs.read("HEAD")) ?? UNBORN_HEAD);
  }

  async #moveHead(head: Head): Promise<RefChange> {
    return { name: "HEAD", from: await this.#refs.read("HEAD"), to: formatHead(head) };
  }
}
