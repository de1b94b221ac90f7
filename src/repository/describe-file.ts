import { nodeEnvironment } from "../node/host/environment.ts";
import { readFile } from "../node/host/user-files.ts";
import { decodeRun } from "../object/run.ts";
import { unpackInto } from "../replay/run/open-run.ts";
import { Run } from "../replay/run/run.ts";
import { memoryRefs } from "../store/memory-refs.ts";
import { objectReader } from "../store/object-store.ts";
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
  const bytes = typeof file === "string" ? await readFile(file) : file;
  const env = nodeEnvironment();
  const id = await unpackInto(env, bytes);
  const run = new Run(id, decodeRun(await objectReader(env.store)("run", id)), env);
  const refs = memoryRefs(() => "");
  const description = await describeRun(run, refs, { ...options, replay: false });
  return { bytes: bytes.length, ...description };
}
