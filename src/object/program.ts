import { RewindError } from "../base/errors.ts";
import { decodeBody, encodeBody, type Fields, idBytes } from "./body.ts";
import type { Id } from "./id.ts";

/** The code of a run and its generator: what it was built from, and what it read while loading. */
export interface Program {
  /** The simulation's name. */
  readonly name: string;
  /** The module's path, relative to the project; undefined for a simulation that was passed in memory. */
  readonly module: string | undefined;
  readonly exportName: string | undefined;
  /**
   * The digest of the whole source: the id of a chunk with all of it. When `parts` hold the source,
   * that chunk need not exist.
   */
  readonly source: Id<"chunk">;
  readonly generator: string;
  readonly generatorVersion: number;
  /** The source in parts, in order; empty if one chunk, `source`, holds all of it. */
  readonly parts: readonly ProgramPart[];
  /** The packages that could not be bundled, in the order of `inWalkOrder`. */
  readonly externals: readonly ExternalPackage[];
  /** What the module read while it was loaded, by path. */
  readonly inputs: readonly ProgramInput[];
  /** The environment variables that it read, by name. */
  readonly environment: readonly EnvironmentVariable[];
  /** The time zone and the locale of the recording; undefined if unknown. */
  readonly zone: string | undefined;
  readonly locale: string | undefined;
  /** The clock of its steps, which may then use `Math.random` too; undefined if both are refused. */
  readonly clock?: ProgramClock | undefined;
}

/** A clock that goes on with the steps of a run. */
export interface ProgramClock {
  /** The time at step 0, in milliseconds since 1970. */
  readonly start: number;
  /** How far it goes on with each step, in milliseconds. */
  readonly stepMs: number;
}

/** A stretch of the source: one package's files, or the user's own. */
export interface ProgramPart {
  /** The package as `name@version`; undefined for the user's own files. */
  readonly package: string | undefined;
  readonly chunk: Id<"chunk">;
}

/** A package that stays outside the bundle, such as one with native addons. */
export interface ExternalPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-256 over its files, in hexadecimal. */
  readonly digest: string;
  /** How the program imports it; empty if only another such package depends on it. */
  readonly specifiers: readonly ExternalImport[];
  /** How far above the project folder the program finds it, as in an edge; undefined for 0. */
  readonly up?: number | undefined;
  /** The packages that its package.json names, as far as they were installed. */
  readonly loads: readonly ExternalEdge[];
}

/**
 * The name by which a package loads another, which of the program's `externals` that is, and how many
 * folders above the package's own real folder the `node_modules` is in which it was found. A native
 * library looks for another by a path, so the same files in another place are not the same program.
 */
export type ExternalEdge = readonly [name: string, index: number, up: number];

/**
 * One way in which a program names a package, and the file that it means, relative to the package's
 * folder: `["import", "pkg/part", "dist/part.mjs"]`.
 */
export type ExternalImport = readonly [kind: "import" | "require", specifier: string, file: string];

/** What a module read while it was loaded. */
export interface ProgramInput {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** "file"; "listing" of a folder; or "absent" if nothing was found. */
  readonly kind: string;
  /** SHA-256 of the content, in hexadecimal; undefined if nothing was found. */
  readonly digest: string | undefined;
  /** The content; undefined if nothing was found or it is over the limit. */
  readonly chunk: Id<"chunk"> | undefined;
  /** The content's length in bytes. */
  readonly length: number;
}

/** A variable, and the digest of its value in hexadecimal; undefined if it was not set. */
export type EnvironmentVariable = readonly [name: string, digest: string | undefined];

/** The bytes of a program object. Throws OBJECT_INVALID if no reader would take them. */
export function encodeProgram(program: Program): Uint8Array {
  return encodeBody("program", format(checkNames(program)));
}

/** Reads a program object. */
export function decodeProgram(body: Uint8Array): Program {
  return decodeBody(
    "program",
    body,
    (fields) =>
      checkNames({
        name: fields.expectLength(12, 13).text(),
        module: fields.optional((field) => field.text()),
        exportName: fields.optional((field) => field.text()),
        source: fields.id<"chunk">(),
        generator: fields.text(),
        generatorVersion: fields.integer(),
        parts: fields.list(readPart),
        externals: checkEdges(fields.list(readExternal)),
        inputs: fields.list(readInput),
        environment: fields.list(readVariable),
        zone: fields.optional((field) => field.text()),
        locale: fields.optional((field) => field.text()),
        ...(fields.length === 13 && { clock: readClock(fields) }),
      }),
    format,
  );
}

