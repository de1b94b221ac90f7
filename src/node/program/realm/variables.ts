import { createHash } from "node:crypto";
import { RewindError } from "../../../base/errors.ts";
import { INSTEAD } from "../../../replay/guarded.ts";
import type { Captured } from "./captured.ts";
import type { Gate } from "./gate.ts";

/**
 * The environment variables that a program sees. Those that it reads while it is loaded are noted
 * by a digest, and must be the same in a replay. Packages see no variables, because the setup of a
 * terminal must not decide whether a run can be replayed.
 */
export class Variables {
  readonly #options: VariablesOptions;
  readonly #recorded: ReadonlyMap<string, string | null>;
  readonly #noted = new Map<string, string | null>();
  /** The variables that the program itself assigned; undefined for a deleted one. */
  readonly #own = new Map<string, string | undefined>();

  constructor(options: VariablesOptions) {
    this.#options = options;
    this.#recorded = new Map(options.captured?.environment);
    this.#own.set("NODE_ENV", "production");
    this.#own.set("TZ", options.zone);
  }

  /** The program's `process.env`. */
  proxy(): object {
    const own = this.#own;
    const read = (key: string): string | undefined => this.#read(key);
    const now = (name: string): void => {
      if (!this.#options.gate.isLoading) this.#refuse(name);
    };
    return new Proxy(Object.create(Object.prototype) as object, {
      get: (target, key) => (typeof key === "string" ? read(key) : Reflect.get(target, key)),
      has: (_, key) => typeof key === "string" && read(key) !== undefined,
      getOwnPropertyDescriptor(_, key) {
        const value = typeof key === "string" ? read(key) : undefined;
        if (value === undefined) return undefined;
        return { value, writable: true, enumerable: true, configurable: true };
      },
      ownKeys: () => this.#keys(),
      set(_, key, value) {
        now(`process.env.${String(key)}`);
        own.set(String(key), String(value));
        return true;
      },
      defineProperty(_, key, { value }) {
        now(`process.env.${String(key)}`);
        own.set(String(key), String(value));
        return true;
      },
      deleteProperty(_, key) {
        now(`process.env.${String(key)}`);
        own.set(String(key), undefined);
        return true;
      },
    });
  }

  /** Everything that was read, sorted by name. */
  list(): (readonly [string, string | null])[] {
    return [...this.#noted].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #read(key: string): string | undefined {
    if (this.#own.has(key)) return this.#own.get(key);
    // Members of every object are not variables.
    if (Object.hasOwn(Object.prototype, key)) return Reflect.get(Object.prototype, key);
    const { gate, variables, captured } = this.#options;
    if (!gate.isLoading) this.#refuse(`process.env.${key}`);
    if (gate.inPackage) return undefined;
    const value = variables[key];
    const digest = value === undefined ? null : digestOf(key, value);
    if (captured !== undefined && this.#recorded.get(key) !== digest) this.#differs(key, value);
    this.#noted.set(key, digest);
    return value;
  }

  #keys(): string[] {
    const { gate } = this.#options;
    const set = [...this.#own].filter(([, value]) => value !== undefined).map(([key]) => key);
    const hint = "read each variable by its name";
    return gate.deny({ name: "process.env as a whole", hint, kind: "read" }, () => set);
  }

  #refuse(name: string): never {
    const hint = "read it at the top of the module, or make it a param";
    return this.#options.gate.deny({ name, hint, kind: "read" });
  }

  #differs(name: string, value: string | undefined): never {
    const recorded = this.#recorded.get(name);
    const message =
      recorded === undefined
        ? `the program reads the environment variable ${name}, which it did not read when it was recorded`
        : recorded === null
          ? `the environment variable ${name} is set, but was not when the program was recorded`
          : value === undefined
            ? `the environment variable ${name} is not set, but was when the program was recorded`
            : `the environment variable ${name} has another value than when the program was recorded`;
    return this.#options.gate.fail(
      new RewindError("PROGRAM_ENVIRONMENT_CHANGED", message, { name, hint: INSTEAD.host }),
    );
  }
}

interface VariablesOptions {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly gate: Gate;
  /** The time zone that the program is pinned to. */
  readonly zone: string;
  /** The recorded variables, in a replay. */
  readonly captured: Captured | undefined;
}

/** Includes the name, so that digests do not reveal equal values. */
function digestOf(name: string, value: string): string {
  return createHash("sha256").update(`${name}\0${value}`).digest("hex");
}
