import { toJson } from "../../codec/json/write.ts";
import type { Path } from "../../codec/path/format.ts";
import { parsePath } from "../../codec/path/parse.ts";
import { getAt } from "../../codec/state/access.ts";
import type { Found } from "../../replay/look/find.ts";
import type { Run } from "../../replay/run/run.ts";
import { type Arguments, type Command, type Context, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { commandLine } from "../input/command-line.ts";
import { type Expression, parseExpression } from "../input/expression.ts";
import { interruptedSearch } from "../input/interrupted-search.ts";
import { missingField, withMissingField } from "../input/missing-field.ts";
import { usageError } from "../input/parse.ts";
import { RANGE_OPTIONS, type Steps, stepsOf } from "../input/range.ts";
import { formatState } from "../show/state.ts";
import type { Output } from "../terminal/output.ts";
import { count, plural } from "../terminal/text.ts";

export const find: Command = {
  usage: "<revision> <expression>",
  describe:
    "Prints the first step at which a JavaScript expression over state, step, params and previous holds,\nand the state there; previous is the state one step before, undefined at step 0. One pass over every\nstep of a run, or of a range: main@100..@200. Exit status 1 where there is none.",
  options: {
    last: { describe: "the last step instead, sought from the end", type: "boolean" },
    count: { describe: "at how many steps, and the first and the last of them", type: "boolean" },
    bisect: {
      describe: "by halving, for what stays true once it is: looks at some 20 states of a million",
      type: "boolean",
    },
    path: {
      describe: "print only this part of the state, such as agents[3].x",
      type: "text",
      value: "PATH",
    },
    ...RANGE_OPTIONS,
    ...REPLAY_OPTIONS,
  },
  examples: [
    ['find main "state > 500"', "of a state that is a number"],
    ['find main@50%.. "Number.isNaN(state.x)"', "where did it go wrong, in the second half?"],
    [
      'find main@99%.. "state < 0 && previous >= 0" --count',
      "how often does it fall below 0 there?",
    ],
    ['find main "state === 0" --last', "when was it 0 for the last time?"],
    ['find main "state.agents[3].x > 0" --path agents[3]', "the step, and that part of the state"],
    ['find main "state.agents[3].x > 1_000" --bisect', "of what only grows: at once"],
  ],
  async run(args, context) {
    const expression = parseExpression(String(args.expression));
    const mode = modeOf(args);
    const path = args.path === undefined ? [] : parsePath(String(args.path));
    if (mode === "count" && path.length > 0) {
      throw usageError("expected --count or --path, got both: --count prints no state");
    }
    const repo = await context.open({ trust: args.trust === true });
    const steps = await stepsOf(repo, args);
    try {
      const status = await SEARCHES[mode](
        steps.run,
        expression,
        { ...context, path },
        {
          ...context.long("looking"),
          from: steps.from,
          to: steps.to,
          previous: expression.previous,
        },
      );
      if (status === STATUS.failed) await noteMissingField(expression, steps, context.out);
      return status;
    } catch (cause) {
      const error = await withMissingField(cause, steps.run, [expression.text]);
      throw interruptedSearch(error, steps.run.steps, (ends) =>
        commandLine("find", [steps.name, expression.text], { ...args, ...ends }, find.options),
      );
    } finally {
      await repo.close();
    }
  },
};

/** A field that is misspelt is undefined at every step, and what is undefined seldom matches. */
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

function modeOf(args: Arguments): Mode {
  const given = MODES.filter((mode) => args[mode] === true);
  if (given.length <= 1) return given[0] ?? "first";
  throw usageError(
    `expected one of --last, --count and --bisect, got ${given.map((mode) => `--${mode}`).join(" and ")}`,
  );
}

/** Searches a run, prints what it finds, and returns the exit status. */
type Search = (
  run: Run,
  expression: Expression,
  context: Context & { readonly path: Path },
  options: Parameters<Run["find"]>[1],
) => Promise<number>;

const SEARCHES: Readonly<Record<Mode, Search>> = {
  async first(run, { look }, { out, path }, options) {
    return print(out, run, await run.find(look, options), { none: NONE, path });
  },
  async last(run, { look }, { out, path }, options) {
    return print(out, run, await run.findLast(look, options), { none: NONE, path });
  },
  async count(run, { look }, { out }, options) {
    const { count: held, first, last } = await run.count(look, options);
    out.result({ count: held, first: first ?? null, last: last ?? null }, () => {
      if (first === undefined || last === undefined) return NONE;
      const ends = held === 1 ? count(first) : `the first ${count(first)}, the last ${count(last)}`;
      return `it holds at ${plural(held, "step")}: ${ends}`;
    });
    return held === 0 ? STATUS.failed : STATUS.ok;
  },
  async bisect(run, { look }, { out, path }, options) {
    const { found, looked } = await run.bisect(look, options);
    const none = `it does not hold at step ${count(options?.to ?? run.steps)}, the last`;
    return print(out, run, found, { none, path, looked });
  },
};

const NONE = "it holds at no step";

/** Prints a step and its state, or that there is none, and how many states were looked at. */
async function print(
  out: Output,
  run: Run,
  found: Found<unknown> | undefined,
  { none, path, looked }: { readonly none: string; readonly path: Path; readonly looked?: number },
): Promise<number> {
  const state = found && getAt(found.state, path);
  const types = found && (await run.replayer.segmentAt(found.step)).simulation.types;
  const data = (): object => ({
    step: found?.step ?? null,
    state: found === undefined ? null : toJson(state, types),
    looked,
  });
  out.result(data, () =>
    [
      found === undefined ? none : `step ${count(found.step)}`,
      ...(found === undefined ? [] : [formatState(state, { types })]),
      ...(looked === undefined ? [] : [`looked at ${plural(looked, "state")}`]),
    ].join("\n"),
  );
  return found === undefined ? STATUS.failed : STATUS.ok;
}
