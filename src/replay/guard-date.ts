import type { Ask, Swap } from "./guard-watch.ts";
import { FROM_RUN, type GuardedCall, INSTEAD } from "./guarded.ts";

const HINT = INSTEAD.clock;
const AS_FUNCTION: GuardedCall = {
  object: globalThis,
  key: "Date",
  name: "Date()",
  hint: HINT,
  still: () => String(new Date(0)),
  fromRun: FROM_RUN.date,
};
const WITHOUT_TIME: GuardedCall = {
  ...AS_FUNCTION,
  name: "new Date()",
  still: () => 0,
  fromRun: FROM_RUN.time,
};
const FORMAT: GuardedCall = {
  object: Intl.DateTimeFormat.prototype,
  key: "format",
  name: "Intl.DateTimeFormat.format()",
  hint: HINT,
  fromRun: FROM_RUN.time,
};
const FORMAT_TO_PARTS: GuardedCall = {
  ...FORMAT,
  key: "formatToParts",
  name: "Intl.DateTimeFormat.formatToParts()",
};

/** Swaps for Date, which is refused only when it reads the clock. */
export function dateSwaps(ask: Ask): Swap[] {
  const real = Date;
  const watched = new Proxy(real, {
    construct(target, values, newTarget) {
      const now = values.length === 0 ? ask(WITHOUT_TIME, []) : undefined;
      return Reflect.construct(target, now === undefined ? values : [now.value], newTarget);
    },
    apply(target, self, values) {
      const answer = ask(AS_FUNCTION, values);
      return answer === undefined ? Reflect.apply(target, self, values) : answer.value;
    },
  });
  const swap = (object: object, key: string): Swap => ({
    object: object as Record<string, unknown>,
    key,
    watched,
    real,
  });
  // The constructor as well, so that `date.constructor === Date` holds in a step.
  return [swap(globalThis, "Date"), swap(real.prototype, "constructor")];
}

/**
 * Replaces `Intl.DateTimeFormat`'s `format` and `formatToParts` for good: without a date they format
 * the current time. `format` is a getter that returns a function.
 */
export function keepDateFormat(ask: Ask): void {
  const { prototype } = Intl.DateTimeFormat;
  const { formatToParts } = prototype;
  prototype.formatToParts = function (date) {
    const now = date === undefined ? ask(FORMAT_TO_PARTS, []) : undefined;
    return formatToParts.call(this, now === undefined ? date : (now.value as number));
  };
  const property = Object.getOwnPropertyDescriptor(prototype, "format");
  const get = property?.get;
  if (get === undefined) return;
  const formats = new WeakMap<object, unknown>();
  Object.defineProperty(prototype, "format", {
    ...property,
    get(this: object): unknown {
      const real = Reflect.apply(get, this, []);
      // The same function each time, as the language requires.
      let format = formats.get(real);
      if (format === undefined) {
        format = (date?: unknown): unknown => {
          const now = date === undefined ? ask(FORMAT, []) : undefined;
          return real(now === undefined ? date : now.value);
        };
        formats.set(real, format);
      }
      return format;
    },
  });
}
