import { FROM_RUN, INSTEAD } from "../../../replay/guarded.ts";
import type { Gate } from "./gate.ts";

/** Saved before any program runs: a program's changes of its own Date stay there. */
const Real = Date;

/** The Date of a realm: the language's own, without the clock. */
export function dateOf(gate: Gate): DateConstructor {
  const hint = INSTEAD.clock;
  const { time: fromRun } = FROM_RUN;
  const withoutTime = { name: "new Date()", hint, fromRun };
  const ofNow = { name: "Date.now()", hint, fromRun };
  const made = function (this: unknown, ...values: unknown[]): unknown {
    if (new.target === undefined) {
      const call = { name: "Date()", hint, fromRun: FROM_RUN.date };
      return gate.deny(call, () => String(new Real(0)));
    }
    const given = values.length > 0 ? values : [gate.deny(withoutTime, () => 0)];
    const target = (new.target as unknown) === made ? Real : new.target;
    return Reflect.construct(Real, given, target as DateConstructor);
  };
  const now = (): number => gate.deny(ofNow, () => 0);
  Object.defineProperties(made, {
    ...Object.getOwnPropertyDescriptors(Real),
    now: { value: now, writable: true, configurable: true },
  });
  return made as unknown as DateConstructor;
}
