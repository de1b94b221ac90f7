import type { Environment } from "../environment.ts";

/** How fast this thread works: units done in slices, and the time that they took. */
export class Measured {
  readonly #env: Pick<Environment, "now">;
  #units = 0;
  /** Milliseconds of measured work. */
  ms = 0;

  constructor(env: Pick<Environment, "now">) {
    this.#env = env;
  }

  /**
   * Begins a piece. The result is called with the units of the piece that are done at the end of
   * each slice. What comes before the first slice ends counts for nothing: it loads programs.
   */
  begin(): (done: number) => void {
    let last: { readonly at: number; readonly done: number } | undefined;
    return (done) => {
      const at = this.#env.now();
      if (last !== undefined) {
        this.ms += at - last.at;
        this.#units += done - last.done;
      }
      last = { at, done };
    };
  }

  get msPerUnit(): number {
    return this.#units > 0 ? this.ms / this.#units : 0;
  }
}
