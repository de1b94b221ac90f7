import { checkInteger, checkStepInRange } from "../../base/checks.ts";
import { isRewindError } from "../../base/errors.ts";
import { unexpectedArgument } from "../../base/invalid-argument.ts";
import type { OptionKinds } from "../../base/options.ts";
import { parseMasterSeed, streamSeed } from "../../random/seeds.ts";
import { breather } from "../drive.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { forkStart } from "../record/fork.ts";
import type { Replayer } from "../replayer.ts";
import type { Params, StepContext } from "../simulation.ts";
import { restore } from "../start.ts";
import { type Estimate, estimate, type LevelResult } from "./estimate.ts";
import { type Course, type Exemplar, questionsOf, runTrial, type TrialResult } from "./trial.ts";

/** What to look for, and how hard. */
export interface ExploreOptions<S = unknown, P extends object = Params> extends LongOptions {
  /** How near a state is to the goal: any number that rises on the way there. */
  readonly level: (state: S, ctx: StepContext<P>) => number;
  /** Whether a state is what is looked for. */
  readonly goal: (state: S, ctx: StepContext<P>) => boolean;
  /** Whether nothing more can come of a trial, which then ends. */
  readonly stop?: ((state: S, ctx: StepContext<P>) => boolean) | undefined;
  /** The most steps that all trials may take together. */
  readonly budget: number;
  /** The levels to reach one after the other, rising; found by trials unless given. */
  readonly levels?: readonly number[] | undefined;
  /**
   * How many trials each level gets, for an estimate of the goal's probability. Unless given, each
   * gets 100 and nothing is estimated.
   */
  readonly effort?: number | undefined;
  /** The seed from which those of all trials follow; random unless given. */
  readonly seed?: number | bigint | undefined;
  /** The last step of a trial; the run's last unless given. */
  readonly steps?: number | undefined;
}

/** What those may be; `explore` checks the others. */
export const EXPLORE_OPTIONS: OptionKinds<ExploreOptions> = {
  ...LONG_OPTIONS,
  ...{ level: "function", goal: "function", stop: "function" },
  ...{ budget: "any", levels: "list", effort: "any", seed: "any", steps: "any" },
};

/** What an exploration found. */
export interface Explored {
  /** The seed from which those of all trials follow. */
  readonly seed: bigint;
  /** What the trials of each level gave, the goal last if it was tried. */
  readonly levels: readonly LevelResult[];
  /** The steps that all trials took. */
  readonly steps: number;
  /** The best state that was found: the goal, if `isGoal`. Undefined if no level was reached. */
  readonly best: Pick<Exemplar, "step" | "level" | "isGoal" | "hops"> | undefined;
  /** The probability of the goal; undefined without an effort, or if the budget ended first. */
  readonly estimate: Estimate | undefined;
  /** Why it ended before the goal. */
  readonly ended: "budget" | "interrupted" | "stuck" | undefined;
}

/** Trials of a level, and how many of them should reach the next if levels are found by trials. */
const USUAL_TRIALS = 100;
const REACHING = 0.2;

/**
 * Looks for a rare state by splitting: forks the run with new seeds, and forks again those forks that
 * reach a new level, until one reaches the goal. All trials run in memory. The same seed gives the
 * same result.
 */
export async function explore(
  replayer: Replayer,
  from: number,
  options: ExploreOptions<never, never>,
): Promise<Explored> {
  return (await Exploration.begin(replayer, from, options)).run();
}

class Exploration {
  readonly #course: Course;
  readonly #options: ExploreOptions<never, never>;
  readonly #seed: bigint;
  readonly #first: Exemplar;
  #steps = 0;
  #best: Exemplar | undefined;
  #ended: Explored["ended"];

  private constructor(
    course: Course,
    options: ExploreOptions<never, never>,
    seed: bigint,
    first: Exemplar,
  ) {
    this.#course = course;
    this.#options = options;
    this.#seed = seed;
    this.#first = first;
  }

  static async begin(
    replayer: Replayer,
    from: number,
    options: ExploreOptions<never, never>,
  ): Promise<Exploration> {
    const { env, manifest } = replayer;
    checkStepInRange(from, manifest.steps);
    checkInteger(options.budget, "budget", 1);
    if (options.effort !== undefined) checkInteger(options.effort, "effort", 1);
    checkLevels(options.levels);
    const end = options.steps ?? manifest.goal;
    checkInteger(end, "steps", from + 1);
    const seed = parseMasterSeed(options.seed ?? env.randomSeed());
    const start = await forkStart(replayer, from);
    const questions = questionsOf(options);
    const { state, segment } = restore({ ...start, segment: await start.segment.fresh() });
    segment.context.step = from;
    const [level, isGoal] = env.guard(() => [
      questions.level(state, segment.context),
      questions.goal(state, segment.context),
    ]);
    const { encoded } = start;
    const first: Exemplar = { step: from, encoded, level, isGoal, hops: [] };
    return new Exploration({ env, segment, questions, end }, options, seed, first);
  }

