import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { Id } from "../../object/id.ts";
import { decodeRun } from "../../object/run.ts";
import { jointProgress } from "../../replay/drive.ts";
import type { Environment, LongOptions } from "../../replay/environment.ts";
import type { Code } from "../../replay/programs.ts";
import { type ForkOptions, forkStart, planFork } from "../../replay/record/fork.ts";
import { type PlannedOptions, planRecording } from "../../replay/record/record.ts";
import type { RecorderOptions, Recording } from "../../replay/record/record-run.ts";
import type { RecordingPlan } from "../../replay/record/recorder.ts";
import { checkExpected, type Expected } from "../../replay/run/expected.ts";
import { openRun } from "../../replay/run/open-run.ts";
import { type Run, runOf } from "../../replay/run/run.ts";
import { objectReader } from "../../store/object-store.ts";
import type { Branches } from "../branches.ts";
import {
  type BranchStore,
  type BranchWork,
  type OutputsOption,
  recordOnBranches,
} from "./branch-writer.ts";

/** A fork that is to be made. */
export interface Fork extends ForkOptions, OutputsOption {
  readonly branch: string;
  /** New code for the steps after the fork. */
  readonly code?: Code | undefined;
}

/** How to continue a branch's run. */
interface Continuation {
  readonly changes: ForkOptions;
  /** The step to continue from; the run's end unless given. */
  readonly step?: number;
}

/** Records onto the branches of a store: from step 0, from the end of a run, or from a fork. */
export class BranchRecorder {
  readonly #store: BranchStore;
  readonly #branches: Branches;
  readonly #environment: () => Environment;

  constructor(store: BranchStore, branches: Branches, environment: () => Environment) {
    this.#store = store;
    this.#branches = branches;
    this.#environment = environment;
  }

