import { resolveRange } from "../../history/range.ts";
import { parseRange, parseRevision, type StepSpec, stepOf } from "../../history/revision.ts";
import type { RangeOptions } from "../../replay/look/look.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Repository, WhichProgram } from "../../repository.ts";
import type { Arguments, Option } from "../command.ts";
import { usageError } from "./parse.ts";
import { wholeRun } from "./revision.ts";
import { optionalStep } from "./step-text.ts";

/** Options of commands that look at every step of a run, or at some of them. */
export const RANGE_OPTIONS: Readonly<Record<string, Option>> = {
  from: { describe: "the first step to look at: 500, 50%, -1", type: "text", value: "STEP" },
  to: { describe: "the last step to look at", type: "text", value: "STEP" },
};

/** --from and --to, as they are given. */
export function rangeOf(args: Arguments): Ends {
  return { from: optionalStep(args.from, "--from"), to: optionalStep(args.to, "--to") };
}

/** The two ends of a range of steps, where they are given. */
export interface Ends {
  readonly from: StepSpec | undefined;
  readonly to: StepSpec | undefined;
}

/** The steps that they are in a run of so many. */
export function endsIn({ from, to }: Ends, steps: number): Pick<RangeOptions, "from" | "to"> {
  const step = (spec: StepSpec | undefined): number | undefined =>
    spec && stepOf(spec, steps, steps);
  return { from: step(from), to: step(to) };
}

const INSTEAD = "for some steps only, use a range such as main@5..@9, or use --from and --to";

/** The steps of a run that a command line names. */
export interface Steps {
  readonly run: Run;
  /** What names the run and no step of it: `main`, `main@{1}`. */
  readonly name: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/**
 * The steps that a command looks at: of a range such as `main@100..@200`, or of a run, between
 * --from and --to where they are given. Throws USAGE where both are.
 */
export async function stepsOf(repo: Repository, args: Arguments): Promise<Steps> {
  const text = String(args.revision);
  const ends = rangeOf(args);
  const program = args.program as WhichProgram;
  const sides = parseRange(text);
  if (sides === undefined) {
    const { run } = await wholeRun(repo, text, { program, instead: INSTEAD });
    const { from, to } = endsIn(ends, run.steps);
    return { run, name: text, from, to };
  }
  if (ends.from !== undefined || ends.to !== undefined) {
    throw usageError(`expected a range, ${text}, or --from and --to, got both`);
  }
  const { objects, refs } = repo.store;
  const range = await resolveRange(objects, refs, text);
  // By its whole id: a branch may have moved meanwhile, and the steps with it.
  const { run } = await repo.revision(String(range?.id), { program });
  const { base, ago } = parseRevision(String(sides.from ?? sides.to));
  const name = ago === undefined ? base : `${base}@{${ago}}`;
  return { run, name, from: range?.from, to: range?.to };
}
