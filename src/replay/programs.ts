import { utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { isClass, type TypeCodecs } from "../codec/state/type-codecs.ts";
import { type Id, objectId } from "../object/id.ts";
import {
  decodeProgram,
  encodeProgram,
  type Program,
  type ProgramClock,
  type ProgramInput,
} from "../object/program.ts";
import { checkSourceLength } from "../object/program-contents.ts";
import type { Segment } from "../object/run.ts";
import { decodeSeeds, type Seeds } from "../object/seeds.ts";
import type { PutObject, ReadObject } from "../object/state.ts";
import type { GeneratorAlgorithm } from "../random/generator.ts";
import type { ZoneAndLocale } from "./guard.ts";
import { observersOf } from "./observers.ts";
import type { AnySimulation } from "./simulation.ts";

/** Code as it is recorded: a bundled module, or the text of a simulation handed over in memory. */
export interface ProgramSource {
  readonly name: string;
  /** The module's path, relative to the project; undefined for a simulation handed over in memory. */
  readonly module?: string | undefined;
  readonly exportName?: string | undefined;
  readonly code: string;
  /** The parts that make up `code`. Without them, all of it is the user's own. */
  readonly parts?: readonly SourcePart[];
  readonly externals?: Program["externals"];
  readonly inputs?: readonly SourceInput[];
  readonly environment?: Program["environment"];
  readonly zone?: string | undefined;
  readonly locale?: string | undefined;
}

/** A stretch of code: one package's, as `name@version`, or the user's own. */
export interface SourcePart {
  readonly package: string | undefined;
  readonly code: string;
}

/**
 * An input that a module read while it was loaded, with its content unless it is missing or too
 * large.
 */
export interface SourceInput extends Omit<ProgramInput, "chunk"> {
  readonly bytes?: Uint8Array | undefined;
}

/** Code that can run: a simulation, and a way to start another instance of it. */
export interface LoadedProgram {
  readonly simulation: AnySimulation;
  /**
   * Runs the program's module again, without anything that earlier steps kept in it. Undefined for
   * a simulation that was handed over in memory: it has only one instance.
   */
  fresh?(): Promise<LoadedProgram>;
  /**
   * What another thread needs to load the same code, which survives a structured clone; undefined if
   * it cannot.
   */
  readonly portable?: unknown;
  /** The time zone and locale that it was recorded in, and must run in. */
  readonly place?: ZoneAndLocale | undefined;
  /** The places in its code that a stack trace names, the innermost first, if they are known. */
  places?(stack: string): readonly CodePlace[];
  /** Where the class of this name is in its code, if that is known. */
  classPlace?(name: string): CodePlace | undefined;
}

/** A place in the code of a program, counted from 1. */
export interface CodePlace {
  /** Relative to the project folder; for recorded code the module, or the name of the package. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The function, as the stack trace names it. */
  readonly function?: string;
  /** The package that the file is of, as `name@version`. */
  readonly package?: string;
  /**
   * Whether the line is one of the recorded code: of all that `show --source` prints of the program,
   * or of the package that `show --source --package` prints.
   */
  readonly recorded?: true;
}

/** An instance of the program in which no step has run; the program itself if it has only one. */
export async function freshly(program: LoadedProgram): Promise<LoadedProgram> {
  return program.fresh === undefined ? program : program.fresh();
}

/** A simulation and the code to record for it. */
export interface Code extends LoadedProgram {
  readonly source: ProgramSource;
}

/** What a program draws from. */
export interface Drawing {
  readonly algorithm: GeneratorAlgorithm;
  /** The clock of its steps; undefined if they may neither read one nor draw by `Math.random`. */
  readonly clock: ProgramClock | undefined;
}

/** Stores the code of a simulation and returns the id of its program. */
export function putProgram(
  source: ProgramSource,
  { algorithm, clock }: Drawing,
  { put, hash }: { readonly put: PutObject; readonly hash: Hash },
): Id<"program"> {
  const { parts = [] } = source;
  checkSourceLength(source.name, utf8(source.code).length);
  // Code without packages is stored as one chunk, whose id is the digest of the whole.
  const whole = parts.every((part) => part.package === undefined);
  const program: Program = {
    name: source.name,
    module: source.module,
    exportName: source.exportName,
    source: whole ? put("chunk", utf8(source.code)) : objectId(hash, "chunk", utf8(source.code)),
    generator: algorithm.name,
    generatorVersion: algorithm.version,
    parts: whole
      ? []
      : parts.map((part) => ({ package: part.package, chunk: put("chunk", utf8(part.code)) })),
    externals: source.externals ?? [],
    inputs: (source.inputs ?? []).map(({ bytes, ...input }) => ({
      ...input,
      chunk: bytes && put("chunk", bytes),
    })),
    environment: source.environment ?? [],
    zone: source.zone,
    locale: source.locale,
    clock,
  };
  return put("program", encodeProgram(program));
}

/**
 * The code of a simulation that was passed as an object: the text of its functions. This tells two
 * versions of the functions apart, but cannot run by itself.
 */
export function codeOf(simulation: AnySimulation): Code {
  const { name, init, step, types = {}, observe = {}, outputs = {} } = simulation;
  const observers = observersOf({ observe }).flatMap((each) => [
    `// ${each.name}`,
    String(each.value),
  ]);
  const classes = Object.entries(types).flatMap(([type, entry]) => [
    `// ${type}`,
    ...codeOfType(entry),
  ]);
  const files = Object.entries(outputs).flatMap(([file, { every = 1, header, row }]) => [
    `// ${file}, every ${every}`,
    ...[header, row].map(String),
  ]);
  const parts = [...classes, ...observers, ...files];
  const code = [`// ${name}`, String(init), String(step), ...parts].join("\n");
  return { simulation, source: { name, code } };
}

function codeOfType(entry: TypeCodecs[string]): string[] {
  // A class can have a toString of its own.
  if (isClass(entry)) return [Function.prototype.toString.call(entry)];
  const { is, encode } = entry;
  const rest = "decode" in entry ? [entry.decode] : [entry.create, entry.fill];
  return [is, encode, ...rest].map(String);
}

/** The objects that a segment names by id. */
export interface SegmentParts {
  readonly program: Program;
  readonly seeds: Seeds;
}

type LoadProgram = (id: Id<"program">, program: Program) => Promise<LoadedProgram | undefined>;

type NoteCode = (id: Id<"program">, code: Code) => void;

/**
 * Finds the code of recorded programs: simulations handed over in memory first, then what `load` finds.
 */
export class Programs {
  readonly #byId = new Map<Id<"program">, Promise<LoadedProgram>>();
  readonly #byName = new Map<string, AnySimulation>();
  readonly #parts = new Map<string, Promise<SegmentParts>>();
  readonly #decoded = new Map<Id<"program">, Promise<Program>>();
  readonly #load: LoadProgram;
  readonly #noteRecorded: NoteCode;

  /**
   * `noteRecorded` is called with code that is about to be recorded, before any of it is written.
   */
  constructor(load: LoadProgram = async () => undefined, noteRecorded: NoteCode = () => undefined) {
    this.#load = load;
    this.#noteRecorded = noteRecorded;
  }

  /** Adds the code of a program that is about to be recorded. */
  add(id: Id<"program">, code: Code): void {
    this.#noteRecorded(id, code);
    this.#byId.set(id, Promise.resolve(code));
  }

  /** Uses a simulation as the code of every program of its name that is not added otherwise. */
  supply(simulation: AnySimulation): void {
    this.#byName.set(simulation.name, simulation);
  }

  /** The code of a program. Throws PROGRAM_MISSING, or what `load` throws. */
  async open(id: Id<"program">, program: Program): Promise<LoadedProgram> {
    let loaded = this.#byId.get(id);
    if (loaded === undefined) {
      loaded = this.#find(id, program);
      this.#byId.set(id, loaded);
      // A failure is not remembered: the caller may supply or trust the simulation and try again.
      loaded.catch(() => this.#byId.delete(id));
    }
    return loaded;
  }

  /** The program and the seeds of a segment; read once, because many runs share them. */
  async parts(segment: Segment, get: ReadObject): Promise<SegmentParts> {
    const key = `${segment.program} ${segment.seeds}`;
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      parts = this.#readParts(segment, get);
      this.#parts.set(key, parts);
      parts.catch(() => this.#parts.delete(key));
    }
    return parts;
  }

  async #readParts(segment: Segment, get: ReadObject): Promise<SegmentParts> {
    return {
      program: await this.#decode(segment.program, get),
      seeds: decodeSeeds(await get("seeds", segment.seeds)),
    };
  }

  /** Segments with other seeds often have the same program, which may be large. */
  #decode(id: Id<"program">, get: ReadObject): Promise<Program> {
    let program = this.#decoded.get(id);
    if (program === undefined) {
      program = get("program", id).then(decodeProgram);
      this.#decoded.set(id, program);
      program.catch(() => this.#decoded.delete(id));
    }
    return program;
  }

  async #find(id: Id<"program">, program: Program): Promise<LoadedProgram> {
    const supplied = this.#byName.get(program.name);
    const loaded = supplied ? { simulation: supplied } : await this.#load(id, program);
    if (loaded !== undefined) return loaded;
    throw new RewindError(
      "PROGRAM_MISSING",
      `the code of "${program.name}" is not in the store: it was recorded from a simulation handed over in memory`,
      { name: program.name, program: id },
    );
  }
}