  /**
   * Records from step 0, on a new branch; with `restart` also on one that has a run, which is
   * archived. Throws REF_EXISTS, BRANCH_UNFINISHED.
   */
  async record(
    branch: string,
    code: () => Promise<Code>,
    options: PlannedOptions & OutputsOption & { readonly restart?: boolean | undefined },
  ): Promise<Run> {
    let old: Id<"run"> | undefined;
    const [run] = await this.#record({
      withGit: true,
      recordings: [
        {
          branch,
          options,
          get isNew() {
            return old === undefined;
          },
          plan: async (env, writer, ref) => {
            const plan = await planRecording(env, writer, await code(), options, ref);
            return old === undefined ? plan : replacing(plan, old);
          },
        },
      ],
      check: async () => {
        old = await this.#replaced(branch, options.restart ?? false);
      },
      name: async ([recording]) => {
        const { id: to, manifest } = recording as Recording;
        if (old === undefined) {
          return this.#branches.create(branch, to, { command: "record", checkout: true });
        }
        const command = `record --restart ${branch}`;
        const how = { command, archive: true, checkout: true };
        await this.#branches.move(branch, { ...how, from: old, to, steps: manifest.steps });
      },
    });
    return run as Run;
  }

  /**
   * Forks a run at a step, to one or more new branches, which are named in one operation. All are
   * checked before the first is recorded. The run may be one that is being recorded. Throws
   * REF_EXISTS, and what `planFork` throws.
   */
  async fork(
    run: Run,
    step: number,
    forks: readonly Fork[],
    options: LongOptions = {},
  ): Promise<readonly Run[]> {
    // The forks share one replay of their parent.
    const start = forks.length > 1 ? await forkStart(run.replayer, step) : undefined;
    const totals = forks.map(({ steps = run.steps }) => steps - step);
    const report = jointProgress(totals, options.onProgress);
    const names = forks.map(({ branch }) => branch);
    return this.#record({
      withGit: forks.some(({ code }) => code !== undefined),
      recordings: forks.map((fork, i) => ({
        branch: fork.branch,
        options: { ...fork, ...options, onProgress: report[i] },
        isNew: true,
        parent: () => run.replayer,
        plan: (env, writer, ref) => {
          // A parent that is being recorded goes on without them, and the fork keeps its past.
          for (const { kind, body } of env.store.passing?.(run.id) ?? []) writer.put(kind, body);
          return planFork(run, writer, step, { ...fork, start }, ref);
        },
      })),
      check: () => this.#branches.checkFree(names),
      name: (recordings) =>
        this.#branches.createAll(
          recordings.map(({ id }, i) => ({ name: names[i] as string, run: id })),
          { command: "branch", checkout: false },
        ),
    });
  }

  /** Makes the run of a branch longer. Throws REF_NOT_FOUND, INVALID_STEPS. */
  extend(
    branch: string,
    options: ForkOptions & OutputsOption & { readonly by?: number | undefined },
  ): Promise<Run> {
    const { by, params, message } = options;
    return this.#goOn(branch, "extend", options, (run) => {
      const steps = options.steps ?? run.steps + (by ?? 0);
      if (steps > run.steps) return { changes: { steps, params, message } };
      throw new RewindError(
        "INVALID_STEPS",
        `expected more than the ${count(run.steps)} steps that ${branch} has, got ${count(steps)}`,
        { name: "steps", value: steps, branch, steps: run.steps },
      );
    });
  }

  /** Goes on with an unfinished recording. Throws REF_NOT_FOUND, NOTHING_TO_RESUME, RECORDED_OTHERWISE. */
  resume(
    branch: string,
    options: RecorderOptions & OutputsOption & { readonly expect?: Expected | undefined },
  ): Promise<Run> {
    return this.#goOn(branch, "resume", options, async (run) => {
      const { goal, meta } = run.manifest;
      if (run.finished) {
        throw new RewindError(
          "NOTHING_TO_RESUME",
          `${branch} is finished: it has its ${count(run.steps)} steps`,
          { branch, steps: run.steps },
        );
      }
      await checkExpected(run, branch, options.expect ?? {});
      const message = typeof meta.message === "string" ? meta.message : undefined;
      return { changes: { steps: goal, message } };
    });
  }

  /**
   * Cuts the history of a branch after a step and archives its old run. Throws STEP_OUT_OF_RANGE.
   */
  async reset(
    branch: string,
    step: number,
  ): Promise<{ readonly run: Run; readonly archived: string }> {
    let archived: string | undefined;
    const run = await this.#goOn(
      branch,
      "reset",
      {},
      () => ({ changes: { steps: step }, step }),
      (name) => {
        archived = name;
      },
    );
    return { run, archived: archived as string };
  }

  /** Continues a branch's run from a step, and moves the branch to the new run. */
  async #goOn(
    branch: string,
    command: string,
    options: RecorderOptions & OutputsOption,
    how: (run: Run) => Continuation | Promise<Continuation>,
    onArchived?: (name: string | undefined) => void,
  ): Promise<Run> {
    let from: Run | undefined;
    const [run] = await this.#record({
      withGit: false,
      recordings: [
        {
          branch,
          options,
          isNew: false,
          parent: () => from?.replayer,
          plan: async (_env, writer, ref) => {
            const parent = from as Run;
            const { changes, step = parent.steps } = await how(parent);
            return planFork(parent, writer, step, changes, ref);
          },
        },
      ],
      check: async () => {
        // Read under the lock, so that the branch cannot move before its update.
        from = await openRun(await this.#branches.get(branch), this.#environment());
      },
      name: async ([recording]) => {
        const { id: to, manifest } = recording as Recording;
        const archive = onArchived !== undefined;
        const move = { command: `${command} ${branch}`, archive, steps: manifest.steps, to };
        const name = await this.#branches.move(branch, { ...move, from: (from as Run).id });
        onArchived?.(name);
      },
    });
    return run as Run;
  }

  async #record(work: BranchWork): Promise<readonly Run[]> {
    const env = this.#environment();
    const recordings = await recordOnBranches(this.#store, env, work);
    try {
      return await Promise.all(recordings.map(({ id, manifest }) => runOf(id, manifest, env)));
    } catch (error) {
      throw withData(error, { left: true });
    }
  }

  /** The run that a restart replaces, if there is one. Throws BRANCH_UNFINISHED, REF_EXISTS. */
  async #replaced(branch: string, restart: boolean): Promise<Id<"run"> | undefined> {
    const run = await this.#branches.find(branch);
    if (run !== undefined && restart) return run;
    if (run !== undefined) {
      const { steps, goal } = decodeRun(await objectReader(this.#store.objects)("run", run));
      if (steps < goal) {
        throw new RewindError(
          "BRANCH_UNFINISHED",
          `${branch} holds an unfinished recording: ${count(steps)} of ${count(goal)} steps`,
          { branch, run, steps, goal },
        );
      }
    }
    await this.#branches.checkFree(branch);
    return undefined;
  }
}

/**
 * The plan of a run that replaces another. Recovery needs this note to name the new run and keep
 * the old one.
 */
function replacing(plan: RecordingPlan, replaces: Id<"run">): RecordingPlan {
  const { draft } = plan;
  return { ...plan, draft: { ...draft, meta: { ...draft.meta, replaces } } };
}
