import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { DEFAULT_GENERATOR } from "../../random/generators.ts";
import type { Variables } from "../host/user-folders.ts";
import { userName } from "../host/user-name.ts";
import { checkGenerator } from "../store/store-config.ts";

/**
 * Where settings lie: with the store, which takes them where it goes; with this copy of it, never
 * shared; or with the user, for every project.
 */
export type SettingPlace = "project" | "local" | "global";

/** What can be set. */
export interface SettingKind {
  readonly describe: string;
  /** Where it may lie. The first place that has it wins; it is set in the first unless told otherwise. */
  readonly places: readonly SettingPlace[];
  /** An environment variable that wins over every place. */
  readonly variable?: string;
  /** Checks a value that `where` gives, and throws where it can be none. */
  check(value: unknown, where: string): string;
  /** What holds where nothing is set. */
  standard(variables: Variables): string | undefined;
}

/** Every setting. One that starts a program is the user's alone: a store may come from a stranger. */
export const SETTINGS: Readonly<Record<string, SettingKind>> = {
  author: {
    describe: "who records, noted with each run",
    places: ["local", "global"],
    variable: "REWIND_AUTHOR",
    check: checkLine,
    standard: userName,
  },
  rng: {
    describe: "the generator that record uses in this project",
    places: ["project"],
    check: checkGenerator,
    standard: () => DEFAULT_GENERATOR,
  },
  "inputs.limit": {
    describe: "files that a module reads are recorded up to this size, such as 16MiB",
    places: ["local", "global"],
    check: checkSize,
    standard: () => "16MiB",
  },
  pager: {
    describe: "the program that shows long output on a terminal; cat for none",
    places: ["global"],
    variable: "REWIND_PAGER",
    check: checkLine,
    // The one that Windows has spoils colours.
    standard: ({ PAGER }) => PAGER ?? (process.platform === "win32" ? "cat" : "less"),
  },
};

/** The number of bytes that a size names: `16MiB`, `500kB`, `1048576`; undefined for another text. */
export function bytesOf(size: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)\s*(|B|kB|KiB|MB|MiB|GB|GiB)$/.exec(size) ?? [];
  const bytes = Number(digits) * (UNITS[unit] ?? 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ kB: 1e3, MB: 1e6, GB: 1e9 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
};

function checkSize(value: unknown, where: string): string {
  if (typeof value === "string" && bytesOf(value) !== undefined) return value;
  throw new RewindError(
    "INVALID_SETTING",
    `${where}: expected a size such as 16MiB, 500kB or 1048576, got ${describe(value)}`,
    { value },
  );
}

/** What there is to know about a setting. Throws UNKNOWN_SETTING, with the nearest names. */
export function settingKind(key: string): SettingKind {
  const kind = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
  if (kind !== undefined) return kind;
  const near = nearest(key, Object.keys(SETTINGS));
  const hint = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
  throw new RewindError("UNKNOWN_SETTING", `there is no setting ${describe(key)}${hint}`, {
    key,
    known: Object.entries(SETTINGS).map(([name, { describe }]) => `${name} (${describe})`),
  });
}

const LONGEST_LINE = 500;

function checkLine(value: unknown, where: string): string {
  const fits = typeof value === "string" && value.length <= LONGEST_LINE && !/\p{Cc}/u.test(value);
  if (fits) return value;
  throw new RewindError(
    "INVALID_SETTING",
    `${where}: expected one line of text, got ${describe(value)}`,
    { value },
  );
}
