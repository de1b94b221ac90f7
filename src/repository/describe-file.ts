import { checkKind, checkOptionsOf } from "../base/options.ts";
import { NOTHING_LIVE } from "../history/live.ts";
import { nodeEnvironment } from "../node/host/environment.ts";
import { nodeCompression, nodeHash } from "../node/host/platform.ts";
import { readFile } from "../node/host/user-files.ts";
import { decodeRun, rootOf, timelineOf } from "../object/run.ts";
import { openRun } from "../replay/run/open-run.ts";
import type { SavedRun } from "../store/artifact-contents.ts";
import type { LeftOut } from "../store/artifact-reader.ts";
import { type ArtifactStore, artifactStore } from "../store/artifact-store.ts";
import { memoryRefs } from "../store/memory-refs.ts";
import { objectReader } from "../store/object-store.ts";
import { type DescribeOptions, describeRun, type RunDescription } from "./describe-run.ts";

/** A run of a `.replay` file, and the names under which it was saved. */
export interface RunInFile
  extends SavedRun,
    Pick<RunDescription, "root" | "steps" | "goal" | "blockSize" | "checkpoints"> {}

/** What a `.replay` file holds. */
export interface FileDescription {
  /** The length of the file. */
  readonly bytes: number;
  readonly runs: readonly RunInFile[];
  /** The runs that a store must have to load it. */
  readonly requires: readonly SavedRun[];
  readonly leftOut: LeftOut;
  /** All about the run, if the file has one and has all of it. */
  readonly description: RunDescription | null;
}

/**
 * Describes the runs in a `.replay` file, or in the bytes of one, and checks every byte of it. Needs
 * no repository and runs nothing. Throws FILE_FAILED and INVALID_ARTIFACT.
 *
 * @example
 * ```ts
 * const { runs } = await describeFile("run.replay");
 * runs[0].steps; // 1000000
 * ```
 */
export async function describeFile(
  file: string | Uint8Array,
  options: Pick<DescribeOptions, "params"> = {},
): Promise<FileDescription> {
  checkKind(file, "file", ["text", "bytes"]);
  checkOptionsOf(options, { params: "text" });
  const bytes = typeof file === "string" ? await readFile(file) : file;
  const saved = await artifactStore(bytes, nodeCompression, nodeHash);
  const { requires, leftOut } = saved;
  return {
    bytes: bytes.length,
    runs: await runsIn(saved),
    requires,
    leftOut,
    description: await descriptionOf(saved, options),
  };
}

async function runsIn({ runs, store }: ArtifactStore): Promise<RunInFile[]> {
  const read = objectReader(store);
  const outlines: RunInFile[] = [];
  for (const { run, names } of runs) {
    const manifest = decodeRun(await read("run", run));
    const { steps, goal, blockSize } = manifest;
    const { count: checkpoints } = timelineOf(manifest);
    const root = rootOf(nodeHash, manifest);
    outlines.push({ run, names, root, steps, goal, blockSize, checkpoints });
  }
  return outlines;
}

async function descriptionOf(
  { runs, requires, store }: ArtifactStore,
  options: DescribeOptions,
): Promise<RunDescription | null> {
  const [saved, ...others] = runs;
  if (saved === undefined || others.length > 0 || requires.length > 0) return null;
  const run = await openRun<unknown, Record<string, unknown>>(
    saved.run,
    nodeEnvironment({ store }),
  );
  const given = { seen: memoryRefs(() => ""), live: NOTHING_LIVE };
  const description = await describeRun(run, given, { ...options, replay: false });
  return { ...description, names: saved.names };
}
