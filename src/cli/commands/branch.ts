import type { ForkOptions } from "../../replay/fork.ts";
import type { Repository } from "../../repository.ts";
import { type Command, type Context, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { optional, parseCount, parsePairs, parseSeed, usageError } from "../parse.ts";
import { count, duration, table } from "../text.ts";
import { printRun } from "./record.ts";

export const branch: Command = {
  usage: "[name] [revision]",
  describe:
    "Without arguments lists the branches. With a name and REV@STEP forks that run at that step, with\nchanges or without, and runs the fork to its parent's length. The state at STEP is the fork's first;\nwhat lies before is shared. The fork draws what its parent drew, unless --seed gives it fresh numbers.",
  options: {
    delete: {
      alias: "d",
      describe: "delete the branch; its run stays in the store",
      type: "boolean",
    },
    move: { alias: "m", describe: "rename the branch: -m OLD NEW", type: "boolean" },
    set: {
      describe: "a new value in the state, as path=value (JSON); may be given several times",
      type: "string",
    },
    param: { describe: "a param's value from there on, as name=value", type: "string" },
    mutate: { describe: "a function that changes the state: module#export", type: "string" },
    seed: { describe: "a new master seed from there on", type: "string" },
    steps: { describe: "the fork's length, counted from step 0", type: "string" },
    message: { describe: "a line about the fork", type: "string" },
    "self-check": {
      describe: "replay each block at once and compare",
      type: "boolean",
      default: false,
    },
    program: {
      ...REPLAY_OPTIONS.program,
      describe: "the code from there on: the recorded one, or the working file",
    },
    trust: REPLAY_OPTIONS.trust as object,
  },
  examples: [
    ["branch", "list the branches"],
    ["branch fix main@814_500 --param clamp=10", "fork with another param"],
    ['branch what-if main@50% --set "agents[3].infected=true"', "fork with a change in the state"],
    ["branch patched main@814_500 --program working", "fork with the code as it is now"],
  ],
  async run(args, context) {
    const name = optional(args.name);
    const revision = optional(args.revision);
    if (name === undefined) return list(context);
    if (args.delete === true) return remove(name, revision, context);
    if (args.move === true) return rename(name, revision, context);
    if (revision === undefined)
      throw usageError("expected where to fork: rewind branch NAME REV@STEP");
    const repo = await context.open({ trust: args.trust === true });
    const options = await forkOptions(args, repo, context);
    const started = performance.now();
    const run = await repo.branch(name, revision, {
      ...options,
      ...context.long("recording"),
      cwd: context.cwd,
    });
    const fork = run.parents[0];
    printRun(
      context.out,
      run,
      name,
      `forked ${name} at step ${count(fork?.step ?? 0)} of ${fork?.run.slice(0, 12)}, ` +
        `recorded to step ${count(run.steps)} in ${duration(performance.now() - started)}`,
    );
    await repo.close();
    return STATUS.ok;
  },
};

async function remove(name: string, extra: string | undefined, context: Context): Promise<number> {
  if (extra !== undefined) throw usageError("expected one name: rewind branch -d NAME");
  const repo = await context.open();
  const run = await repo.branches.delete(name);
  await repo.close();
  context.out.result(
    { branch: null, was: name, run },
    () => `deleted the branch ${name}; its run stays in the store, ${run.slice(0, 12)}`,
  );
  return STATUS.ok;
}

async function rename(from: string, to: string | undefined, context: Context): Promise<number> {
  if (to === undefined) throw usageError("expected two names: rewind branch -m OLD NEW");
  const repo = await context.open();
  const run = await repo.branches.rename(from, to);
  await repo.close();
  context.out.result({ branch: to, was: from, run }, () => `renamed the branch ${from} to ${to}`);
  return STATUS.ok;
}

async function forkOptions(
  args: Readonly<Record<string, unknown>>,
  repo: Repository,
  { cwd }: Context,
): Promise<ForkOptions & { program?: string }> {
  return {
    set: parsePairs(args.set, "set"),
    params: parsePairs(args.param, "param"),
    seed: args.seed === undefined ? undefined : parseSeed(args.seed),
    steps: args.steps === undefined ? undefined : parseCount(args.steps, "--steps"),
    message: optional(args.message),
    selfCheck: args.selfCheck === true,
    mutate: args.mutate === undefined ? undefined : await repo.functionOf(String(args.mutate), cwd),
    ...(args.program === "working" && { program: "working" }),
  };
}

async function list({ out, open }: Context): Promise<number> {
  const repo = await open();
  const current = await repo.branches.current();
  const branches = await Promise.all(
    (await repo.branches.list()).map(async ({ name }) => ({ name, ...(await repo.resolve(name)) })),
  );
  await repo.close();
  const data = branches.map(({ name, id, run }) => ({
    name,
    run: id,
    steps: run.steps,
    goal: run.goal,
    parents: run.parents,
    message: run.meta.message ?? null,
    current: name === current,
  }));
  const rows = data.map((row) => [
    row.current ? "*" : " ",
    row.current ? out.style("green", row.name) : row.name,
    row.run.slice(0, 12),
    `${count(row.steps)} steps${row.steps < row.goal ? ` of ${count(row.goal)}, unfinished` : ""}`,
    row.parents.map(({ run, step }) => `from ${run.slice(0, 12)}@${step}`).join(", "),
    String(row.message ?? ""),
  ]);
  out.result({ branches: data }, () => (rows.length === 0 ? "no branches yet" : table(rows)));
  return STATUS.ok;
}
