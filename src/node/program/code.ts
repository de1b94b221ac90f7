import { statSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { type Id, objectId } from "../../object/id.ts";
import type { Program } from "../../object/program.ts";
import { codeLeftOut, readParts, theCodeOf } from "../../object/program-contents.ts";
import type { ReadObject } from "../../object/state.ts";
import type { AddedObserver } from "../../replay/observe/hindsight.ts";
import { type NamedObserver, observersFault, observersOf } from "../../replay/observers.ts";
import type { Code, LoadedProgram } from "../../replay/programs.ts";
import { nodeHash } from "../host/platform.ts";
import type { Bundle, BundledCode } from "./bundle.ts";
import { capturedBy, recordedCapture } from "./captured-inputs.ts";
import { changedSince, missingSince } from "./changed-since.ts";
import { loadExports, loadProgram } from "./load-program.ts";
import { splitSpec } from "./module-spec.ts";
import { checkReadable } from "./readable-code.ts";
import { rememberInputs, workingState } from "./working-program.ts";

/** Where a project's code is, and which code may run. */
export interface Project {
  /** The project folder: the one that holds `.rewind`. */
  readonly root: string;
  /** A user's folder for notes about the project, if there is one. */
  readonly cache: string | undefined;
  /** The largest file to record among those that a module reads while it is loaded, in bytes. */
  inputsLimitBytes(): number;
  /** Shows the user a notice that is neither a result nor an error. */
  notice(text: string): void;
}

/** Loaded with the first module to bundle: most commands run stored code. */
const bundler = (): Promise<typeof import("./bundle.ts")> => import("./bundle.ts");

/** Bundles and loads the simulation that `spec`, `path#export`, names; the path is from `cwd`. */
export async function codeOfModule(project: Project, spec: string, cwd: string): Promise<Code> {
  const [file = "", exportName] = splitSpec(spec, isFileIn(cwd));
  return codeOfFile(project, fromRoot(project, cwd, file), exportName);
}

async function codeOfFile(
  project: Project,
  module: string,
  exportName: string | undefined,
): Promise<Code> {
  const { bundle } = await bundler();
  const bundled = await bundle({ root: project.root, module });
  const loaded = await loadProgram({
    ...bundled,
    ...(exportName !== undefined && { exportName }),
    isNew: true,
    root: project.root,
    inputsLimitBytes: project.inputsLimitBytes(),
  });
  const { simulation } = loaded;
  const digest = digestOf(bundled.code);
  await rememberInputs({ ...bundled, digest, root: project.root, cacheDirectory: project.cache });
  return {
    ...loaded,
    source: {
      name: simulation.name,
      module: bundled.module,
      exportName: loaded.exportName,
      code: bundled.code,
      parts: bundled.parts,
      externals: bundled.externals,
      ...recordedCapture(loaded.captured),
    },
  };
}

/** The function that `spec`, `path#export`, names. Throws EXPORT_NOT_FOUND. */
export async function functionOfModule(
  project: Project,
  spec: string,
  cwd: string,
): Promise<(state: unknown) => unknown> {
  const { found, missing } = await exportOfModule(project, spec, cwd);
  if (typeof found === "function") return found as (state: unknown) => unknown;
  throw missing("a function");
}

/**
 * The observer that `spec`, `path#export`, names: a function, or an object with its value, unit and
 * title. Throws EXPORT_NOT_FOUND, INVALID_SIMULATION.
 */
export async function observerOfModule(
  project: Project,
  spec: string,
  cwd: string,
): Promise<AddedObserver> {
  const { found, code, exportName, missing } = await exportOfModule(project, spec, cwd);
  if (found === undefined) throw missing("an observer");
  const fault = observersFault({ observer: found });
  if (fault !== undefined) {
    const message = fault.replace("observe.observer", spec);
    throw new RewindError("INVALID_SIMULATION", message, { where: spec });
  }
  const [{ value, unit, title }] = observersOf({ observe: { observer: found } }) as [NamedObserver];
  const definition = { by: "module", source: digestOf(code), export: exportName } as const;
  return { definition, value, unit, title };
}

/** The export that `spec` names, and the error for one that is not what is expected. */
async function exportOfModule(
  project: Project,
  spec: string,
  cwd: string,
): Promise<{
  readonly found: unknown;
  readonly code: string;
  readonly exportName: string;
  readonly missing: (expected: string) => RewindError;
}> {
  const [file, exportName = "default"] = splitSpec(spec, isFileIn(cwd));
  const { bundle } = await bundler();
  const bundled = await bundle({ root: project.root, module: fromRoot(project, cwd, file) });
  const exports = await loadExports({ ...bundled, root: project.root });
  const { code, module } = bundled;
  const missing = (expected: string): RewindError =>
    new RewindError("EXPORT_NOT_FOUND", `expected ${module} to export ${expected} ${exportName}`, {
      ...{ module, exportName, exports: Object.keys(exports) },
    });
  return { found: exports[exportName], code, exportName, missing };
}

function isFileIn(cwd: string): (file: string) => boolean {
  return (file) => statSync(path.resolve(cwd, file), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** A module's path from the project folder, so that messages are short. */
function fromRoot({ root }: Project, cwd: string, file: string): string {
  return path.relative(root, path.resolve(cwd, file)) || ".";
}

/**
 * Loads a recorded program from its stored source, if it may run. Notes if the working file has
 * changed since, unless new code will continue from the replay. Throws PROGRAM_MISSING,
 * PROGRAM_NOT_TRUSTED, MODULE_FAILED.
 */
export async function loadRecorded(
  project: Project,
  program: Program,
  get: ReadObject,
  options: { readonly trusted: boolean; readonly replaced: boolean },
): Promise<LoadedProgram | undefined> {
  const { module, exportName } = program;
  if (module === undefined) return undefined;
  const stored = await storedSource(program, get);
  // Checked first: the working files may have come with the program, and bundling would read them.
  if (!options.trusted) {
    const isLost = stored === undefined && !(await isThere(project, module));
    throw isLost ? codeLeftOut(program) : notTrusted(program);
  }
  const working = await workingCode(project, program, module);
  const { code, parts, map } = stored ?? (await sourceLeftOut(project, program, working));
  if (stored !== undefined) await checkReadable(parts, program.name);
  if (working.state !== "same" && !options.replaced) {
    project.notice(`${working.why}: this replays the recorded program`);
  }
  return loadProgram({
    code,
    module,
    ...(exportName !== undefined && { exportName }),
    root: project.root,
    externals: program.externals,
    parts,
    map,
    captured: await capturedBy(program, get),
  });
}

function notTrusted(program: Program): RewindError {
  const { name, module, source: digest } = program;
  return new RewindError(
    "PROGRAM_NOT_TRUSTED",
    `${theCodeOf(program)} came from elsewhere and has never run here`,
    { name, module, digest },
  );
}

/** Whether a recorded path names a file in the project; does not read the file. */
async function isThere(project: Project, module: string): Promise<boolean> {
  if (!(await liesInProject(project, module))) return false;
  return statSync(path.resolve(project.root, module), { throwIfNoEntry: false }) !== undefined;
}

/**
 * Loads the working file of a recorded program instead of it. The module's path comes from the
 * recording, not from the user, so a path out of the project is refused. Throws MODULE_FAILED.
 */
export async function loadWorking(
  project: Project,
  { module, exportName }: Program,
): Promise<Code | undefined> {
  if (module === undefined) return undefined;
  if (!(await liesInProject(project, module))) {
    throw new RewindError(
      "MODULE_FAILED",
      `expected the recorded module to be in the project folder, got ${describe(module)}`,
      {
        module,
        hint: "the path comes from the recording: leave out --program working to replay the recorded code",
      },
    );
  }
  return codeOfFile(project, module, exportName);
}

/** Whether a recorded path, links followed, is in the project. */
async function liesInProject({ root }: Project, module: string): Promise<boolean> {
  if (path.isAbsolute(module)) return false;
  const [base, file] = [await fs.realpath(root), path.resolve(root, module)];
  // A path that does not exist is judged by its name alone.
  const real = await fs.realpath(file).catch(() => path.resolve(base, module));
  return real.startsWith(base.endsWith(path.sep) ? base : base + path.sep);
}

/** The stored source; undefined if it was left out. */
async function storedSource(
  program: Program,
  get: ReadObject,
): Promise<(Pick<Bundle, "code" | "parts"> & { readonly map?: undefined }) | undefined> {
  try {
    const parts = await readParts(program, get, nodeHash);
    return { code: parts.map(({ code }) => code).join(""), parts };
  } catch (error) {
    if (isRewindError(error, "OBJECT_MISSING")) return undefined;
    throw error;
  }
}

/** The working files' code for a source that was left out. Throws PROGRAM_MISSING. */
async function sourceLeftOut(
  project: Project,
  program: Program,
  { state, bundled }: Working,
): Promise<BundledCode> {
  if (state === "same") {
    // The note says that the files are the same, but the code that runs is compared itself.
    const module = String(program.module);
    const { bundleCode } = await bundler();
    const found = bundled ?? (await bundleCode({ root: project.root, module }));
    if (digestOf(found.code) === program.source) return found;
  }
  throw codeLeftOut(program);
}

/** The code of the working files, compared with a recorded program. */
interface Working {
  readonly state: "same" | "changed" | "gone";
  /** The bundle, if it is the same and was made for the comparison. */
  readonly bundled?: BundledCode;
  /** What has changed. */
  readonly why?: string;
}

async function workingCode(project: Project, program: Program, module: string): Promise<Working> {
  const { source: digest } = program;
  if (!(await liesInProject(project, module))) {
    return { state: "gone", why: `${describe(module)} is outside the project folder` };
  }
  const place = { digest, root: project.root, cacheDirectory: project.cache };
  if ((await workingState(place)) === "same") return { state: "same" };
  let bundled: BundledCode;
  try {
    const { bundleCode } = await bundler();
    // The packages outside are compared when they are loaded.
    bundled = await bundleCode({ root: project.root, module });
  } catch (error) {
    if (isRewindError(error, "MODULE_NOT_FOUND")) {
      return { state: "gone", why: `${module} does not exist` };
    }
    if (isRewindError(error)) return { state: "changed", why: missingSince(program, error) };
    throw error;
  }
  if (digestOf(bundled.code) !== digest) {
    return { state: "changed", why: changedSince(program, bundled.parts, digestOf) };
  }
  await rememberInputs({ ...bundled, ...place });
  return { state: "same", bundled };
}

/** The digest of recorded code: the id of the chunk that holds it. */
function digestOf(code: string): Id<"chunk"> {
  return objectId(nodeHash, "chunk", utf8(code));
}
