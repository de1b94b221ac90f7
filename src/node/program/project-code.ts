import { isRewindError, RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { Id } from "../../object/id.ts";
import type { Program } from "../../object/program.ts";
import type { RunManifest } from "../../object/run.ts";
import type { Checks, Environment, Observations } from "../../replay/environment.ts";
import { checkNewSimulation } from "../../replay/misspelt-members.ts";
import type { AddedObserver } from "../../replay/observe/hindsight.ts";
import {
  type Code,
  codeOf,
  type LoadedProgram,
  type ProgramSource,
  Programs,
} from "../../replay/programs.ts";
import type { Replayer } from "../../replay/replayer.ts";
import type { AnySimulation } from "../../replay/simulation.ts";
import type { Workers } from "../../replay/workers.ts";
import { type ObjectStore, objectReader } from "../../store/object-store.ts";
import { nodeEnvironment } from "../host/environment.ts";
import { userName } from "../host/user-name.ts";
import { noChecks } from "./checked-blocks.ts";
import type { Project } from "./code.ts";
import { type Trust, userTrust } from "./trust.ts";

/** The code that replays a run: the recorded one, or the working files as they are now. */
export type WhichProgram = "recorded" | "working";

/** The recorded code may also be kept `beside` the working files, which then replay. */
export type Replaying = WhichProgram | "beside";

interface CodeOptions {
  readonly trust?: boolean | undefined;
  readonly simulations?: readonly AnySimulation[] | undefined;
  readonly author?: string | (() => string | undefined) | undefined;
  /** The blocks that were checked, for replays by the recorded code. */
  readonly checks: Checks;
  readonly observations: Observations;
  /** The project's own generator. */
  readonly generator: () => string | undefined;
  readonly workers: Workers;
  /** Makes files for outputs in a folder. */
  readonly newOutputs?: Environment["newOutputs"];
}

/** The code of a project: the code to record, and the code that replays the runs of its store. */
export class ProjectCode {
  readonly #project: Project;
  readonly #store: ObjectStore;
  readonly #options: CodeOptions;
  readonly #environments = new Map<Replaying, Environment>();
  /** For each requested program, a revision at which its source can be read. */
  readonly #revisions = new Map<Id<"program">, string>();
  #replaced = 0;
  /** The trusted programs. */
  readonly trust: Trust = userTrust();

  constructor(project: Project, store: ObjectStore, options: CodeOptions) {
    this.#project = project;
    this.#store = store;
    this.#options = options;
  }

  /** The code of a simulation handed over, or of a module as `path#export`. */
  async of(simulation: AnySimulation | string, cwd: string = process.cwd()): Promise<Code> {
    if (typeof simulation === "string") {
      return (await modules()).codeOfModule(this.#project, simulation, cwd);
    }
    return codeOf(checkNewSimulation(simulation, "the simulation"));
  }

  /** The function that `spec`, `module#export`, names. */
  async functionOf(
    spec: string,
    cwd: string = process.cwd(),
  ): Promise<(state: unknown) => unknown> {
    return (await modules()).functionOfModule(this.#project, spec, cwd);
  }

  /** The observer that `spec`, `module#export`, names. */
  async observerOf(spec: string, cwd: string = process.cwd()): Promise<AddedObserver> {
    return (await modules()).observerOfModule(this.#project, spec, cwd);
  }

  /** New code for a fork; `working` is the run's own module, as the file is now. */
  async newFor(
    replayer: Replayer,
    options: {
      readonly program?: AnySimulation | string | undefined;
      readonly cwd?: string | undefined;
    },
  ): Promise<Code> {
    if (options.program !== "working") return this.of(options.program as string, options.cwd);
    const last = replayer.segmentRecorded(replayer.manifest.steps);
    const { program } = await replayer.parts(last);
    const code = await (await modules()).loadWorking(this.#project, program);
    if (code !== undefined) return code;
    throw new RewindError("PROGRAM_MISSING", `"${program.name}" was not recorded from a module`, {
      name: program.name,
    });
  }

  /** Runs `work`, in which recorded code only leads up to new code that continues from there. */
  async replacing<T>(work: () => Promise<T>): Promise<T> {
    this.#replaced++;
    try {
      return await work();
    } finally {
      this.#replaced--;
    }
  }

  /** The environment that replays the store's runs, with the recorded code or the working files. */
  environment(which: Replaying): Environment {
    let env = this.#environments.get(which);
    if (env === undefined) {
      const programs = new Programs(
        (id, program) => this.#load(id, program, which),
        (id, { source }) => this.#noteRecorded(id, source),
      );
      for (const simulation of this.#options.simulations ?? []) programs.supply(simulation);
      const { author = userName, generator, observations, workers } = this.#options;
      const checks = which === "recorded" ? this.#options.checks : noChecks();
      const who = typeof author === "string" ? () => author : author;
      const { newOutputs } = this.#options;
      const made = { checks, observations, author: who, generator, workers, newOutputs };
      env = nodeEnvironment({ store: this.#store, programs, ...made });
      this.#environments.set(which, env);
    }
    return env;
  }

  /** Registers a revision that names this run, so that an error can say how to read its code. */
  named({ segments }: RunManifest, base: string): void {
    for (const [i, { program, start }] of segments.entries()) {
      const revision = i === segments.length - 1 ? base : `${base}@${start}`;
      if (!this.#revisions.has(program)) this.#revisions.set(program, revision);
    }
  }

  /**
   * The user's own recordings are trusted. This is noted first, so that a killed recording can be
   * resumed.
   */
  #noteRecorded(id: Id<"program">, { module }: ProgramSource): void {
    // Code that was handed over in memory never runs from the store.
    if (module !== undefined) this.trust.add(id);
  }

  async #load(
    id: Id<"program">,
    program: Program,
    which: Replaying,
  ): Promise<LoadedProgram | undefined> {
    const { loadRecorded, loadWorking } = await modules();
    if (which === "working") return loadWorking(this.#project, program);
    const replaced = this.#replaced > 0 || which === "beside";
    if (this.#options.trust === true && program.module !== undefined) this.trust.add(id);
    const trusted = this.trust.has(id);
    try {
      const get = objectReader(this.#store);
      return await loadRecorded(this.#project, program, get, { trusted, replaced });
    } catch (error) {
      const revision = this.#revisions.get(id);
      if (!isRewindError(error, "PROGRAM_NOT_TRUSTED") || revision === undefined) throw error;
      throw withData(error, { revision });
    }
  }
}

/** The code that runs modules, loaded with the first module, because most commands run none. */
function modules(): Promise<typeof import("./code.ts")> {
  return import("./code.ts");
}
