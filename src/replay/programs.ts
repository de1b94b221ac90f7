import { utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { type Id, objectId } from "../object/id.ts";
import {
  decodeProgram,
  encodeProgram,
  type Program,
  type ProgramInput,
} from "../object/program.ts";
import type { Segment } from "../object/run.ts";
import { decodeSeeds, type Seeds } from "../object/seeds.ts";
import type { PutObject, ReadObject } from "../object/state.ts";
import type { GeneratorAlgorithm } from "../random/generator.ts";
import type { Place } from "./place.ts";
import type { AnySimulation } from "./simulation.ts";

/** Code as it is recorded: a bundled module, or the text of a simulation handed over in memory. */
export interface Source {
  readonly name: string;
  /** The module's path, relative to the project; undefined for a simulation handed over. */
  readonly module?: string | undefined;
  readonly exportName?: string | undefined;
  readonly code: string;
  /** The code in parts, which together are `code`; all the user's own where it is left out. */
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

/** What a module read while it was loaded; its content, unless it is absent or over the limit. */
export interface SourceInput extends Omit<ProgramInput, "chunk"> {
  readonly bytes?: Uint8Array | undefined;
}

/** Code that can be run: a simulation, and the means to have another instance of it. */
export interface LoadedProgram {
  readonly simulation: AnySimulation;
  /**
   * Runs the program's module again, so that nothing is left of what earlier steps kept in it.
   * Undefined for a simulation that was handed over in memory: there is only the one.
   */
  fresh?(): Promise<LoadedProgram>;
  /** Where it was recorded, and so is to run. */
  readonly place?: Place | undefined;
}

/** The same program in an instance in which no step has run; itself where there is only one. */
export async function freshly(program: LoadedProgram): Promise<LoadedProgram> {
  return program.fresh === undefined ? program : program.fresh();
}

/** A simulation, and the code that is recorded for it. */
export interface Code extends LoadedProgram {
  readonly source: Source;
}

/** Stores the code of a simulation, and returns the id of its program. */
export function putProgram(
  source: Source,
  algorithm: GeneratorAlgorithm,
  { put, hash }: { readonly put: PutObject; readonly hash: Hash },
): Id<"program"> {
  const { parts = [] } = source;
  // One chunk holds what is all the user's own: its id is the digest of the whole.
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
  };
  return put("program", encodeProgram(program));
}

/**
 * The code of a simulation that was handed over as an object: the text of its functions. It tells
 * one version from another, as far as the functions themselves go, but cannot be run by itself.
 */
export function codeOf(simulation: AnySimulation): Code {
  const { name, init, step, types = {} } = simulation;
  const codecs = Object.entries(types).flatMap(([type, codec]) => [
    `// ${type}`,
    String(codec.is),
    String(codec.encode),
    String(codec.decode),
  ]);
  const code = [`// ${name}`, String(init), String(step), ...codecs].join("\n");
  return { simulation, source: { name, code } };
}

/** What a segment's ids name. */
export interface SegmentParts {
  readonly program: Program;
  readonly seeds: Seeds;
}

type LoadProgram = (id: Id<"program">, program: Program) => Promise<LoadedProgram | undefined>;

type NoteCode = (id: Id<"program">, code: Code) => void;

/** Finds the code of recorded programs: simulations handed over, then whatever `load` can find. */
export class Programs {
  readonly #byId = new Map<Id<"program">, Promise<LoadedProgram>>();
  readonly #byName = new Map<string, AnySimulation>();
  readonly #parts = new Map<string, Promise<SegmentParts>>();
  readonly #load: LoadProgram;
  readonly #noteRecorded: NoteCode;

  /** `noteRecorded` is told of code that is about to be recorded, before any of it is written. */
  constructor(load: LoadProgram = async () => undefined, noteRecorded: NoteCode = () => undefined) {
    this.#load = load;
    this.#noteRecorded = noteRecorded;
  }

  /** Says that this is the code of this program, which is about to be recorded. */
  add(id: Id<"program">, code: Code): void {
    this.#noteRecorded(id, code);
    this.#byId.set(id, Promise.resolve(code));
  }

  /** Says that this is the code of every program of the simulation's name that nothing else is known of. */
  supply(simulation: AnySimulation): void {
    this.#byName.set(simulation.name, simulation);
  }

  /** The code of a program. Throws PROGRAM_MISSING, or what `load` throws. */
  async open(id: Id<"program">, program: Program): Promise<LoadedProgram> {
    let loaded = this.#byId.get(id);
    if (loaded === undefined) {
      loaded = this.#find(id, program);
      this.#byId.set(id, loaded);
      // A failure is not remembered: the caller may supply the simulation, or trust it, and try again.
      loaded.catch(() => this.#byId.delete(id));
    }
    return loaded;
  }

  /** The program and the seeds of a segment; read once, since many runs share them. */
  async parts(segment: Segment, get: ReadObject): Promise<SegmentParts> {
    const key = `${segment.program} ${segment.seeds}`;
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      parts = readParts(segment, get);
      this.#parts.set(key, parts);
      parts.catch(() => this.#parts.delete(key));
    }
    return parts;
  }

  async #find(id: Id<"program">, program: Program): Promise<LoadedProgram> {
    const supplied = this.#byName.get(program.name);
    const loaded = supplied ? { simulation: supplied } : await this.#load(id, program);
    if (loaded !== undefined) return loaded;
    throw new RewindError(
      "PROGRAM_MISSING",
      `the code of "${program.name}" is not here: it was recorded from a simulation handed over in memory`,
      { name: program.name, program: id },
    );
  }
}

async function readParts(segment: Segment, get: ReadObject): Promise<SegmentParts> {
  return {
    program: decodeProgram(await get("program", segment.program)),
    seeds: decodeSeeds(await get("seeds", segment.seeds)),
  };
}
