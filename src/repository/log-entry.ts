import { isRewindError } from "../base/errors.ts";
import { checkOptionsOf, type OptionKinds } from "../base/options.ts";
import { changesBetween, stateWasChanged } from "../history/changes.ts";
import type { SeenStore } from "../history/live.ts";
import {
  type LogEntry as Entry,
  LINEAGE_OPTIONS,
  type LogOptions as LineageOptions,
  log,
} from "../history/log.ts";
import { namesOfRuns } from "../history/names.ts";
import { type Origin, type Origins, originsIn } from "../history/origin.ts";
import { storedState } from "../history/stored-state.ts";
import type { Id } from "../object/id.ts";
import type { RunManifest, Segment } from "../object/run.ts";
import type { ReadObject } from "../object/state.ts";
import { objectReader } from "../store/object-store.ts";
import { listedOnce } from "../store/ref-store.ts";
import type { SegmentChange } from "./describe-segment.ts";
import {
  changesJson,
  type DescribedParams,
  describedParams,
  type WhichParams,
} from "./described-params.ts";

/** The params of a run, as `toJson` gives them. */
export interface LoggedParams {
  /** Undefined if they are too long for `params: "short"`. */
  readonly values: unknown;
  /** The bytes of their encoding. */
  readonly bytes: number;
}

/** How a run was made differently from the one that it came from. */
export interface LoggedChanges extends Pick<SegmentChange, "params" | "long"> {
  /** Whether it has another master seed. */
  readonly seed: boolean;
  /** Whether it has other code. */
  readonly program: boolean;
  /**
   * Whether it began with another state, as far as stored objects show: a log replays nothing. For a
   * fork inside a block this is known only if nothing else was changed.
   */
  readonly state: boolean;
}

/** How a log is read. */
export interface LogOptions extends LineageOptions {
  /** `all` unless given. With `short`, long params are measured and not read. */
  readonly params?: WhichParams | undefined;
}

const LOG_OPTIONS: OptionKinds<LogOptions> = { ...LINEAGE_OPTIONS, params: "text" };

/** What the entries of one log are read with. */
interface Reading {
  readonly origins: () => Promise<Origins>;
  readonly get: ReadObject;
  readonly params: DescribedParams;
}

/** A run in a log. Its methods read more about it when they are called. */
export class LogEntry implements Entry {
  readonly id: Id<"run">;
  /** The manifest of the run. */
  readonly run: RunManifest;
  /** The branches, tags and other refs that name it, as a revision spells them. */
  readonly names: readonly string[];
  /** Whether it is being recorded now. */
  readonly recording: boolean;
  readonly #reading: Reading;

  constructor(entry: Entry & { readonly recording: boolean }, reading: Reading) {
    this.id = entry.id;
    this.run = entry.run;
    this.names = entry.names;
    this.recording = entry.recording;
    this.#reading = reading;
  }

  /** What the run came from directly; empty for a run that was recorded from step 0. */
  async origins(): Promise<readonly Origin[]> {
    return (await this.#reading.origins()).of(this.id, this.run);
  }

  /** The params of its last segment; undefined if their object is damaged. Throws TOO_LONG. */
  async params(): Promise<LoggedParams | undefined> {
    const { read, toJson } = this.#reading.params;
    const segment = this.run.segments.at(-1);
    if (segment === undefined) return { values: {}, bytes: 0 };
    try {
      const { values, bytes } = await read(segment.params);
      return { values: values && toJson(values), bytes };
    } catch (error) {
      if (isRewindError(error) && error.code !== "TOO_LONG") return undefined;
      throw error;
    }
  }

  /**
   * What its last segment has that the run which it came from had not; undefined if it came from
   * none, or if that is not in the store.
   */
  async changes(): Promise<LoggedChanges | undefined> {
    const [origin] = await this.origins();
    const before = origin && segmentBefore(origin);
    const segment = this.run.segments.at(-1);
    if (before === undefined || segment === undefined) return undefined;
    const { read, toJson } = this.#reading.params;
    const changes = await changesBetween(before, segment, read);
    const { params, long, seed, program } = changes;
    const state = await this.#changesState(origin as Origin, segment, changes);
    return {
      ...{ params: changesJson(params, toJson), seed, program, state },
      ...(long && { long }),
    };
  }

  async #changesState(
    { kind, step, manifest }: Origin,
    segment: Segment,
    changes: Awaited<ReturnType<typeof changesBetween>>,
  ): Promise<boolean> {
    if (kind !== "forked" || segment.start !== step || !segment.begin) return false;
    try {
      const stored = await storedState(this.#reading.get, manifest as RunManifest, step);
      return stateWasChanged(segment, changes, { blockSize: undefined, stored }) === true;
    } catch (error) {
      if (isRewindError(error)) return false;
      throw error;
    }
  }
}

function segmentBefore({ manifest, step }: Origin): Segment | undefined {
  return manifest?.segments.findLast(({ start }) => start <= step);
}

/** The entries of a log, as `log` of `src/history` finds them. */
export async function logEntries(
  store: SeenStore,
  text: string | undefined,
  given: LogOptions,
): Promise<readonly LogEntry[]> {
  const { objects } = store;
  const refs = listedOnce(store.seen);
  const { params = "all", ...options } = checkOptionsOf(given, LOG_OPTIONS);
  // Without a text every damaged ref is reported in any case.
  const onDamaged = text === undefined ? undefined : options.onDamaged;
  const names = options.names ?? (await namesOfRuns(objects, refs, onDamaged));
  const found = await log(objects, refs, text, { ...options, names });
  const known = new Map(found.map(({ id, run }) => [id, run]));
  const get = objectReader(objects);
  let origins: Promise<Origins> | undefined;
  const reading: Reading = {
    origins: () => {
      origins ??= originsIn(objects, refs, known, names);
      return origins;
    },
    ...{ get, params: describedParams(params, get) },
  };
  const live = await store.live.ids();
  return found.map((entry) => new LogEntry({ ...entry, recording: live.has(entry.id) }, reading));
}
