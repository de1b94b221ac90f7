import path from "node:path";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { checkKind } from "../../base/options.ts";
import { DEFAULT_GENERATOR } from "../../random/generators.ts";
import type { Variables } from "../host/user-folders.ts";
import { userName } from "../host/user-name.ts";
import { checkGenerator } from "../store/store-config.ts";

/**
 * Where a setting is kept: in the store, and shared with it; in this copy of the store, never
 * shared; or with the user, for every project.
 */
export type SettingPlace = "project" | "local" | "global";

/** A setting that can be set. */
export interface SettingKind {
  readonly describe: string;
  /**
   * The places that may have it. The first one that has it wins, and it is set in the first by
   * default.
   */
  readonly places: readonly SettingPlace[];
  /** An environment variable that wins over every place. */
  readonly variable?: string;
  /** Checks a value; `where` is its source. Throws INVALID_SETTING. */
  check(value: unknown, where: string): string;
  /** The value if it is not set. */
  standard(variables: Variables): string | undefined;
}

/**
 * Every setting. Only the user may set one that starts a program: a store may come from a stranger.
 */
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
    describe: "the largest file to record among those that a module reads, such as 16MiB",
    places: ["local", "global"],
    check: checkSize,
    standard: () => "16MiB",
  },
  "fetch.checkpoints": {
    describe: "up to this size, fetch and clone bring checkpoints as well, such as 16MiB",
    places: ["local", "global"],
    check: checkSize,
    standard: () => "16MiB",
  },
  "fetch.limit": {
    describe: "the most that fetch and clone receive at once, such as 64GiB",
    places: ["local", "global"],
    check: checkSize,
    standard: () => "64GiB",
  },
  "signing.key": {
    describe: "the SSH key that sign uses; by default Git's own user.signingKey",
    places: ["global"],
    check: checkPath,
    standard: () => undefined,
  },
  "signing.allowed": {
    describe: "who may sign, for verify --signature; by default Git's gpg.ssh.allowedSignersFile",
    places: ["global"],
    check: checkPath,
    standard: () => undefined,
  },
  pager: {
    describe: "the program that shows long output on a terminal; cat for none",
    places: ["global"],
    variable: "REWIND_PAGER",
    check: checkLine,
    // The pager of Windows breaks colours.
    standard: ({ PAGER }) => PAGER ?? (process.platform === "win32" ? "cat" : "less"),
  },
};

/** The bytes in a size such as `16MiB`, `500kB` or `1048576`; undefined for any other text. */
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

/** The definition of a setting. Throws UNKNOWN_SETTING, with the nearest names. */
export function settingKind(key: string): SettingKind {
  checkKind(key, "the name of a setting", "text");
  const kind = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
  if (kind !== undefined) return kind;
  const near = nearest(key, Object.keys(SETTINGS));
  const hint = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
  throw new RewindError("UNKNOWN_SETTING", `there is no setting ${describe(key)}${hint}`, {
    key,
    known: Object.keys(SETTINGS),
  });
}

/** A relative path would depend on the current folder. */
function checkPath(value: unknown, where: string): string {
  const line = checkLine(value, where);
  if (path.isAbsolute(line) || line.startsWith("~/")) return line;
  const message = `${where}: expected an absolute path, or one that begins with ~/, got ${describe(value)}`;
  throw new RewindError("INVALID_SETTING", message, { value });
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
