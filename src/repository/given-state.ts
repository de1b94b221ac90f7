import path from "node:path";
import { checkStepInRange } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { invalidArgument, unexpectedArgument } from "../base/invalid-argument.ts";
import { checkKind } from "../base/options.ts";
import { decode } from "../codec/decode.ts";
import { readStateText } from "../codec/json/state-text.ts";
import { readFile } from "../node/host/user-files.ts";
import { shortId } from "../object/id.ts";
import type { GivenState } from "../replay/record/given-state.ts";
import type { RecordFrom } from "../replay/record/record.ts";
import { checkRun } from "../replay/run/run.ts";

/**
 * Finds the state with which a run begins: replays the run that has it, or reads the file. Throws
 * INVALID_ARGUMENT, FILE_FAILED, and what `Run.get` throws.
 */
export async function givenState(
  from: RecordFrom,
  cwd: string = process.cwd(),
): Promise<GivenState> {
  const form = (["run", "file", "state"] as const).filter((name) => Object.hasOwn(from, name));
  if (form.length !== 1) {
    throw unexpectedArgument("from", "{ run, step }, { file } or { state }", from);
  }
  if ("run" in from) return stateOfRun(from);
  if ("file" in from) return stateInFile(from.file, cwd);
  const { state } = from;
  return { name: "the state", note: undefined, read: () => state };
}

async function stateOfRun({
  run,
  step,
}: Extract<RecordFrom, { run: unknown }>): Promise<GivenState> {
  checkRun(run, "from.run");
  const at = checkStepInRange(step ?? run.steps, run.steps);
  const encoded = await run.encode(await run.get(at), at);
  return {
    name: `the state at step ${count(at)} of ${shortId(run.id)}`,
    note: { run: run.id, step: at },
    read: ({ types }) => decode(encoded, { types }),
  };
}

/** JSON of a state is never longer: `toJson` writes at most 2^28 characters. */
const MOST_JSON_BYTES = 2 ** 28;

async function stateInFile(file: string, cwd: string): Promise<GivenState> {
  checkKind(file, "from.file", "text");
  const [, form] = /\.(json|cbor)$/i.exec(file) ?? [];
  if (form === undefined) {
    throw unexpectedArgument("from.file", "the name of a .json or .cbor file", file);
  }
  const isJson = form.toLowerCase() === "json";
  const bytes = await readFile(path.resolve(cwd, file), isJson ? MOST_JSON_BYTES : undefined);
  const text = isJson ? textOf(bytes, file) : undefined;
  return {
    name: `the state in ${file}`,
    note: { file: path.basename(file) },
    read: ({ types }) =>
      text === undefined ? decode(bytes, { types }) : readStateText(text, types),
  };
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalidArgument(
      `expected ${file} to be JSON in UTF-8, got other bytes`,
      { name: "from" },
      { cause },
    );
  }
}
