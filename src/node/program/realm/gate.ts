import { RewindError } from "../../../base/errors.ts";
import type { Guard, Refusable, WhileLoading } from "../../../replay/guard.ts";
import type { Caller } from "./caller.ts";

/** What a program may do now, and the calls that were refused. */
export class Gate {
  readonly #guard: Guard;
  readonly #caller: () => Caller;
  #loading = false;
  #atWork = false;
  #refused: RewindError | undefined;

  constructor(guard: Guard, caller: () => Caller) {
    this.#guard = guard;
    this.#caller = caller;
  }

  /** Whether the program is being loaded: then it may read files and variables. */
  get isLoading(): boolean {
    return this.#loading;
  }

  /** Whether a package's code is running. */
  get inPackage(): boolean {
    return this.#caller() === "package";
  }

  /** Loads the program: loading lasts until `run` has ended. */
  async while<T>(run: () => Promise<T>): Promise<T> {
    this.#loading = true;
    try {
      return await run();
    } finally {
      this.#loading = false;
    }
  }

  /**
   * Refuses a call, unless the run gives its result in a step. A package that makes it while it is
   * loaded gets `still` instead, if given, which is the same in every run.
   */
  deny<T = never>(call: Refusable, still?: () => T, values?: readonly unknown[]): T {
    if (!this.#loading) return this.#guard.inStep(call, values) as T;
    const fromPackage = this.inPackage;
    if (fromPackage && still !== undefined) return still();
    const verb = call.kind === "read" ? "read" : "called";
    const error = new RewindError(
      "FORBIDDEN_WHILE_LOADING",
      `${call.name} was ${verb} while the module was loaded, and a replay would not give the same result: ${call.hint}`,
      { name: call.name, hint: call.hint },
    );
    // A package that catches this continues in the same way in every run.
    if (!fromPackage) this.#refused ??= error;
    throw error;
  }

  /** Throws an error that ends the loading, even if the program catches it. */
  fail(error: RewindError): never {
    this.#refused ??= error;
    throw error;
  }

  /** Throws the first refusal while the program was loaded, if any. */
  check(): void {
    if (this.#refused !== undefined) throw this.#refused;
  }

  /** Runs work of the realm itself, in which nothing is refused. */
  asRealm<T>(work: () => T): T {
    const before = this.#atWork;
    this.#atWork = true;
    try {
      return work();
    } finally {
      this.#atWork = before;
    }
  }

  /** For state that the realm does not hold itself, because the whole process shares it. */
  readonly answer: WhileLoading = (call, values) => {
    if (this.#atWork || this.#caller() === undefined) return undefined;
    if (call.instead !== undefined) return { value: call.instead(...values) };
    const { still } = call;
    return { value: this.deny<unknown>(call, still && (() => still(...values))) };
  };
}
