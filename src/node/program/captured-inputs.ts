import { createHash } from "node:crypto";
import { utf8 } from "../../base/bytes.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Program, ProgramInput } from "../../object/program.ts";
import type { ReadObject } from "../../object/state.ts";
import type { ProgramSource, SourceInput } from "../../replay/programs.ts";
import type { Captured, CapturedInput } from "./realm.ts";

/** The inputs that a program read while it was loaded, as recorded with its code. */
export function recordedCapture({
  inputs,
  environment,
  zone,
  locale,
}: Captured): Pick<ProgramSource, "inputs" | "environment" | "zone" | "locale"> {
  return {
    inputs: inputs.map(inputOf),
    environment: environment.map(([name, digest]) => [name, digest ?? undefined]),
    zone,
    locale,
  };
}

function inputOf(input: CapturedInput): SourceInput {
  const { path } = input;
  if ("absent" in input) return { path, kind: "absent", digest: undefined, length: 0 };
  if ("listing" in input) {
    const bytes = utf8(JSON.stringify(input.listing));
    const digest = createHash("sha256").update(bytes).digest("hex");
    return { path, kind: "listing", digest, length: bytes.length, bytes };
  }
  const { digest, length, bytes } = input;
  return { path, kind: "file", digest, length, bytes };
}

/**
 * The inputs of a recorded program. If a file's content was left out, only its digest is known.
 * Undefined for a program that was recorded outside a realm.
 */
export async function capturedBy(program: Program, get: ReadObject): Promise<Captured | undefined> {
  const { inputs, environment, zone, locale } = program;
  if (zone === undefined || locale === undefined) return undefined;
  return {
    inputs: await Promise.all(inputs.map((input) => capturedInput(input, get))),
    environment: environment.map(([name, digest]) => [name, digest ?? null]),
    zone,
    locale,
  };
}

async function capturedInput(input: ProgramInput, get: ReadObject): Promise<CapturedInput> {
  const { path, kind, digest, length, chunk } = input;
  if (kind === "absent" || digest === undefined) return { path, absent: true };
  const bytes = chunk && (await contentOf(chunk, get));
  if (kind === "listing") {
    return { path, listing: bytes === undefined ? [] : namesIn(bytes) };
  }
  return { path, digest, length, ...(bytes && { bytes }) };
}

function namesIn(bytes: Uint8Array): string[] {
  let names: unknown;
  try {
    names = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // Refused below.
  }
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw new RewindError(
    "OBJECT_INVALID",
    "not a valid program: expected the names in a folder, as a list of texts in JSON",
  );
}

/** The content of an input; undefined if it was left out when the run was saved. */
async function contentOf(
  chunk: NonNullable<ProgramInput["chunk"]>,
  get: ReadObject,
): Promise<Uint8Array | undefined> {
  try {
    return await get("chunk", chunk);
  } catch (error) {
    if (isRewindError(error, "OBJECT_MISSING")) return undefined;
    throw error;
  }
}
