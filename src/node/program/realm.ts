import type { Guard, ZoneAndLocale } from "../../replay/guard.ts";
import { checkPlace, currentPlace, pinPlace } from "../host/place.ts";
import { type BuiltinContext, builtinOf } from "./realm/builtin.ts";
import { callerIn } from "./realm/caller.ts";
import type { Captured } from "./realm/captured.ts";
import { Chance } from "./realm/chance.ts";
import { Gate } from "./realm/gate.ts";
import { globalsOf } from "./realm/globals.ts";
import { Inputs } from "./realm/inputs.ts";
import { Variables } from "./realm/variables.ts";

export type { Captured, CapturedInput } from "./realm/captured.ts";

/** What a program sees from outside: its globals, and Node's modules. */
export interface Realm {
  /** The names that shadow globals, without those that the language itself defines. */
  readonly scope: Readonly<Record<string, unknown>>;
  /** A module of Node, as `require` would return it, by its name with or without `node:`. */
  builtin(name: string): unknown;
}

/** A realm for one instance of a program. */
export interface ProgramRealm extends Realm {
  /** The place to which the program's steps are pinned. */
  readonly place: ZoneAndLocale;
  /**
   * Loads the program: while `run` lasts, files and variables may be read. May be called once.
   * Throws FORBIDDEN_WHILE_LOADING, PROGRAM_INPUT_CHANGED, PROGRAM_INPUT_MISSING and
   * PROGRAM_ENVIRONMENT_CHANGED, even if the program caught them; and what `run` throws.
   */
  load<T>(run: () => T | Promise<T>): Promise<T>;
  /** The inputs that the program read while it was loaded. */
  recorded(): Captured;
}

/** The options of a realm. */
export interface RealmOptions {
  /** The project folder, which the program sees as `/project`. */
  readonly root: string;
  /** `record` reads files and variables and notes them; `replay` returns the noted ones. */
  readonly mode: "record" | "replay";
  /** The inputs of the recording, for a replay. */
  readonly captured?: Captured;
  /** For larger files, only the digest is noted. */
  readonly limitBytes: number;
  /** The program's file name in stack traces. */
  readonly filename: string;
  /** Whether a line of the program, counted from 1, belongs to a package. */
  isPackageLine?(line: number): boolean;
  readonly guard: Guard;
  /** The environment variables of the process. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes the realm in which one instance of a program runs. Everything in it either gives the same
 * in every run, or is recorded, or is refused by name with a hint on what to use instead. Throws
 * PLACE_UNKNOWN if this host lacks the recorded time zone or locale.
 *
 * @example
 * ```ts
 * const realm = createRealm({ root, mode: "record", limitBytes: 2 ** 24, filename, guard, variables });
 * const exports = await realm.load(() => program.instantiate({ host: realm.builtin, scope: realm.scope }));
 * realm.recorded().inputs; // [{ path: "data.csv", digest: "9f86…", length: 12, bytes }]
 * ```
 */
export function createRealm(options: RealmOptions): ProgramRealm {
  const { root, guard, captured, limitBytes, filename } = options;
  const { zone, locale } = captured ?? currentPlace();
  if (captured !== undefined) checkPlace({ zone, locale });
  const replayed = options.mode === "replay" ? captured : undefined;
  const gate = new Gate(guard, callerIn(filename, options.isPackageLine));
  const context: BuiltinContext = {
    gate,
    root,
    chance: new Chance(gate),
    inputs: new Inputs({ root, limitBytes, gate, captured: replayed }),
    variables: new Variables({ variables: options.variables, gate, zone, captured: replayed }),
    locale,
    modules: new Map(),
  };
  const builtin = (name: string): unknown => builtinOf(name, context);
  const scope = globalsOf(context, builtin);
  // With this realm's own Date, so that `date.constructor === Date` holds in its steps.
  const place: ZoneAndLocale = { zone, locale, date: scope.Date as object };
  return {
    scope,
    builtin,
    place,
    load: (run) =>
      inTurn(() =>
        guard.watch(async () => {
          const back = pinPlace({ zone, locale });
          try {
            return await gate.while(async () => run());
          } finally {
            back();
            // A refusal counts even if the program caught it.
            gate.check();
          }
        }, gate.answer),
      ),
    recorded: () => ({
      inputs: context.inputs.list(),
      environment: context.variables.list(),
      zone,
      locale,
    }),
  };
}

/** One at a time, because the process has only one time zone. */
function inTurn<T>(load: () => Promise<T>): Promise<T> {
  const turn = lastLoad.then(load);
  lastLoad = turn.catch(() => undefined);
  return turn;
}

let lastLoad: Promise<unknown> = Promise.resolve();
