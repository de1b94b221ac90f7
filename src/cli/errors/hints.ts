import type { ErrorCode, RewindError } from "../../base/errors.ts";
import type { Arguments } from "../command.ts";
import { argumentHints } from "./argument-hints.ts";
import { continues, ensembleHints } from "./ensemble-hints.ts";
import { filled } from "./filled.ts";
import type { Hints } from "./hint.ts";
import { programHints } from "./program-hints.ts";
import { remoteHints } from "./remote-hints.ts";
import { revisionHints } from "./revision-hints.ts";
import { signingHints } from "./signing-hints.ts";
import { simulationHints } from "./simulation-hints.ts";
import { stateHints } from "./state-hints.ts";
import { storeHints } from "./store-hints.ts";

/** The hint of each code. */
export const HINTS: Hints<ErrorCode> = {
  ...stateHints,
  ...argumentHints,
  ...simulationHints,
  ...programHints,
  ...storeHints,
  ...revisionHints,
  ...remoteHints,
  ...signingHints,
  ...ensembleHints,
};

/** The hint for an error of a command line, with its arguments as far as they were read, or undefined. */
export function hintFor<Code extends ErrorCode>(
  { code, data }: RewindError<Code>,
  argv: readonly string[],
  args: Arguments = {},
): string | undefined {
  const hint = hintOf({ code, data }, argv);
  return hint && filled(hint, args, (data as { readonly step?: unknown }).step);
}

function hintOf<Code extends ErrorCode>(
  { code, data }: Pick<RewindError<Code>, "code" | "data">,
  argv: readonly string[],
): string | undefined {
  const { remaining = [], left, changed } = data;
  if (left === true && data.ensemble !== undefined) return continues(data.ensemble);
  if (left === true) return code === "STORE_FULL" ? `make room; ${LEFT_HINT}` : LEFT_HINT;
  if (changed === true && DISK_FAILURES.has(code)) return CHANGED_HINT;
  const hint = HINTS[code](data, argv);
  if (remaining.length === 0) return hint;
  const others = `for the values after it: ${remaining.map((line) => `\`${line}\``).join(" and ")}`;
  return hint === undefined ? others : `${hint}; ${others}`;
}

/** For a recording that could not be stored completely. */
const LEFT_HINT =
  "the part recorded before is kept: `rewind branch` lists it, `rewind resume BRANCH` continues it";

const DISK_FAILURES: ReadonlySet<ErrorCode> = new Set([
  "STORE_FAILED",
  "STORE_FULL",
  "STORE_READ_ONLY",
  "FILE_FAILED",
]);

/** For a failure after the command has done its work, for example while printing. */
const CHANGED_HINT =
  "the command's changes so far are kept: `rewind log` shows them, `rewind undo` takes them back";
