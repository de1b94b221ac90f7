import { type DecodeOptions, decode } from "../codec/decode.ts";
import { type Difference, differences } from "../codec/differences.ts";
import { encode } from "../codec/encode.ts";
import type { Program } from "../object/program.ts";
import type { Crc32 } from "../store/crc32.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Compression } from "../store/pack.ts";
import type { Checks } from "./checks.ts";
import type { Guard } from "./guard.ts";
import type { Programs } from "./programs.ts";
import type { AnySimulation } from "./simulation.ts";

/** All that replaying and recording need from outside; the code below takes nothing by itself. */
export interface Environment {
  readonly store: ObjectStore;
  readonly guard: Guard;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Lets everything else that waits in this process run once. */
  pause(): Promise<void>;
  /** Whether a value is a Proxy, where the platform can tell. */
  isProxy?(value: object): boolean;
  /** The code of recorded programs. */
  readonly programs: Programs;
  /** The generator of a recording that names none, whose simulation names none; else the default. */
  generator?(): string | undefined;
  /** A master seed for a recording that names none. */
  randomSeed(): number;
  /** What is noted beside a new run: time, author, host. */
  describeRun(): Record<string, unknown>;
  readonly compression: Compression;
  readonly crc32: Crc32;
  /** The blocks whose replay was checked. */
  readonly checks: Checks;
  /**
   * Why a replay of what `program` gave under `meta` may differ here: what of the host or of the
   * program is another than it was when the run was recorded, each as a clause; empty where all is
   * the same.
   */
  differencesFrom?(
    program: Program,
    meta: Readonly<Record<string, unknown>>,
  ): readonly string[] | Promise<readonly string[]>;
  /** Writes a file, whole or not at all. Throws FILE_FAILED. */
  saveFile(file: string, bytes: Uint8Array): Promise<void>;
}

/** How far a long operation has come. */
export interface Progress {
  /** Steps done and to do. */
  readonly done: number;
  readonly total: number;
}

/** What every long operation takes. */
export interface LongOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The encoding of a state of this simulation. Throws UNSUPPORTED_STATE, which names the path. */
export function encodeState(
  state: unknown,
  simulation: AnySimulation,
  env: Environment,
): Uint8Array {
  return encode(state, {
    ...(simulation.types && { types: simulation.types }),
    ...(env.isProxy && { isProxy: env.isProxy }),
  });
}

/** The state of this simulation that the bytes encode. Throws INVALID_ENCODING. */
export function decodeState(
  encoded: Uint8Array,
  { types }: AnySimulation,
  closing?: DecodeOptions["closing"],
): unknown {
  return decode(encoded, { ...(types && { types }), ...(closing && { closing }) });
}

/** Where two states of this simulation differ, in the order of the document. */
export function compareStates(a: unknown, b: unknown, { types }: AnySimulation): Difference[] {
  return differences(a, b, types && { types });
}
