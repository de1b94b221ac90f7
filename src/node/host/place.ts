import { realpathSync } from "node:fs";
import process from "node:process";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { ZoneAndLocale } from "../../replay/guard.ts";
import { useLocale } from "./place-locale.ts";

// Read before any step runs, because a step may not read process.env.
const { env: variables } = process;

/**
 * The time zone and the locale of this process.
 *
 * @example
 * ```ts
 * currentPlace(); // { zone: "Europe/Berlin", locale: "de-DE" }
 * ```
 */
export function currentPlace(): ZoneAndLocale {
  const { TZ: variable } = variables;
  if (own === undefined || own.variable !== variable) {
    const { timeZone: zone, locale } = new RealFormat().resolvedOptions();
    own = { place: { zone, locale }, variable };
  }
  return own.place;
}

/** The place that Node gave this process, and TZ at that time; ICU takes a while to name it. */
let own: { readonly place: ZoneAndLocale; readonly variable: string | undefined } | undefined;

/**
 * Texts that differ between processes in different zones or locales: not the zone, which ICU takes
 * 20 ms to name, but what ICU looks at for it.
 */
export function placeSigns(): readonly string[] {
  return [variables.TZ ?? "", systemZone(), ownLocale()];
}

/** The system's zone as a path, such as `/usr/share/zoneinfo/Europe/Berlin`, if it is a link. */
function systemZone(): string {
  if (process.platform === "win32") return currentPlace().zone;
  try {
    const file = realpathSync("/etc/localtime");
    return file.includes("/zoneinfo/") ? file : currentPlace().zone;
  } catch (error) {
    // Without that file TZ alone decides.
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "" : currentPlace().zone;
  }
}

/**
 * Switches the process to another time zone and locale, and returns a function that switches back.
 * Costs nothing if both are in use already, otherwise about 0.1 ms. Throws PLACE_UNKNOWN.
 *
 * @example
 * ```ts
 * const back = pinPlace({ zone: "UTC", locale: "en-US" });
 * new Date(0).getHours(); // 0
 * back();
 * ```
 */
export function pinPlace(place: ZoneAndLocale): () => void {
  checkPlace(place);
  const undo: Array<() => void> = [];
  if (!isInUse(place.zone)) undo.push(useZone(place.zone));
  if (place.locale !== ownLocale()) undo.push(useLocale(place.locale));
  if (place.date !== undefined) undo.push(useDate(place.date));
  return () => {
    for (const back of undo) back();
  };
}

let switches = 0;

/** After as many switches, naming the process's own zone has become the cheaper way. */
const MANY_SWITCHES = 100;

/** The zone that was looked at last, TZ at that time, and whether dates were in it already. */
let last:
  | { readonly zone: string; readonly variable: string | undefined; readonly inUse: boolean }
  | undefined;

/**
 * Whether dates are in this zone already. False is always right, since one more switch changes
 * nothing: so the first few times only TZ is asked, because ICU takes 15 ms to name a zone.
 */
function isInUse(zone: string): boolean {
  const { TZ: variable } = variables;
  if (variable === zone) return true;
  if (switches < MANY_SWITCHES) {
    switches++;
    return false;
  }
  if (last === undefined || last.zone !== zone || last.variable !== variable) {
    // Under an alias, such as GMT for UTC, the text of a date has another name for the zone.
    const isSame = currentPlace().zone === zone && dateIn(zone) === textOf(new RealDate(0));
    last = { zone, variable, inUse: isSame };
  }
  return last.inUse;
}

let locale: string | undefined;

/** The process's own locale. All parts of Intl have the same, and this one starts soonest. */
function ownLocale(): string {
  locale ??= new RealPluralRules().resolvedOptions().locale;
  return locale;
}

/** The places that this host is known to support, as zone and locale. */
const known = new Set<string>();

/** Throws PLACE_UNKNOWN if this host lacks the zone or the locale. */
export function checkPlace({ zone, locale }: ZoneAndLocale): void {
  const name = `${zone} ${locale}`;
  if (known.has(name)) return;
  if (!isWellKnown(zone)) {
    try {
      new RealFormat("en", { timeZone: zone });
    } catch (cause) {
      throw unknown("time zone", zone, { cause });
    }
  }
  if (locale !== ownLocale()) {
    let found: string[] = [];
    try {
      found = RealFormat.supportedLocalesOf([locale]);
    } catch {
      // The text does not name a locale.
    }
    if (found.length === 0) throw unknown("locale", locale);
  }
  known.add(name);
}

/**
 * Whether the zone certainly exists, found without starting ICU's formats: dates in it have a name
 * for the zone that neither UTC has nor a zone that does not exist.
 */
function isWellKnown(zone: string): boolean {
  if (zone === "UTC") return true;
  if (!/^[A-Za-z_]+(?:\/[A-Za-z_]+)+$/.test(zone)) return false;
  return !["UTC", "Etc/Unknown"].some((other) => nameIn(other) === nameIn(zone));
}

function nameIn(zone: string): string {
  return dateIn(zone).replace(/^[^(]*/, "");
}

/** The first instant of 1970 as a text in a zone. */
function dateIn(zone: string): string {
  const back = useZone(zone);
  try {
    return textOf(new RealDate(0));
  } finally {
    back();
  }
}

// Saved before any program runs.
const { DateTimeFormat: RealFormat, PluralRules: RealPluralRules } = Intl;
const RealDate = Date;
const { toString: dateText } = Date.prototype;
const textOf = (date: Date): string => Reflect.apply(dateText, date, []);

function unknown(what: string, name: string, options?: { cause: unknown }): RewindError {
  return new RewindError(
    "PLACE_UNKNOWN",
    `this run was recorded in the ${what} ${describe(name)}, which this Node does not have`,
    { what, name },
    options,
  );
}

/** Node reads TZ again when it is assigned: dates made afterwards are in that zone. */
function useZone(zone: string): () => void {
  const { TZ: before } = variables;
  variables.TZ = zone;
  return () => {
    if (before === undefined) delete variables.TZ;
    else variables.TZ = before;
  };
}

function useDate(date: object): () => void {
  const prototype = Date.prototype as { constructor: unknown };
  const before = prototype.constructor;
  prototype.constructor = date;
  return () => {
    prototype.constructor = before;
  };
}