/** Checks what stands in messages, or is looked for on a disk, which refuses a zero byte. */
function checkNames(program: Program): Program {
  const { name, module, exportName, generator, zone, locale } = program;
  for (const text of [name, exportName, generator, zone, locale]) {
    if (text !== undefined) expectThat(text.length <= LONGEST_NAME, "a shorter name", text);
  }
  if (module !== undefined) {
    const isPath = module.length <= LONGEST_PATH && !module.includes("\0");
    expectThat(isPath, "the path of a module", module);
  }
  return program;
}

/** The longest name of a program, in UTF-16 code units. */
export const LONGEST_NAME: number = 1_000;
/** Linux takes no longer path. */
const LONGEST_PATH = 4_096;

/** The packages of a program, bundled or not, each version once, by name. */
export function packagesOf(
  program: Pick<Program, "parts" | "externals">,
): Array<readonly [name: string, version: string]> {
  const labels = new Set([
    ...program.parts.flatMap((part) => (part.package === undefined ? [] : [part.package])),
    ...program.externals.map(({ name, version }) => `${name}@${version}`),
  ]);
  return [...labels].sort().map(splitLabel);
}

/** A part's `name@version`, taken apart. */
export function splitLabel(label: string): readonly [name: string, version: string] {
  const at = label.lastIndexOf("@");
  return at <= 0 ? [label, ""] : [label.slice(0, at), label.slice(at + 1)];
}

/** Whether a package may have this name: a folder, perhaps in a scope, of visible characters. */
export function isPackageName(text: string): boolean {
  return text.length <= LONGEST_PACKAGE_NAME && PACKAGE_NAME.test(text);
}

/** Whether a package may have this version; some have none. */
export function isPackageVersion(text: string): boolean {
  return text.length <= LONGEST_PACKAGE_NAME && PACKAGE_VERSION.test(text);
}

/** The registry takes a name of 214 characters; a scope and a folder can have 255 each. */
const LONGEST_PACKAGE_NAME = 512;
const FOLDER = String.raw`(?!\.{1,2}(?:[/@]|$))[^\p{C}\p{Z}/\\]+`;
const PACKAGE_NAME = new RegExp(`^(?:@${FOLDER}/)?(?!@)${FOLDER}$`, "u");
const PACKAGE_VERSION = /^[!-?A-~]*$/;

function readPart(element: Fields): ProgramPart {
  const pair = element.nested().expectLength(2);
  return { package: pair.optional(readLabel), chunk: pair.id<"chunk">() };
}

function readLabel(field: Fields): string {
  const label = field.text();
  const [name, version] = splitLabel(label);
  return expectThat(isPackageName(name) && isPackageVersion(version), "name@version", label);
}

