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
  const { timeZone: zone, locale } = new Intl.DateTimeFormat().resolvedOptions();
  return { zone, locale };
}

/**
 * Switches the process to another time zone and locale, and returns a function that switches back.
 * Costs nothing if both are in use already, otherwise about 30 µs. Throws PLACE_UNKNOWN.
 *
 * @example
 * ```ts
 * const back = pinPlace({ zone: "UTC", locale: "en-US" });
 * new Date(0).getHours(); // 0
 * back();
 * ```
 */
export function pinPlace(place: ZoneAndLocale): () => void {
  const own = ownPlace();
  checkPlace(place);
  const undo: Array<() => void> = [];
  if (place.zone !== own.zone) undo.push(useZone(place.zone));
  if (place.locale !== own.locale) undo.push(useLocale(place.locale));
  if (place.date !== undefined) undo.push(useDate(place.date));
  return () => {
    for (const back of undo) back();
  };
}

let own: { readonly place: ZoneAndLocale; readonly variable: string | undefined } | undefined;

/** The process's own place; determined again only after TZ is assigned. */
function ownPlace(): ZoneAndLocale {
  const { TZ: variable } = variables;
  if (own === undefined || own.variable !== variable) own = { place: currentPlace(), variable };
  return own.place;
}

/** The places that this host is known to support, as zone and locale. */
const known = new Set<string>();

/** Throws PLACE_UNKNOWN if this host lacks the zone or the locale. */
export function checkPlace({ zone, locale }: ZoneAndLocale): void {
  const name = `${zone} ${locale}`;
  const here = ownPlace();
  // The first call to ICU takes milliseconds.
  if (known.has(name) || (here.zone === zone && here.locale === locale)) return;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch (cause) {
    throw unknown("time zone", zone, { cause });
  }
  let found: string[] = [];
  try {
    found = Intl.DateTimeFormat.supportedLocalesOf([locale]);
  } catch {
    // The text does not name a locale.
  }
  if (found.length === 0) throw unknown("locale", locale);
  known.add(name);
}

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
