import { clock } from "../../base/clock.ts";
import { count, plural } from "../../base/count.ts";
import { toJson } from "../../codec/json/write.ts";
import { shortId } from "../../object/id.ts";
import type { ExploredRun } from "../../replay/run/run.ts";
import { type Command, command, STATUS } from "../command.ts";
import { parseExpression } from "../input/expression.ts";
import { optionalCount, parseCount, parseSeed } from "../input/parse.ts";
import { usageError } from "../input/usage-error.ts";
import { RECORDING, TRUST_OPTION } from "../options.ts";
import { duration, table } from "../terminal/text.ts";

export const explore: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Looks for a rare state: forks a run with new seeds, forks those again that reach a new level, and so\non to the goal (multilevel splitting). --level gives a number that rises on the way there. The best\nis left on a branch, whose segments say how it came about. Ctrl-C keeps the best so far.",
  options: {
    level: {
      describe: "an expression: how near a state is to the goal, as a number",
      type: "string",
      value: "EXPRESSION",
      demandOption: true,
    },
    goal: {
      describe: "an expression that holds at the goal",
      type: "string",
      value: "EXPRESSION",
      demandOption: true,
    },
    budget: {
      describe: "the most steps that all trials may take together",
      type: "string",
      value: "N",
      demandOption: true,
    },
    stop: {
      describe: "an expression that holds where nothing more can come of a trial",
      type: "string",
      value: "EXPRESSION",
    },
    levels: {
      describe: "the levels to reach, such as 1,2,5; found by trials unless given",
      type: "string",
      value: "LIST",
    },
    effort: {
      describe: "trials for each level; then the probability of the goal is estimated",
      type: "string",
      value: "K",
    },
    steps: {
      describe: "the last step of a trial; the run's last unless given",
      type: "string",
      value: "TOTAL",
    },
    seed: { ...RECORDING.seed, describe: "the seed from which those of all trials follow" },
    branch: {
      alias: "b",
      describe: "the branch for the best; explored unless given",
      type: "string",
      value: "NAME",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    [
      'explore main@0 --level state --goal "state >= 400" --budget 1e7',
      "how could the walk get there?",
    ],
    [
      'explore main@0 --level state --goal "state >= 25" --levels 9,17 --effort 500 --budget 1e7',
      "and how likely is it to reach 25?",
    ],
  ],
  keys: {
    explore: [
      ...["branch", "run", "step", "reached", "ended", "seed", "steps"],
      { levels: ["level", "trials", "reached"] },
      ...["probability", "standardError"],
    ],
  },
  async run(args, { out, open, long }) {
    const expression = (text: string, name: string) => {
      const { look, previous } = parseExpression(text, () => `give one expression to --${name}`);
      if (previous)
        throw usageError(`expected --${name} without previous, which trials do not keep`);
      return (state: unknown, ctx: never): unknown => look(state, ctx, undefined);
    };
    const level = expression(args.level, "level") as (state: unknown) => number;
    const goal = expression(args.goal, "goal") as (state: unknown) => boolean;
    const stop = args.stop === undefined ? undefined : expression(args.stop, "stop");
    const budget = parseCount(args.budget, "--budget");
    const options = {
      ...{ level, goal, stop: stop as typeof goal | undefined, budget },
      levels: args.levels === undefined ? undefined : parseLevels(args.levels),
      effort: optionalCount(args.effort, "--effort"),
      steps: optionalCount(args.steps, "--steps"),
      seed: args.seed === undefined ? undefined : parseSeed(args.seed),
    };
    const branch = args.branch ?? "explored";
    const repo = await open({ trust: args.trust });
    out.note(`trials may take ${plural(budget, "step")} together; Ctrl-C keeps the best so far`);
    const started = clock.now();
    const found = await repo.explore(args.revision, { ...options, ...long("exploring"), branch });
    const took = duration(clock.now() - started);
    out.result(exploredJson(found, branch), () => exploredText(found, branch, took));
    if (found.ended === "interrupted") return STATUS.interrupted;
    return found.best?.isGoal === true ? STATUS.ok : STATUS.failed;
  },
});

function parseLevels(text: string): number[] {
  const levels = text.split(",").map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  if (
    levels.every((level, i) => Number.isFinite(level) && (i === 0 || level > Number(levels[i - 1])))
  ) {
    return levels;
  }
  throw usageError(
    `expected --levels to be rising numbers such as 1,2,5, got ${JSON.stringify(text)}`,
  );
}

function exploredJson(found: ExploredRun, branch: string): object {
  const { run, best, ended, seed, steps, levels, estimate } = found;
  return {
    branch: run === undefined ? null : branch,
    run: run?.id ?? null,
    step: best?.step ?? null,
    reached: best?.isGoal === true,
    ended: ended ?? null,
    seed: toJson(seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed),
    steps,
    levels: levels.map(({ level, trials, reached }) => ({ level: level ?? null, trials, reached })),
    probability: estimate?.probability ?? null,
    standardError: estimate?.standardError ?? null,
  };
}

function exploredText(found: ExploredRun, branch: string, took: string): string {
  const { run, best, ended, seed, steps, levels, estimate } = found;
  const spent = `${plural(steps, "step")} in ${took}, seed ${seed}`;
  const where =
    best === undefined
      ? "no level was reached"
      : best.isGoal
        ? `reached the goal at step ${count(best.step)}, by ${plural(best.hops.length, "fork")}`
        : `reached level ${best.level} at step ${count(best.step)}, not the goal`;
  const rows = levels.map(({ level, trials, reached }) => [
    level === undefined ? "goal" : String(level),
    count(trials),
    count(reached),
  ]);
  return [
    `${ENDED[ended ?? "goal"]}${where}: ${spent}`,
    ...(rows.length === 0 ? [] : [table([["level", "trials", "reached"], ...rows], [1, 2])]),
    ...(estimate === undefined
      ? []
      : [`probability ${short(estimate.probability)} ± ${short(estimate.standardError)}`]),
    ...(run === undefined ? [] : [`${branch} has it: run ${shortId(run.id)}`]),
  ].join("\n");
}

const ENDED = {
  goal: "",
  budget: "the budget is used up: ",
  interrupted: "interrupted: ",
  stuck: "no trial got any further: ",
} as const;

function short(value: number): string {
  return value === 0 ? "0" : value.toPrecision(3);
}
