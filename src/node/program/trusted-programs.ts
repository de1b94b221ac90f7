import { RewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { decodeProgram, type Program } from "../../object/program.ts";
import {
  contentsOf,
  type InputOfProgram,
  inputsOf,
  type OwnFile,
  type PackageInProgram,
  unlessMissing,
} from "../../object/program-contents.ts";
import type { RunManifest } from "../../object/run.ts";
import type { ReadObject } from "../../object/state.ts";
import { nodeHash } from "../host/platform.ts";
import type { Trust } from "./trust.ts";

/**
 * The parts of a recorded program, to read before it may run. Names and versions are those in the
 * recording.
 */
export interface ProgramToTrust {
  readonly program: Id<"program">;
  readonly name: string;
  /** The module that runs, and its export that is the simulation. */
  readonly module: string;
  readonly exportName: string | undefined;
  /** The user's own files; undefined if the code was left out when the run was saved or pushed. */
  readonly files: readonly OwnFile[] | undefined;
  readonly packages: readonly PackageInProgram[];
  /** The files that it read while it was loaded, of which it may make code. */
  readonly inputs: readonly InputOfProgram[];
}

/** A trusted program; its name and module are known only if the store has it. */
export interface TrustedProgram {
  readonly program: Id<"program">;
  readonly name?: string;
  readonly module?: string | undefined;
}

/**
 * The programs that a replay of a run up to a step would run. Throws PROGRAM_MISSING if all of that
 * code was handed over in memory, which a store does not hold.
 */
export async function programsToTrust(
  run: RunManifest,
  step: number,
  get: ReadObject,
): Promise<readonly ProgramToTrust[]> {
  const found: ProgramToTrust[] = [];
  let name = "";
  for (const id of programsUpTo(run, step)) {
    const program = decodeProgram(await get("program", id));
    ({ name } = program);
    const { module } = program;
    if (module !== undefined) found.push(await programToTrust(id, { ...program, module }, get));
  }
  if (found.length > 0) return found;
  throw new RewindError("PROGRAM_MISSING", `"${name}" was not recorded from a module`, { name });
}

/** The programs of a run's segments up to a step, each once. */
export function programsUpTo({ segments }: RunManifest, step: number): Id<"program">[] {
  return [...new Set(segments.filter(({ start }) => start <= step).map(({ program }) => program))];
}

/** The trusted programs, with what a store knows about them. */
export function trustedPrograms(trust: Trust, get: ReadObject): Promise<TrustedProgram[]> {
  return Promise.all(
    trust.list().map(async (program) => {
      const body = await get("program", program).catch(unlessMissing);
      if (body === undefined) return { program };
      const { name, module } = decodeProgram(body);
      return { program, name, module };
    }),
  );
}

async function programToTrust(
  id: Id<"program">,
  program: Program & { readonly module: string },
  get: ReadObject,
): Promise<ProgramToTrust> {
  const { name, module, exportName, externals } = program;
  const contents = await contentsOf(program, get, nodeHash).catch(unlessMissing);
  const outside = externals.map(({ name, version }) => ({ name, version, bytes: null }));
  const { files, packages = outside } = contents ?? {};
  return { program: id, name, module, exportName, files, packages, inputs: inputsOf(program) };
}
