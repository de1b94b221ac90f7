import { parseRange, parseRevision, type StepSpec, stepOf } from "../../history/revision.ts";
import type { RangeOptions } from "../../replay/look/look.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Repository, WhichProgram } from "../../repository.ts";
import { wholeRun } from "./revision.ts";
import { optionalStep } from "./step-text.ts";
import { usageError } from "./usage-error.ts";

/** --from and --to as they were given. */
export interface RangeArguments {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Reads --from and --to. */
export function readEnds({ from, to }: RangeArguments): Ends {
  return { from: optionalStep(from, "--from"), to: optionalStep(to, "--to") };
}

/** The two ends of a range of steps, if they were given. */
export interface Ends {
  readonly from: StepSpec | undefined;
  readonly to: StepSpec | undefined;
}

/** The steps that they mean in a run of this many steps. */
export function endsIn({ from, to }: Ends, steps: number): Pick<RangeOptions, "from" | "to"> {
  const step = (spec: StepSpec | undefined): number | undefined =>
    spec && stepOf(spec, steps, steps);
  return { from: step(from), to: step(to) };
}

const INSTEAD = "for some steps only, use a range such as main@5..@9, or use --from and --to";

/** The steps of a run that a command looks at. */
export interface Steps {
  readonly run: Run;
  /** The name of the run, without a step: `main`, `main@{1}`. */
  readonly name: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/**
 * The steps that a command looks at: a range such as `main@100..@200`, or a run, from --from to --to
 * if they are given. Throws USAGE when both are.
 */
export async function stepsOf(
  repo: Repository,
  args: RangeArguments & {
    readonly revision: string;
    readonly program?: WhichProgram | undefined;
  },
): Promise<Steps> {
  const { revision: text, program } = args;
  const ends = readEnds(args);
  const sides = parseRange(text);
  if (sides === undefined) {
    const { run } = await wholeRun(repo, text, { program, instead: INSTEAD });
    const { from, to } = endsIn(ends, run.steps);
    return { run, name: text, from, to };
  }
  if (ends.from !== undefined || ends.to !== undefined) {
    throw usageError(`expected either the range ${text} or --from and --to, got both`);
  }
  const { run, from, to } = await repo.range<unknown, Record<string, unknown>>(text, { program });
  const { base, ago } = parseRevision(String(sides.from ?? sides.to));
  return { run, name: ago === undefined ? base : `${base}@{${ago}}`, from, to };
}
