import { invalid, SIMPLE } from "../../cbor/cursor.ts";
import { MAJOR } from "../../cbor/writer.ts";
import { bareFault } from "../faults.ts";
import { TAG } from "../tags.ts";
import { formOf, type StateKind } from "./kind.ts";

export const DATE: StateKind<Date> = {
  name: "Date",
  prototype: Date.prototype,
  tag: TAG.DATE,

  write(date, out) {
    const time = out.genuine(date, () => Date.prototype.getTime.call(date));
    out.check(bareFault(date));
    out.out.head(MAJOR.TAG, TAG.DATE);
    out.out.number(time);
  },

  read(input) {
    const start = input.at;
    const major = input.head();
    const isInteger = major === MAJOR.UNSIGNED || major === MAJOR.NEGATIVE;
    const time = isInteger ? input.integer(major, start) : input.simple;
    const date = new Date(time as number);
    if ((isInteger || major === SIMPLE) && Object.is(date.getTime(), time))
      return input.built(date);
    throw invalid("a date's whole milliseconds, or NaN", input.hexAt(start), start);
  },

  compare(a, b, comparer, spot) {
    if (Object.is(a.getTime(), b.getTime())) comparer.equal++;
    else comparer.add(spot, a, b);
  },

  surelyEqual: (a, b) => Object.is(a.getTime(), b.getTime()),

  toJson(date, out) {
    out.spend(24);
    return { $date: date.toJSON() };
  },
  form: formOf("$date", (text) => {
    if (text === null) return { is: new Date(Number.NaN) };
    if (typeof text !== "string" || !ISO_UTC.test(text)) return undefined;
    const date = new Date(text);
    // JavaScript reads the 31st of February as a day in March.
    if (Number.isNaN(date.getTime()) || !date.toJSON().startsWith(dayOf(text))) return undefined;
    return { is: date };
  }),
};

/** A day, or a time in UTC: the meaning of any other text depends on the time zone. */
const ISO_UTC = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d(?:T(?!24)\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/;

function dayOf(text: string): string {
  return text.replace(/T.*$/, "");
}
