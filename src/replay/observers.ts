import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { MOST_OBSERVERS } from "../object/observed.ts";

type Params = Readonly<Record<string, unknown>>;

/** What an observer may read besides the state. */
export interface ObserverContext<P = Params> {
  /** The step whose state it looks at. */
  readonly step: number;
  /** The run's parameters, frozen. */
  readonly params: Readonly<P>;
}

/** What an observer gives: a number, up to 16 numbers, a boolean or a text. */
export type Observation = number | boolean | string | readonly number[];

/** Computes a quantity from a state, which it must not change. */
// The type of a method, so that a simulation of narrower states is one of wider states, as for `step`.
export type ObserverFunction<S = unknown, P = Params> = {
  value(state: S, ctx: ObserverContext<P>): Observation;
}["value"];

/** A named quantity of a simulation: a function, or one with its unit and title. */
export type Observer<S = unknown, P = Params> =
  | ObserverFunction<S, P>
  | {
      readonly value: ObserverFunction<S, P>;
      /** The unit of its numbers, such as `m/s`. */
      readonly unit?: string | undefined;
      /** What a plot calls it; its name unless given. */
      readonly title?: string | undefined;
    };

/** An observer as a recording uses it. */
export interface NamedObserver {
  readonly name: string;
  readonly value: ObserverFunction<unknown>;
  readonly unit: string | undefined;
  readonly title: string | undefined;
}

/** The observers that a simulation declares, sorted by name. */
export function observersOf({ observe }: { readonly observe?: object }): NamedObserver[] {
  return Object.entries(observe ?? {})
    .map(([name, observer]: [string, Observer]) => {
      const { value, unit, title } =
        typeof observer === "function"
          ? { value: observer, unit: undefined, title: undefined }
          : observer;
      return { name, value: value as ObserverFunction<unknown>, unit, title };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A name begins with a letter; the rest are letters, digits, `_`, `.` and `-`. */
const NAME = /^\p{L}[\p{L}\p{N}_.-]*$/u;
const LONGEST_NAME = 64;
const LONGEST_WORD = 200;

/** Whether a text can be the name of an observer. */
export function isObserverName(name: string): boolean {
  return NAME.test(name) && name.length <= LONGEST_NAME;
}

/** What is wrong with the name of an observer, in a clause; undefined if nothing is. */
export function nameFault(name: string): string | undefined {
  if (isObserverName(name)) return undefined;
  return `expected the name of an observer to begin with a letter, and to have at most ${LONGEST_NAME} letters, digits, "_", "." and "-", got ${describe(name)}`;
}

/** What is wrong with the `observe` of a simulation, in a clause; undefined if nothing is. */
export function observersFault(observe: unknown): string | undefined {
  if (typeof observe !== "object" || observe === null || Array.isArray(observe)) {
    return `expected observe to be an object of functions, got ${describe(observe)}`;
  }
  const names = Object.keys(observe);
  if (names.length > MOST_OBSERVERS) {
    return `expected at most ${MOST_OBSERVERS} observers, got ${count(names.length)}`;
  }
  for (const [name, observer] of Object.entries(observe)) {
    const fault = nameFault(name) ?? observerFault(name, observer);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function observerFault(name: string, observer: unknown): string | undefined {
  const at = `observe.${name}`;
  if (typeof observer === "function") return undefined;
  if (typeof observer !== "object" || observer === null) {
    return `expected ${at} to be a function, or an object with value, unit and title, got ${describe(observer)}`;
  }
  const { value, unit, title } = observer as Readonly<Record<string, unknown>>;
  if (typeof value !== "function") {
    return `expected ${at}.value to be a function, got ${describe(value)}`;
  }
  for (const [member, word] of Object.entries({ unit, title })) {
    if (word === undefined) continue;
    if (typeof word !== "string" || word.length > LONGEST_WORD) {
      return `expected ${at}.${member} to be a text of at most ${LONGEST_WORD} characters, got ${describe(word)}`;
    }
  }
  return undefined;
}
