import { checkKind, checkOptionsOf } from "../base/options.ts";
import { nodeEnvironment } from "../node/host/environment.ts";
import { nodeCompression, nodeHash } from "../node/host/platform.ts";
import { readFile } from "../node/host/user-files.ts";
import { openRun } from "../replay/run/open-run.ts";
import { artifactStore } from "../store/artifact-store.ts";
import { memoryRefs } from "../store/memory-refs.ts";
import { type DescribeOptions, describeRun, type RunDescription } from "./describe-run.ts";

/** What a `.replay` file holds. */
export interface FileDescription extends RunDescription {
  /** The length of the file. */
  readonly bytes: number;
}

/**
 * Describes the run in a `.replay` file, or in the bytes of one, and checks every byte of it. Needs
 * no repository and runs nothing. Throws FILE_FAILED and INVALID_ARTIFACT.
 *
 * @example
 * ```ts
 * const { steps } = await describeFile("run.replay"); // 1000000
 * ```
 */
export async function describeFile(
  file: string | Uint8Array,
  options: Pick<DescribeOptions, "params"> = {},
): Promise<FileDescription> {
  checkKind(file, "file", ["text", "bytes"]);
  checkOptionsOf(options, { params: "text" });
  const bytes = typeof file === "string" ? await readFile(file) : file;
  const { id, store } = await artifactStore(bytes, nodeCompression, nodeHash);
  const run = await openRun<unknown, Record<string, unknown>>(id, nodeEnvironment({ store }));
  const refs = memoryRefs(() => "");
  const description = await describeRun(run, refs, { ...options, replay: false });
  return { bytes: bytes.length, ...description };
}
