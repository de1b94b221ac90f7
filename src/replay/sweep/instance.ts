import type { Environment } from "../environment.ts";
import { freshly, type LoadedProgram } from "../programs.ts";

/** A fresh instance may take at most this part of the time of a row. */
const SHARE = 1 / 20;

/**
 * The instance of a program in which the next row runs. What one row leaves in a variable of the
 * module must not reach another, or the order of the rows would matter. So each row gets a fresh
 * instance, unless rows are so short that this would take much of the time. Then rows share one, and
 * some of them are recorded again in a fresh one, to be compared.
 */
export class Instances {
  readonly #env: Pick<Environment, "now">;
  readonly #origin: LoadedProgram;
  #current: LoadedProgram | undefined;
  /** How many rows have run in the current one. */
  #rows = 0;
  #freshMs = 0;
  #rowMs = Number.POSITIVE_INFINITY;

  constructor(env: Pick<Environment, "now">, program: LoadedProgram) {
    this.#env = env;
    this.#origin = program;
  }

  /** An instance for a row. */
  async next(): Promise<LoadedProgram> {
    if (this.#current === undefined || this.#freshMs <= SHARE * this.#rowMs) {
      this.#current = await this.fresh();
      this.#rows = 0;
    }
    this.#rows++;
    return this.#current;
  }

  /** One in which nothing has run; the program itself if it has only one. */
  async fresh(): Promise<LoadedProgram> {
    const begun = this.#env.now();
    const program = await freshly(this.#origin);
    this.#freshMs = this.#env.now() - begun;
    return program;
  }

  /** Notes how long a row took. Returns whether it is to be recorded again and compared. */
  note(tookMs: number): boolean {
    this.#rowMs = tookMs;
    const isPower = (this.#rows & (this.#rows - 1)) === 0;
    return this.#origin.fresh !== undefined && this.#rows > 1 && isPower;
  }
}
