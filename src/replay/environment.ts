import type { OptionKinds } from "../base/options.ts";
import { type DecodeOptions, decode } from "../codec/decode.ts";
import { type Difference, differences } from "../codec/differences.ts";
import { encode } from "../codec/encode.ts";
import type { Id } from "../object/id.ts";
import type { Program } from "../object/program.ts";
import type { Crc32 } from "../store/crc32.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Compression } from "../store/pack.ts";
import type { Guard } from "./guard.ts";
import type { Programs } from "./programs.ts";
import type { AnySimulation } from "./simulation.ts";
import type { Workers } from "./workers.ts";

/** Everything that replaying and recording need from outside: they read nothing else. */
export interface Environment {
  readonly store: ObjectStore;
  readonly guard: Guard;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Lets everything else that is waiting in this process run once. */
  pause(): Promise<void>;
  /** Whether a value is a Proxy, if the platform can tell. */
  isProxy?(value: object): boolean;
  /** The code of recorded programs. */
  readonly programs: Programs;
  /** The generator to use if neither the recording nor the simulation names one. */
  generator?(): string | undefined;
  /** A master seed for a recording without one. */
  randomSeed(): number;
  /** What to note with a new run: time, author, host. */
  describeRun(): Record<string, unknown>;
  readonly compression: Compression;
  readonly crc32: Crc32;
  /** The blocks whose replay was checked. */
  readonly checks: Checks;
  /** What was observed of runs after they were recorded. */
  readonly observations: Observations;
  /**
   * Why a replay of `program`, recorded under `meta`, may differ here: how the host and the program
   * have changed since, one clause each. Empty if nothing has changed.
   */
  differencesFrom?(
    program: Program,
    meta: Readonly<Record<string, unknown>>,
  ): readonly string[] | Promise<readonly string[]>;
  /** What can do long work beside this thread, if anything. */
  readonly workers?: Workers | undefined;
  /** Writes a whole file or nothing. Throws FILE_FAILED. */
  saveFile(file: string, bytes: Uint8Array): Promise<boolean>;
  /** New files for outputs, in a folder. Throws FILE_FAILED, LOCKED. */
  newOutputs?(folder: string): NewOutputs;
}

/** Takes the lines of outputs. */
export interface OutputSink {
  /** Takes text for the output of this name; an empty one makes an empty file. */
  take(name: string, text: string): void;
}

/** Files of outputs that are put into a folder together: all of them or none. */
export interface NewOutputs extends OutputSink {
  /** Writes what was taken, unless it is little. Throws FILE_FAILED. */
  flush(): void;
  /**
   * Puts the files in place, and notes the step before which their lines are, and what these follow
   * from. Returns their names. Throws FILE_FAILED.
   */
  publish(next: number, key: string): readonly string[];
  /** Removes what was written, unless it is in place. */
  abandon(): void;
}

/** Notes which objects hold what was observed of a run after it was recorded. */
export interface Observations {
  /** The object of each observer, in no order. */
  of(run: Id<"run">): readonly Id<"observed">[];
  /** Notes the object of one observer; it replaces the one that was noted before. */
  note(run: Id<"run">, observer: string, observed: Id<"observed">): void;
}

/** Keeps the notes in memory. */
export function memoryObservations(): Observations {
  const notes = new Map<Id<"run">, Map<string, Id<"observed">>>();
  return {
    of: (run) => [...(notes.get(run)?.values() ?? [])],
    note(run, observer, observed) {
      const own = notes.get(run) ?? new Map();
      notes.set(run, own.set(observer, observed));
    },
  };
}

/**
 * Remembers which blocks replayed as recorded here, so that each is checked once. An entry holds
 * for one program, one start and one host.
 */
export interface Checks {
  /** Whether the block with this key was checked. */
  has(key: string): boolean;
  add(key: string): void;
  /** How long the checks of one command may take; infinite for no limit. */
  readonly limitMs: number;
  /** Called with the steps that were left unchecked because the limit was reached. */
  leftUnchecked(steps: UncheckedSteps): void;
}

/** Steps of a run, inside one block, whose check was left out. */
export interface UncheckedSteps {
  readonly run: Id<"run">;
  readonly from: number;
  readonly to: number;
}

/** Remembers checked blocks in memory, and sets no limit. */
export function memoryChecks(): Checks {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add: (key) => void keys.add(key),
    limitMs: Number.POSITIVE_INFINITY,
    leftUnchecked: () => undefined,
  };
}

/** How far a long operation has got. */
export interface Progress {
  /** Steps done, and all steps. */
  readonly done: number;
  readonly total: number;
}

/** Options of every long operation. */
export interface LongOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What those may be. */
export const LONG_OPTIONS: OptionKinds<LongOptions> = { onProgress: "function", signal: "signal" };

/** Encodes a state of this simulation. Throws UNSUPPORTED_STATE, which names the path. */
export function encodeState(
  state: unknown,
  simulation: AnySimulation,
  env: Environment,
): Uint8Array {
  return encode(state, { types: simulation.types, isProxy: env.isProxy });
}

/** Decodes a state of this simulation. Throws INVALID_ENCODING. */
export function decodeState(
  encoded: Uint8Array,
  { types }: AnySimulation,
  closing?: DecodeOptions["closing"],
): unknown {
  return decode(encoded, { types, closing });
}

/** How two states of this simulation differ, in the order of the state. */
export function compareStates(a: unknown, b: unknown, { types }: AnySimulation): Difference[] {
  return differences(a, b, types && { types });
}
