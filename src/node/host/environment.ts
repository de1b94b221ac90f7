import crypto from "node:crypto";
import util from "node:util";
import { clock } from "../../base/clock.ts";
import type { Environment } from "../../replay/environment.ts";
import {
  type Checks,
  memoryChecks,
  memoryObservations,
  type Observations,
} from "../../replay/environment.ts";
import { Programs } from "../../replay/programs.ts";
import type { Workers } from "../../replay/workers.ts";
import { memoryStore } from "../../store/memory-store.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { nodeGuard } from "./guard-node.ts";
import { type HostFingerprint, hostDifferences, hostFingerprint } from "./host.ts";
import { pause } from "./pause.ts";
import { currentPlace } from "./place.ts";
import { nodeCompression, nodeCrc32, nodeHash } from "./platform.ts";
import { saveFile } from "./user-files.ts";

let described: HostFingerprint | undefined;

/** This host, described once because that takes milliseconds; only its place can change. */
function thisHost(): HostFingerprint {
  described ??= hostFingerprint();
  return { ...described, ...currentPlace() };
}

/** The environment for replaying and recording in this process. */
export function nodeEnvironment(
  options: {
    readonly store?: ObjectStore;
    readonly programs?: Programs;
    /** Who records, noted with each new run. */
    readonly author?: () => string | undefined;
    /**
     * The blocks that were checked; by default they are remembered as long as the environment
     * lives.
     */
    readonly checks?: Checks;
    /** What was observed of runs later; by default in memory. */
    readonly observations?: Observations;
    /** The default generator of recordings. */
    readonly generator?: () => string | undefined;
    /** What does long work beside this thread. */
    readonly workers?: Workers | undefined;
    /** Makes files for outputs in a folder. */
    readonly newOutputs?: Environment["newOutputs"];
  } = {},
): Environment {
  return {
    store: options.store ?? memoryStore(nodeHash),
    programs: options.programs ?? new Programs(),
    guard: nodeGuard(),
    compression: nodeCompression,
    crc32: nodeCrc32,
    checks: options.checks ?? memoryChecks(),
    observations: options.observations ?? memoryObservations(),
    workers: options.workers,
    now: () => clock.now(),
    pause,
    isProxy: util.types.isProxy,
    ...(options.generator && { generator: options.generator }),
    ...(options.newOutputs && { newOutputs: options.newOutputs }),
    randomSeed: () => crypto.randomInt(2 ** 47),
    describeRun() {
      const author = options.author?.();
      return { time: clock.iso(), host: thisHost(), ...(author && { author }) };
    },
    saveFile,
    differencesFrom: (program, meta) => [
      ...hostDifferences(meta.host, { isPinned: program.zone !== undefined }),
      ...(program.module === undefined
        ? [`"${program.name}" was handed over in memory, and its code may have changed`]
        : []),
    ],
  };
}
