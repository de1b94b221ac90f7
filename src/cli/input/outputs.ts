import path from "node:path";
import { usageError } from "./usage-error.ts";

/** The options of OUTPUTS_OPTIONS as given. */
export interface OutputsArguments {
  readonly outputs?: string | undefined;
  readonly noOutputs?: boolean | undefined;
}

/** The folder that was asked for; false for none, undefined for the usual one. Throws USAGE. */
export function readOutputs(
  { outputs, noOutputs }: OutputsArguments,
  cwd: string,
): string | false | undefined {
  if (noOutputs !== true) return outputs === undefined ? undefined : folderIn(outputs, cwd);
  if (outputs === undefined) return false;
  throw usageError("expected either --outputs DIR or --no-outputs, got both");
}

/** The folder that --outputs names. Throws USAGE. */
export function folderIn(folder: string, cwd: string): string {
  if (folder !== "") return path.resolve(cwd, folder);
  throw usageError("expected --outputs to name a folder, got an empty text");
}