  async run(): Promise<Explored> {
    const { levels, effort } = this.#options;
    const isFound = levels === undefined;
    const found = isFound
      ? await this.#trials("pilot", undefined, Math.min(effort ?? USUAL_TRIALS, USUAL_TRIALS))
      : undefined;
    const isWanted = effort !== undefined || !isFound;
    const wanted = levels ?? found?.map(({ level }) => level).filter((one) => one !== undefined);
    const results =
      isWanted && this.#ended === undefined
        ? await this.#trials("trial", wanted, effort ?? USUAL_TRIALS)
        : (found ?? []);
    const best = this.#best;
    const isCounted = isWanted && (this.#ended === undefined || this.#ended === "stuck");
    return {
      seed: this.#seed,
      levels: results,
      steps: this.#steps,
      best: best && { step: best.step, level: best.level, isGoal: best.isGoal, hops: best.hops },
      estimate: effort !== undefined && isCounted ? estimate(results) : undefined,
      ended: best?.isGoal === true && this.#ended === "stuck" ? undefined : this.#ended,
    };
  }

  /** Goes from level to level, to the goal. Without levels, finds them: as high as some trials get. */
  async #trials(
    phase: string,
    levels: readonly number[] | undefined,
    trials: number,
  ): Promise<LevelResult[]> {
    const results: LevelResult[] = [];
    let entries: readonly Exemplar[] = [this.#first];
    for (let stage = 0; this.#ended === undefined; stage++) {
      const level =
        levels === undefined
          ? await this.#nextLevel(`${phase}/level`, stage, entries, trials)
          : levels[stage];
      if (this.#ended !== undefined) break;
      const reached = await this.#stage(phase, stage, entries, level, trials);
      if (this.#ended !== undefined) break;
      results.push({ level, trials, reached: reached.length });
      if (level === undefined) break;
      if (reached.length === 0) {
        this.#ended = "stuck";
        break;
      }
      entries = reached;
    }
    return results;
  }

  /** A level that a fifth of the trials reach; undefined if as many reach the goal. */
  async #nextLevel(
    phase: string,
    stage: number,
    entries: readonly Exemplar[],
    trials: number,
  ): Promise<number | undefined> {
    const now = Math.min(...entries.map(({ level }) => level));
    const highest: number[] = [];
    await this.#eachTrial(phase, stage, entries, undefined, trials, ({ highest: top, reached }) => {
      highest.push(reached?.isGoal === true ? Number.POSITIVE_INFINITY : top);
    });
    highest.sort((a, b) => b - a);
    const wanted = Math.max(0, Math.ceil(REACHING * trials) - 1);
    // If few get any higher, the best of them lead.
    const level = highest.slice(0, wanted + 1).findLast((each) => each > now);
    if (level === undefined && this.#ended === undefined) this.#ended = "stuck";
    return level === Number.POSITIVE_INFINITY ? undefined : level;
  }

  async #stage(
    phase: string,
    stage: number,
    entries: readonly Exemplar[],
    level: number | undefined,
    trials: number,
  ): Promise<Exemplar[]> {
    const reached: Exemplar[] = [];
    await this.#eachTrial(phase, stage, entries, level, trials, (result) => {
      if (result.reached !== undefined) reached.push(result.reached);
    });
    return reached;
  }

  async #eachTrial(
    phase: string,
    stage: number,
    entries: readonly Exemplar[],
    level: number | undefined,
    trials: number,
    take: (result: TrialResult) => void,
  ): Promise<void> {
    const { signal, budget, onProgress } = this.#options;
    const { env } = this.#course;
    const breathe = breather(env, signal);
    for (let index = 0; index < trials && this.#ended === undefined; index++) {
      const from = entries[index % entries.length] as Exemplar;
      const isThere = from.isGoal || (level !== undefined && from.level >= level);
      const seed = this.#seedOf(`${phase}/${stage}/${index}`);
      const result = isThere
        ? { reached: from, highest: from.level, steps: 0 }
        : await this.#unlessInterrupted(runTrial(this.#course, from, seed, level, breathe));
      if (result === undefined) break;
      this.#steps += result.steps;
      if (result.reached !== undefined) this.#note(result.reached);
      take(result);
      onProgress?.({ done: Math.min(this.#steps, budget), total: budget });
      if (signal?.aborted) this.#ended = "interrupted";
      else if (this.#steps >= budget) this.#ended = "budget";
    }
  }

  async #unlessInterrupted(trial: Promise<TrialResult>): Promise<TrialResult | undefined> {
    try {
      return await trial;
    } catch (error) {
      if (!isRewindError(error, "INTERRUPTED")) throw error;
      this.#ended = "interrupted";
      return undefined;
    }
  }

  /** Keeps the first exemplar of the goal, or of the highest level. */
  #note(exemplar: Exemplar): void {
    const best = this.#best ?? this.#first;
    const isBetter = exemplar.isGoal ? !best.isGoal : !best.isGoal && exemplar.level > best.level;
    if (isBetter) this.#best = exemplar;
  }

  /** Each trial has a seed of its own, which follows by hashing from its level and its number. */
  #seedOf(name: string): bigint {
    const bytes = streamSeed(this.#course.env.store.hash, this.#seed, `explore/${name}`);
    return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }
}

function checkLevels(levels: readonly number[] | undefined): void {
  const isRising = (levels ?? []).every(
    (level, i, all) => Number.isFinite(level) && (i === 0 || level > (all[i - 1] as number)),
  );
  if (!isRising) throw unexpectedArgument("levels", "rising numbers", levels);
}
