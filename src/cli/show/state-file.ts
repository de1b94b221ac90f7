import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { toJson } from "../../codec/json/write.ts";
import { saveFile } from "../../node/host/user-files.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Context } from "../command.ts";
import { usageError } from "../input/usage-error.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { noteReplaced } from "./replaced.ts";

/** Checks the file that -o names, .json or .cbor. Throws USAGE. */
export function checkStateFile(file: string | undefined): string | undefined {
  if (file === undefined || /\.(json|cbor)$/i.test(file)) return file;
  throw usageError(`expected -o FILE.json or FILE.cbor, got ${JSON.stringify(file)}`);
}

/** Writes a state at a step of a run, or a part of it, to a file: JSON with the forms for special values, or CBOR as it is encoded. */
export async function writeState(
  file: string,
  state: unknown,
  { run, step, at }: { readonly run: Run; readonly step: number; readonly at?: string | undefined },
  { out, cwd }: Pick<Context, "out" | "cwd">,
): Promise<void> {
  const isJson = /\.json$/i.test(file);
  const bytes = isJson
    ? utf8(`${jsonLine(toJson(state, await run.typesAt(step), at), 2)}\n`)
    : await run.encode(state, step);
  const kind = isJson ? undefined : "a state in CBOR";
  noteReplaced(out, file, await saveFile(path.resolve(cwd, file), bytes, kind));
}
