import path from "node:path";
import { clock } from "./base/clock.ts";
import { RewindError } from "./base/errors.ts";
import { checkKind, checkOptionsOf } from "./base/options.ts";
import { redo, undo } from "./history/operations.ts";
import { machineSeal } from "./node/host/machine-seal.ts";
import { inNewFolder } from "./node/host/new-folder.ts";
import {
  type ProgramToTrust,
  programsToTrust,
  programsUpTo,
  type TrustedProgram,
  trustedPrograms,
} from "./node/program/trusted-programs.ts";
import { findProject } from "./node/store/find-project.ts";
import { nodeTools } from "./node/store/node-tools.ts";
import { createStore, openStore } from "./node/store/store-folder.ts";
import { breakStoreLocks, type StoreLock, storeLocks } from "./node/store/store-locks.ts";
import { type Id, isId } from "./object/id.ts";
import {
  CLONE_OPTIONS,
  type CloneOptions,
  REPOSITORY_OPTIONS,
  type RepositoryOptions,
} from "./repository/options.ts";
import {
  type ConflictedRef,
  conflictedRefs,
  type SettledRef,
  settleRefs,
} from "./repository/settle.ts";
import type { Fetched, Sharing } from "./repository/sharing.ts";
import { SweepingRepository } from "./repository/sweeping.ts";
import { objectReader } from "./store/object-store.ts";
import type { Operation } from "./store/ref-store.ts";

export type { GoOnOptions, PlannedSweep, RowsOptions } from "./history/record/ensemble-recorder.ts";
export type { Replaying, WhichProgram } from "./node/program/project-code.ts";
export type { ProgramToTrust, TrustedProgram } from "./node/program/trusted-programs.ts";
export type { Plot } from "./plot/plot.ts";
export type { Ensemble, EnsembleRun } from "./repository/ensemble.ts";
export type {
  BranchOptions,
  CloneOptions,
  RangeOf,
  RepositoryOptions,
  RevisionOf,
  RevisionOptions,
} from "./repository/options.ts";
export type { PlotMetric, PlotOptions, PlottedRun } from "./repository/plot.ts";
export type { SweepOptions } from "./repository/sweeping.ts";

/**
 * Creates the store `.rewind/` in a folder, which becomes the project folder. Throws
 * REPOSITORY_EXISTS.
 *
 * @example
 * ```ts
 * const repo = await initRepository(".");
 * ```
 */
export async function initRepository(
  directory = ".",
  options: RepositoryOptions = {},
): Promise<Repository> {
  checkKind(directory, "directory", "text");
  checkOptionsOf(options, REPOSITORY_OPTIONS);
  createStore(path.resolve(directory), nodeTools());
  return openRepository(directory, options);
}

/**
 * Opens the store of a folder, or of the nearest folder above that has one. Throws
 * NOT_A_REPOSITORY.
 *
 * @example
 * ```ts
 * const repo = await openRepository(".");
 * const { run, step } = await repo.revision("main@50%");
 * ```
 */
export async function openRepository(
  directory = ".",
  options: RepositoryOptions = {},
): Promise<Repository> {
  checkKind(directory, "directory", "text");
  checkOptionsOf(options, REPOSITORY_OPTIONS);
  const root = findProject(directory);
  const seal = machineSeal((why) =>
    options.onNotice?.(`undo, redo and remotes will not know of this, because ${why}`),
  );
  const store = await openStore(root, nodeTools(seal), clock.iso, ({ message }) =>
    options.onNotice?.(`the store is damaged, and is read without ${message}`),
  );
  return new Repository(root, store, options);
}

/** A store with the runs of a remote. */
export interface Cloned {
  readonly repo: Repository;
  /** Where the runs come from, without a password. */
  readonly url: string;
  readonly fetched: Fetched;
  /** The branch that HEAD is on: `main`, or the first by name; undefined if there are only tags. */
  readonly branch: string | undefined;
}

/**
 * Creates a store in a new or empty folder, with the runs of a remote, which becomes its `origin`.
 * Runs nothing. If it fails, the folder is as before. Throws FILE_FAILED, REMOTE_FAILED and
 * REMOTE_INVALID.
 *
 * @example
 * ```ts
 * const { repo } = await cloneRepository("../lab-runs", "runs");
 * const { run } = await repo.revision("origin/main");
 * ```
 */
