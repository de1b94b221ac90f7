import { count, plural } from "../../../base/count.ts";
import { toJson } from "../../../codec/json/write.ts";
import { formatPath, type Path } from "../../../codec/path/format.ts";
import { parsePath } from "../../../codec/path/parse.ts";
import { getAt } from "../../../codec/state/access.ts";
import type { Count } from "../../../replay/look/count.ts";
import type { Found } from "../../../replay/look/find.ts";
import type { Look } from "../../../replay/look/look.ts";
import type { Run } from "../../../replay/run/run.ts";
import { type Command, type Context, command, STATUS } from "../../command.ts";
import { commandLine } from "../../input/command-line.ts";
import { type Expression, parseExpression, type SeveralHint } from "../../input/expression.ts";
import { missingField, withMissingField } from "../../input/missing-field.ts";
import { readJobs } from "../../input/parse.ts";
import { quoted } from "../../input/quoted.ts";
import { type Steps, stepsOf } from "../../input/range.ts";
import { usageError } from "../../input/usage-error.ts";
import { JOBS_OPTION, PROGRAM_OPTION, RANGE_OPTIONS, TRUST_OPTION } from "../../options.ts";
import { formatState } from "../../show/state.ts";
import type { Output } from "../../terminal/output.ts";
import { interruptedSearch } from "./interrupted-search.ts";

export const find: Command = command({
  positionals: {
    revision: { type: "string", demandOption: true, completes: "revision" },
    expression: { type: "string" },
  },
  describe:
    "Prints the first step at which a JavaScript expression over state, step, params and previous holds,\nand the state there; previous is the state one step before, undefined at step 0. One pass over every\nstep of a run, or of a range: main@100..@200. Exit status 1 when no step matches.",
  options: {
    last: { describe: "find the last match, not the first", type: "boolean" },
    count: { describe: "how many steps match, and the first and last of them", type: "boolean" },
    bisect: {
      describe: "by bisection, if it stays true once true: looks at about 20 of a million states",
      type: "boolean",
    },
    changed: {
      describe: "the step at which the value at this path changes, in place of an expression",
      type: "string",
      value: "PATH",
    },
    path: {
      describe: "print only this part of the state, such as agents[3].x",
      type: "string",
      value: "PATH",
    },
    ...RANGE_OPTIONS,
    jobs: JOBS_OPTION,
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
  },
  examples: [
    ['find main "state > 500"', "when the state is a number"],
    ['find main@50%.. "Number.isNaN(state.x)"', "where did it go wrong, in the second half?"],
    [
      'find main@99%.. "state < 0 && previous >= 0" --count',
      "how often does it fall below 0 there?",
    ],
    ['find main "state === 0" --last', "when was it 0 for the last time?"],
    ['find main "state.agents[3].x > 0" --path agents[3]', "the step, and that part of the state"],
    ["find main --changed state --last", "when did this value change for the last time?"],
    ['find main "state.agents[3].x > 1_000" --bisect', "fast, for a value that only grows"],
  ],
  keys: {
    find: ["step", "state"],
    "find --count": ["count", "first", "last"],
    "find --bisect": ["step", "state", "looked"],
  },
  async run(args, context) {
    const jobs = readJobs(args.jobs);
    const mode = modeOf(args);
    const path = args.path === undefined ? [] : parsePath(args.path);
    if (mode === "count" && path.length > 0) {
      throw usageError("expected --count or --path, got both: --count prints no state");
    }
    if (args.changed !== undefined) return findChange(args.changed, args, mode, path, context);
    if (args.expression === undefined) {
      throw usageError("expected an expression, or --changed PATH, after the revision");
    }
    const expression = parseExpression(args.expression, joined);
    const repo = await context.open({ trust: args.trust });
    const steps = await stepsOf(repo, args);
    const { from, to } = steps;
    const { look, previous } = expression;
    const options = { ...context.long("looking"), from, to, previous, jobs };
    try {
      const status = await SEARCHES[mode](steps.run, look, { ...context, path }, options);
      if (status === STATUS.failed) await noteMissingField(expression, steps, context.out);
      return status;
    } catch (cause) {
      const error = await withMissingField(cause, steps.run, [expression.text]);
      throw interruptedSearch(error, steps.run.steps, (ends) =>
        commandLine("find", [steps.name, expression.text], { ...args, ...ends }, find.options),
      );
    }
  },
});

