import type { RangeOptions } from "../replay/find.ts";
import type { Arguments, Option } from "./command.ts";
import { optionalCount } from "./parse.ts";

/** Options of commands that look at every step of a run, or at some of them. */
export const RANGE_OPTIONS: Readonly<Record<string, Option>> = {
  from: { describe: "the first step to look at", type: "text", value: "STEP" },
  to: { describe: "the last step to look at", type: "text", value: "STEP" },
};

/** What to do instead of naming a step in the revision. */
export const RANGE_HINT = "to look at some steps only, use --from and --to";

/** The range that a command line names. */
export function rangeOf(args: Arguments): Pick<RangeOptions, "from" | "to"> {
  return { from: optionalCount(args.from, "--from"), to: optionalCount(args.to, "--to") };
}