export async function cloneRepository(
  url: string,
  directory: string,
  options: CloneOptions = {},
): Promise<Cloned> {
  checkKind(url, "url", "text");
  checkKind(directory, "directory", "text");
  const {
    full,
    signal,
    onProgress,
    cwd = process.cwd(),
    ...opening
  } = checkOptionsOf(options, CLONE_OPTIONS);
  const folder = path.resolve(directory);
  return inNewFolder(folder, async () => {
    const repo = await initRepository(folder, opening);
    try {
      const sharing = await repo.sharing();
      const isPath = !/^[a-z][a-z0-9+.-]+:/i.test(url);
      const at = isPath ? path.resolve(cwd, url) : url;
      const added = await sharing.add("origin", at, { readsOnly: true });
      const fetched = await sharing.fetch("origin", { full, signal, onProgress });
      if (fetched.refs.length === 0) {
        const message = `expected the runs of a remote, ${added.url} has none`;
        throw new RewindError("REMOTE_INVALID", message, {});
      }
      const names = fetched.refs.flatMap(({ name }) => /^heads\/(.*)$/s.exec(name)?.[1] ?? []);
      const branch = names.includes("main") ? "main" : names[0];
      if (branch !== undefined) await sharing.pull("origin", branch, { signal: options.signal });
      return { repo, url: added.url, fetched, branch };
    } catch (error) {
      await repo.close();
      throw error;
    }
  });
}

/** A project's store: named runs on disk. */
export class Repository extends SweepingRepository {
  /**
   * Whether this object has changed a ref. If it has, a later failure does not mean that the work
   * failed.
   */
  get hasChanged(): boolean {
    return this.parts.hasChanged();
  }

  /**
   * Takes back the last operation: restores every ref that it changed. Runs stay in the store. Call
   * it again to take back the operation before. Returns the operation. Throws NOTHING_TO_UNDO, and
   * REF_MOVED if something else has changed a ref since.
   *
   * @example
   * ```ts
   * await repo.reset("main", 500_000);
   * await repo.undo(); // main names its old run again
   * ```
   */
  undo(): Promise<Operation> {
    return undo(this.parts.store.refs);
  }

  /**
   * Repeats the operation that was undone last, and returns it. Throws NOTHING_TO_UNDO, REF_MOVED.
   */
  redo(): Promise<Operation> {
    return redo(this.parts.store.refs);
  }

  /** The locks of the store: who holds each, and whether that process is still running. */
  locks(): readonly StoreLock[] {
    const { tools, folders } = this.parts.store.objects;
    return storeLocks(folders.root, tools.files);
  }

  /**
   * Removes the locks of processes that have ended or cannot be seen from here, for example on
   * another machine or in another container. Throws LOCKED if a process that is running here holds
   * one.
   */
  breakLocks(): readonly StoreLock[] {
    const { tools, folders } = this.parts.store.objects;
    return breakStoreLocks(folders.root, tools.files);
  }

  /** The refs that two sides of a merge by Git have both changed: they name two runs. */
  conflicts(): Promise<readonly ConflictedRef[]> {
    return conflictedRefs(this.parts.store.refs);
  }

  /**
   * Settles those, and loses nothing: a ref names the run that continues the other's, if one does;
   * otherwise it stays at ours, and theirs gets a free name, such as `main-theirs`. Throws
   * OBJECT_MISSING if the store lacks one of the runs.
   *
   * @example
   * ```ts
   * for (const { ref, other } of await repo.settle()) console.log(ref, other);
   * ```
   */
  async settle(): Promise<readonly SettledRef[]> {
    const { objects, refs } = this.parts.store;
    return settleRefs(objects, refs);
  }

  /**
   * Trusts the recorded code of a revision, HEAD's unless given: it may then run for this user in
   * every project. Returns the parts of that code. Throws PROGRAM_MISSING if it is not in the
   * store.
   *
   * @example
   * ```ts
   * const [program] = await repo.trust("main");
   * program.module; // "walk.ts"
   * ```
   */
  async trust(revision = "HEAD"): Promise<readonly ProgramToTrust[]> {
    const { run, step = run.steps } = await this.revision(revision);
    const programs = await programsToTrust(run.manifest, step, run.replayer.readObject);
    for (const { program } of programs) this.parts.code.trust.add(program);
    return programs;
  }

  /**
   * Stops trusting the programs of a revision, or one by its id. Returns those that were trusted.
   */
  async untrust(revision: string): Promise<readonly Id<"program">[]> {
    checkKind(revision, "a revision", "text");
    const { trust } = this.parts.code;
    if (isId(revision) && trust.forget(revision as Id<"program">)) {
      return [revision as Id<"program">];
    }
    const { run, step } = await this.resolve(revision);
    const programs = programsUpTo(run, step ?? run.steps);
    return programs.filter((program) => trust.forget(program));
  }

  /** The programs that this user trusts, with what this store knows about them. */
  trusted(): Promise<readonly TrustedProgram[]> {
    return trustedPrograms(this.parts.code.trust, objectReader(this.parts.store.objects));
  }

  /** The remotes of this repository, and what goes there and comes from there. */
  async sharing(): Promise<Sharing> {
    // Only here: most commands have nothing to do with remotes.
    const { Sharing } = await import("./repository/sharing.ts");
    return new Sharing(this.root, this.parts.store, this.branches);
  }

  /** Closes the store's files. It deletes and flushes nothing. */
  async close(): Promise<void> {
    this.parts.checks.save();
    this.parts.store.objects.close();
  }
}
