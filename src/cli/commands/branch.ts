import { toJson } from "../../codec/json.ts";
import { shortId } from "../../object/id.ts";
import type { ForkOptions } from "../../replay/fork.ts";
import type { Repository } from "../../repository.ts";
import { type Command, type Context, STATUS, TRUST_OPTION } from "../command.ts";
import { optional, optionalCount, parsePairs, parseSeed, usageError } from "../parse.ts";
import { count, duration, table, visibleLine } from "../text.ts";
import { printRun } from "./record.ts";

export const branch: Command = {
  usage: "[name] [revision]",
  describe:
    "Without arguments lists the branches. With a name and REV@STEP forks that run at that step, with\nchanges or without, and runs the fork to its parent's length. The state at STEP is the fork's first;\nwhat lies before is shared. The fork draws what its parent drew, unless --seed gives it fresh numbers.",
  options: {
    delete: {
      short: "d",
      describe: "delete the branch; its run stays in the store",
      type: "boolean",
    },
    move: { short: "m", describe: "rename the branch: -m OLD NEW", type: "boolean" },
    set: {
      describe: "a new value in the state, as JSON; may be given several times",
      type: "text",
      value: "PATH=VALUE",
      many: true,
    },
    param: {
      describe: "a param's value from there on; may be given several times",
      type: "text",
      value: "NAME=VALUE",
      many: true,
    },
    mutate: { describe: "a function that changes the state", type: "text", value: "MODULE#EXPORT" },
    seed: { describe: "a new master seed from there on", type: "text", value: "S" },
    steps: { describe: "the fork's length, counted from step 0", type: "text", value: "TOTAL" },
    message: { describe: "a line about the fork", type: "text", value: "TEXT" },
    "self-check": { describe: "replay each block at once and compare", type: "boolean" },
    program: {
      describe: "the code from there on: as recorded (unless told), or the working file",
      type: "text",
      choices: ["recorded", "working"],
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["branch", "list the branches"],
    ["branch fix main@814_500 --param clamp=10", "fork with another param"],
    ['branch what-if main@50% --set "agents[3].infected=true"', "fork with a change in the state"],
    ["branch patched main@814_500 --program working", "fork with the code as it is now"],
    ["branch longer main --steps 2_000_000", "a copy of it that runs on"],
    ["branch -m fix clamped", "rename a branch"],
    ["branch -d clamped", "delete a branch; its run stays"],
  ],
  async run(args, context) {
    const name = optional(args.name);
    const revision = optional(args.revision);
    if (args.delete === true) return remove(name, revision, context);
    if (args.move === true) return rename(name, revision, context);
    if (name === undefined) return list(context);
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
      `forked ${name} at step ${count(fork?.step ?? 0)} of ${fork && shortId(fork.run)}, ` +
        `recorded to step ${count(run.steps)} in ${duration(performance.now() - started)}`,
    );
    await repo.close();
    return STATUS.ok;
  },
};

async function remove(
  name: string | undefined,
  extra: string | undefined,
  context: Context,
): Promise<number> {
  if (name === undefined || extra !== undefined)
    throw usageError("expected one name: rewind branch -d NAME");
  const repo = await context.open();
  const run = await repo.branches.delete(name);
  await repo.close();
  context.out.result(
    { branch: null, was: name, run },
    () => `deleted the branch ${name}; its run stays in the store, ${shortId(run)}`,
  );
  return STATUS.ok;
}

async function rename(
  from: string | undefined,
  to: string | undefined,
  context: Context,
): Promise<number> {
  if (from === undefined || to === undefined)
    throw usageError("expected two names: rewind branch -m OLD NEW");
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
    steps: optionalCount(args.steps, "--steps"),
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
    message: toJson(run.meta.message ?? null),
    current: name === current,
  }));
  const rows = data.map((row) => [
    row.current ? "*" : " ",
    row.current ? out.style("green", row.name) : row.name,
    shortId(row.run),
    `${count(row.steps)} steps${row.steps < row.goal ? ` of ${count(row.goal)}, unfinished` : ""}`,
    row.parents.map(({ run, step }) => `from ${shortId(run)}@${step}`).join(", "),
    row.message === null ? "" : visibleLine(String(row.message)),
  ]);
  out.result({ branches: data }, () => (rows.length === 0 ? "no branches yet" : table(rows)));
  return STATUS.ok;
}