/** `--changed PATH`. */
async function findChange(
  changed: string,
  args: Parameters<typeof stepsOf>[1] & {
    readonly expression: string | undefined;
    readonly trust: boolean | undefined;
  },
  mode: Mode,
  path: Path,
  context: Context,
): Promise<number> {
  if (args.expression !== undefined) {
    throw usageError("expected an expression or --changed PATH, got both");
  }
  if (mode === "bisect") {
    throw usageError("expected --changed without --bisect: a value may change at any step");
  }
  const place = parsePath(changed);
  const repo = await context.open({ trust: args.trust });
  const steps = await stepsOf(repo, args);
  const { run, from, to = run.steps } = steps;
  const options = { ...context.long("looking"), from, to };
  try {
    const search = { ...options, last: mode === "last" };
    const counted = mode === "count" ? await run.countChanges(changed, options) : undefined;
    const found = counted === undefined ? await run.findChange(changed, search) : undefined;
    // A misspelt path never changes.
    if (found === undefined && !counted?.count)
      getAt(await run.get(to), place, await run.typesAt(to));
    if (counted !== undefined) return printCount(context.out, counted);
    return print(context.out, run, found, { none: `no step changes ${formatPath(place)}`, path });
  } catch (error) {
    throw interruptedSearch(error, run.steps, (ends) =>
      commandLine("find", [steps.name], { ...args, ...ends }, find.options),
    );
  }
}

const joined: SeveralHint = (expressions) =>
  `join them with && or ||: ${quoted(expressions.join(" && "))}`;

/** Reports a misspelt field, if any: it is undefined at every step, so it rarely matches. */
async function noteMissingField(
  { text }: Expression,
  { run, from = 0, to = run.steps }: Steps,
  out: Output,
): Promise<void> {
  const missing = await missingField(run, text, [from, to]);
  if (missing !== undefined) out.note(missing);
}

const MODES = ["last", "count", "bisect"] as const;
type Mode = (typeof MODES)[number] | "first";

function modeOf(args: Partial<Record<(typeof MODES)[number], boolean | undefined>>): Mode {
  const given = MODES.filter((mode) => args[mode]);
  if (given.length <= 1) return given[0] ?? "first";
  throw usageError(
    `expected one of --last, --count and --bisect, got ${given.map((mode) => `--${mode}`).join(" and ")}`,
  );
}

/** Searches a run, prints what it finds, and returns the exit status. */
type Search = (
  run: Run,
  look: Look,
  context: Context & { readonly path: Path },
  options: Parameters<Run["find"]>[1],
) => Promise<number>;

const SEARCHES: Readonly<Record<Mode, Search>> = {
  async first(run, look, { out, path }, options) {
    return print(out, run, await run.find(look, options), { none: NONE, path });
  },
  async last(run, look, { out, path }, options) {
    return print(out, run, await run.findLast(look, options), { none: NONE, path });
  },
  async count(run, look, { out }, options) {
    return printCount(out, await run.count(look, options));
  },
  async bisect(run, look, { out, path }, options) {
    const { found, looked } = await run.bisect(look, options);
    const none = `the last step, ${count(options?.to ?? run.steps)}, does not match`;
    return print(out, run, found, { none, path, looked });
  },
};

const NONE = "no step matches";

/** Prints how many steps match, and the first and the last of them. */
function printCount(out: Output, { count: matching, first, last }: Count): number {
  out.result({ count: matching, first: first ?? null, last: last ?? null }, () => {
    if (first === undefined || last === undefined) return NONE;
    const ends =
      matching === 1 ? count(first) : `the first ${count(first)}, the last ${count(last)}`;
    return `${plural(matching, "step")} ${matching === 1 ? "matches" : "match"}: ${ends}`;
  });
  return matching === 0 ? STATUS.failed : STATUS.ok;
}

/**
 * Prints a step and its state, or that no step matches; and the number of states looked at, if
 * given.
 */
async function print(
  out: Output,
  run: Run,
  found: Found<unknown> | undefined,
  { none, path, looked }: { readonly none: string; readonly path: Path; readonly looked?: number },
): Promise<number> {
  const types = found && (await run.typesAt(found.step));
  const state = found && getAt(found.state, path, types);
  const at = formatPath(path);
  const data = (): object => ({
    step: found?.step ?? null,
    state: found === undefined ? null : toJson(state, types, at),
    looked,
  });
  out.result(data, () =>
    [
      found === undefined ? none : `step ${count(found.step)}`,
      ...(found === undefined ? [] : [formatState(state, { types, at })]),
      ...(looked === undefined ? [] : [`looked at ${plural(looked, "state")}`]),
    ].join("\n"),
  );
  return found === undefined ? STATUS.failed : STATUS.ok;
}
