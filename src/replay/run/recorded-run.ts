import { checkStepInRange } from "../../base/checks.ts";
import { checkKind } from "../../base/options.ts";
import type { Difference } from "../../codec/differences.ts";
import type { Id } from "../../object/id.ts";
import { contentsOf, type ProgramContents, unlessMissing } from "../../object/program-contents.ts";
import { type Parent, type RunManifest, rootOf } from "../../object/run.ts";
import { changedByHand } from "../compare/changed-by-hand.ts";
import type { Environment } from "../environment.ts";
import { Replayer } from "../replayer.ts";
import { type RunSize, sizeOf } from "./run-size.ts";

/** The seed of a block. */
export interface BlockSeed {
  readonly block: number;
  /** The step at which the block begins. */
  readonly step: number;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

/** The recorded code of a part of a run. */
export interface SourceInForce {
  readonly program: Id<"program">;
  /** The step from which it is in force. */
  readonly from: number;
  /** Undefined if the run was saved without it. */
  readonly source: RecordedSource | undefined;
}

/** The recorded source of a program. */
export interface RecordedSource extends ProgramContents {
  /** The module, relative to its project; undefined if the code was handed over in memory. */
  readonly module: string | undefined;
}

/** What was recorded of a run: its length, its params and seeds, its code. `P` is the params. */
export class RecordedRun<P extends object = Record<string, unknown>> {
  /** The run's id: a hash of its manifest. */
  readonly id: Id<"run">;
  readonly manifest: RunManifest;
  readonly #replayer: Replayer;
  readonly #params: Readonly<Record<string, unknown>>;

  constructor(
    id: Id<"run">,
    manifest: RunManifest,
    env: Environment,
    params: Readonly<Record<string, unknown>>,
  ) {
    this.id = id;
    this.manifest = manifest;
    this.#replayer = new Replayer(manifest, env);
    this.#params = params;
  }

  /** The number of recorded steps: there is a state at each of 0..steps. */
  get steps(): number {
    return this.manifest.steps;
  }

  /** Steps in a block. Reaching any state takes fewer steps than this. */
  get blockSize(): number {
    return this.manifest.blockSize;
  }

  /** The number of checkpoints. */
  get checkpoints(): number {
    return this.#replayer.timeline.count;
  }

  /** The timeline's root hash, which is equal for equal recordings. */
  get root(): string {
    return rootOf(this.#replayer.env.store.hash, this.manifest);
  }

  /** The params of the last segment. */
  get params(): Readonly<P> {
    return this.#params as Readonly<P>;
  }

  /** The runs that this one was forked from or continues, and at which step. */
  get parents(): readonly Parent[] {
    return this.manifest.parents;
  }

  /** Whether the recording reached the requested number of steps. */
  get finished(): boolean {
    return this.manifest.steps === this.manifest.goal;
  }

  /** Replays the run, for code that is built on it. */
  get replayer(): Replayer {
    return this.#replayer;
  }

  /**
   * The number of objects that the run needs, and their bytes. Replays nothing.
   *
   * @example
   * ```ts
   * const { count, bytes, shared } = await fork.size();
   * ```
   */
  size(): Promise<RunSize> {
    return sizeOf(this.id, this.#replayer);
  }

  /**
   * The master seed that was in force at `step`, from 0 to 2^256 - 1.
   *
   * @example
   * ```ts
   * await run.seed(); // 42n
   * ```
   */
  async seed(step = 0): Promise<bigint> {
    return (await this.#parts(step)).seeds.master;
  }

  /**
   * The seeds of the first blocks, at most `limit`, 1,000 unless given. Throws INVALID_ARGUMENT for a run whose
   * generators are not seeded by block.
   *
   * @example
   * ```ts
   * const [first] = await run.blockSeeds(1);
   * first.seed.length; // 32
   * ```
   */
  async blockSeeds(limit = 1_000): Promise<readonly BlockSeed[]> {
    checkKind(limit, "limit", "limit");
    const seeds: BlockSeed[] = [];
    for (let block = 0; block < Math.min(this.checkpoints, limit); block++) {
      const seed = await this.#replayer.seedOfBlock(block);
      seeds.push({ block, step: block * this.blockSize, seed });
    }
    return seeds;
  }

  /**
   * The recorded code that was in force at `step`, by default the last: your files and the packages
   * that were bundled with them. Throws PROGRAM_MISSING if the run was saved or pushed
   * without it.
   *
   * @example
   * ```ts
   * const { stretches } = await run.source();
   * const text = stretches.map(({ code }) => code).join("");
   * ```
   */
  async source(step: number = this.steps): Promise<RecordedSource> {
    const { program } = await this.#parts(step);
    const { readObject, env } = this.#replayer;
    return {
      module: program.module,
      ...(await contentsOf(program, readObject, env.store.hash)),
    };
  }

  /**
   * All recorded code that a replay up to `step`, by default the last, may run: each program once, in
   * the order of its segments, with the step from which it is in force. The contents are undefined
   * for a program that was saved or pushed without them.
   *
   * @example
   * ```ts
   * const [{ program, from, source }] = await run.sources();
   * ```
   */
  async sources(step: number = this.steps): Promise<readonly SourceInForce[]> {
    checkStepInRange(step, this.steps);
    const sources = new Map<Id<"program">, SourceInForce>();
    for (const { start, program } of this.manifest.segments) {
      if (start > step || sources.has(program)) continue;
      const source = await this.source(start).catch(unlessMissing);
      sources.set(program, { program, from: start, source });
    }
    return [...sources.values()];
  }

  /**
   * What was changed by hand in the state at `step`, where a segment begins, at most a hundred
   * fields: `a` as the step before gave it, `b` as it was changed. Replays that step. Empty if
   * nothing was changed; undefined if that is not known here, because the code is missing or not
   * trusted, or because the run was forked at step 0.
   *
   * @example
   * ```ts
   * await fork.changedByHand(842_137); // [{ path: "state", a: -159, b: -59 }]
   * ```
   */
  async changedByHand(step: number): Promise<readonly Difference[] | undefined> {
    const segment = this.#replayer.segmentRecorded(checkStepInRange(step, this.steps));
    if (segment.start !== step) return [];
    return changedByHand(this.#replayer, segment, undefined);
  }

  #parts(step: number): ReturnType<Replayer["parts"]> {
    const segment = this.#replayer.segmentRecorded(checkStepInRange(step, this.steps));
    return this.#replayer.parts(segment);
  }
}