/** A file's path in its package, with `/`. */
function isPathInside(path: string): boolean {
  const isRelative = !/^(?:[/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes("..");
  return isRelative && path.length <= LONGEST_PATH && !path.includes("\0");
}

/** The text, if it is one of those. */
function expectThat(holds: boolean, what: string, text: string): string {
  if (holds) return text;
  const message = `not a valid program: expected ${what}, got ${JSON.stringify(text.slice(0, 60))}`;
  throw new RewindError("OBJECT_INVALID", message, { kind: "program" });
}

function readExternal(element: Fields): ExternalPackage {
  const fields = element.nested().expectLength(4, 5, 6);
  const [name, version] = [fields.text(), fields.text()];
  return {
    name: expectThat(isPackageName(name), "the name of a package", name),
    version: expectThat(isPackageVersion(version), "the version of a package", version),
    digest: fields.id(),
    specifiers: fields.list((item): ExternalImport => {
      const one = item.nested().expectLength(3);
      const [kind, specifier, file] = [one.text(), one.text(), one.text()];
      expectThat(isPathInside(file), "a path in its package", file);
      // Anything but these two is written back as "require", and so refused as not canonical.
      return [kind === "import" ? "import" : "require", specifier, file];
    }),
    loads: fields.length === 4 ? [] : fields.list(readEdge),
    ...(fields.length === 6 && { up: fields.integer() }),
  };
}

function readEdge(element: Fields): ExternalEdge {
  const edge = element.nested().expectLength(3);
  const name = edge.text();
  expectThat(isPackageName(name), "the name of a package", name);
  return [name, edge.integer(), edge.integer()];
}

function checkEdges(externals: readonly ExternalPackage[]): readonly ExternalPackage[] {
  for (const { name, loads } of externals) {
    const isIn = loads.every(([, index]) => index < externals.length);
    expectThat(isIn, "a package to load only those that are listed", name);
  }
  return externals;
}

/**
 * Packages outside a program in the order in which a walk meets them: those that the program imports, by
 * name, then what each of these loads, by name, and so on. Any that it does not meet are left out.
 */
export function inWalkOrder(externals: readonly ExternalPackage[]): ExternalPackage[] {
  const places = new Map<number, number>(); // in the walk, by the place in `externals`
  const met: ExternalPackage[] = [];
  const placeOf = (index: number): number => {
    const place = places.get(index) ?? places.size;
    if (place === places.size) {
      places.set(index, place);
      met.push(externals[index] as ExternalPackage);
    }
    return place;
  };
  const imported = [...externals.entries()].filter(([, { specifiers }]) => specifiers.length > 0);
  for (const [index] of sorted(imported, ([, { name }]) => name)) placeOf(index);
  const found: ExternalPackage[] = [];
  // The list grows while it is walked.
  for (const external of met) {
    const loads = sorted(external.loads, ([name]) => name);
    found.push({
      ...external,
      loads: loads.map(([name, index, up]) => [name, placeOf(index), up] as const),
    });
  }
  return found;
}

function readClock(element: Fields): ProgramClock {
  const pair = element.nested().expectLength(2);
  return {
    start: pair.integer(-LATEST_MS, LATEST_MS),
    stepMs: pair.number(0, LATEST_MS),
  };
}

/** The last time that a `Date` can tell, in milliseconds since 1970. */
export const LATEST_MS = 8.64e15;

function readInput(element: Fields): ProgramInput {
  const fields = element.nested().expectLength(5);
  return {
    path: fields.text(),
    kind: fields.text(),
    digest: fields.optional((field) => field.id()),
    chunk: fields.optional((field) => field.id<"chunk">()),
    length: fields.integer(),
  };
}

function readVariable(element: Fields): EnvironmentVariable {
  const pair = element.nested().expectLength(2);
  return [pair.text(), pair.optional((field) => field.id())];
}

function format(program: Program): readonly unknown[] {
  return [
    program.name,
    program.module ?? null,
    program.exportName ?? null,
    idBytes(program.source),
    program.generator,
    program.generatorVersion,
    partsOf(program).map((part) => [part.package ?? null, idBytes(part.chunk)]),
    inWalkOrder(program.externals).map(({ name, version, digest, specifiers, ...found }) => [
      name,
      version,
      idBytes(digest as Id),
      sorted(specifiers, ([kind, specifier]) => `${specifier}\0${kind}`).map((one) => [...one]),
      ...placesOf(found, specifiers.length > 0),
    ]),
    sorted(program.inputs, ({ path, kind }) => `${path}\0${kind}`).map((input) => [
      input.path,
      input.kind,
      optionalBytes(input.digest),
      optionalBytes(input.chunk),
      input.length,
    ]),
    sorted(program.environment, ([name]) => name).map(([name, digest]) => [
      name,
      optionalBytes(digest),
    ]),
    program.zone ?? null,
    program.locale ?? null,
    ...(program.clock === undefined ? [] : [[program.clock.start, program.clock.stepMs]]),
  ];
}

/** What a package loads, and how far above the project it is found; each is left out if the rest is empty. */
function placesOf(
  { loads, up = 0 }: Pick<ExternalPackage, "loads" | "up">,
  isImported: boolean,
): readonly unknown[] {
  const edges = loads.map((edge) => [...edge]);
  if (isImported && up > 0) return [edges, up];
  return edges.length > 0 ? [edges] : [];
}

/** The parts; no parts if the first is the whole source, which one chunk then holds. */
function partsOf({ source, parts }: Program): readonly ProgramPart[] {
  return parts[0]?.chunk === source ? [] : parts;
}

function optionalBytes(hex: string | undefined): Uint8Array | null {
  return hex === undefined ? null : idBytes(hex as Id);
}

/** In the order of their keys, by UTF-16 code units; of two with one key, the first. */
function sorted<T>(items: readonly T[], key: (item: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const item of items) if (!byKey.has(key(item))) byKey.set(key(item), item);
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
