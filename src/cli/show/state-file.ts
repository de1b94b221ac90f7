import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { toJson } from "../../codec/json/write.ts";
import { saveFile } from "../../node/host/user-files.ts";
import { encodeState } from "../../replay/environment.ts";
import type { AnySimulation } from "../../replay/simulation.ts";
import type { Repository } from "../../repository.ts";
import { usageError } from "../input/usage-error.ts";
import { jsonLine } from "../terminal/json-line.ts";

/** Checks the file that -o names, .json or .cbor. Throws USAGE. */
export function checkStateFile(file: string | undefined): string | undefined {
  if (file === undefined || /\.(json|cbor)$/i.test(file)) return file;
  throw usageError(`expected -o FILE.json or FILE.cbor, got ${JSON.stringify(file)}`);
}

/** Writes a state to a file: JSON with the forms for special values, or the stored CBOR. */
export async function writeState(
  file: string,
  state: unknown,
  simulation: AnySimulation,
  { repo, cwd }: { readonly repo: Repository; readonly cwd: string },
): Promise<void> {
  const bytes = /\.json$/i.test(file)
    ? utf8(`${jsonLine(toJson(state, simulation.types), 2)}\n`)
    : encodeState(state, simulation, repo.environment());
  await saveFile(path.resolve(cwd, file), bytes);
}
