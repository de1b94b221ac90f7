import type { Chance, ClockOptions } from "../../index.ts";
import type { SeedRule } from "../../object/seeds.ts";
import { optionalCount, parseMs, parsePairs, parseSeed, parseTime } from "./parse.ts";

/** The options of RECORDING as given; each command takes some of them. */
export interface RecordingOptions {
  readonly seed?: string | undefined;
  readonly param?: readonly string[] | undefined;
  readonly blockSize?: string | undefined;
  readonly rng?: string | undefined;
  readonly streams?: SeedRule | undefined;
  readonly chance?: Chance | undefined;
  readonly clockStart?: string | undefined;
  readonly clockStep?: string | undefined;
  readonly message?: string | undefined;
  readonly selfCheck?: boolean | undefined;
}

/** The parsed options. */
export interface RecordingArguments {
  readonly seed: number | bigint | undefined;
  readonly params: Record<string, unknown> | undefined;
  readonly blockSize: number | undefined;
  readonly rng: string | undefined;
  readonly streams: SeedRule | undefined;
  readonly chance: Chance | undefined;
  readonly clock: ClockOptions | undefined;
  readonly message: string | undefined;
  readonly selfCheck: boolean | undefined;
}

/** Reads these options. Throws USAGE and the like. */
export function readRecording(given: RecordingOptions): RecordingArguments {
  const { seed, param, blockSize, rng, streams, chance, message, selfCheck } = given;
  return {
    seed: seed === undefined ? undefined : parseSeed(seed),
    params: parsePairs(param, "param"),
    blockSize: optionalCount(blockSize, "--block-size"),
    ...{ rng, streams, chance, message, selfCheck },
    clock: clockOf(given),
  };
}

/** The clock that the options describe; undefined without these options. */
function clockOf({ clockStart, clockStep }: RecordingOptions): ClockOptions | undefined {
  if (clockStart === undefined && clockStep === undefined) return undefined;
  return {
    start: clockStart === undefined ? undefined : parseTime(clockStart, "--clock-start"),
    stepMs: clockStep === undefined ? undefined : parseMs(clockStep, "--clock-step"),
  };
}
