import { clock } from "../../../base/clock.ts";
import { count } from "../../../base/count.ts";
import { shortId } from "../../../object/id.ts";
import type { Run } from "../../../replay/run/run.ts";
import type { BranchOptions, Repository } from "../../../repository.ts";
import { type Context, STATUS } from "../../command.ts";
import { type OutputsArguments, readOutputs } from "../../input/outputs.ts";
import { optionalCount, parsePairs } from "../../input/parse.ts";
import { type RecordingOptions, readRecording } from "../../input/recording.ts";
import { printRun } from "../../show/print-run.ts";
import { duration } from "../../terminal/text.ts";

/** Where to fork, the name of the fork, and its changes. */
export interface ForkArguments extends RecordingOptions, OutputsArguments {
  readonly name: string;
  readonly revision: string;
  readonly set: readonly string[] | undefined;
  readonly mutate: string | undefined;
  readonly steps: string | undefined;
  readonly program: "recorded" | "working" | undefined;
  readonly trust: boolean | undefined;
}

/** `rewind branch NAME REV@STEP`. */
export async function fork(args: ForkArguments, context: Context): Promise<number> {
  const { name, revision, trust } = args;
  const shared = forkChanges(args);
  const outputs = readOutputs(args, context.cwd);
  const repo = await context.open({ trust });
  const { cwd } = context;
  const mutate = await mutateOf(args, repo, context);
  const options = { ...shared, mutate, outputs, cwd };
  const started = clock.now();
  const long = context.long("recording");
  const [run] = (await repo.branchEach(revision, [{ ...options, branch: name }], long)) as [Run];
  const took = duration(clock.now() - started);
  const to = `recorded to step ${count(run.steps)} in ${took}`;
  printRun(context.out, run, name, `forked ${name} ${forkedAt(run)}, ${to}`);
  return STATUS.ok;
}

/** Reads what a fork changes. Throws USAGE and the like. */
export function forkChanges(args: ForkArguments): Omit<BranchOptions, "mutate"> {
  const { params, seed, message, selfCheck } = readRecording(args);
  return {
    set: parsePairs(args.set, "set"),
    steps: optionalCount(args.steps, "--steps"),
    ...{ params, seed, message, selfCheck },
    ...(args.program === "working" && { program: "working" }),
  };
}

/** The function that --mutate names. */
export async function mutateOf(
  { mutate }: ForkArguments,
  repo: Repository,
  { cwd }: Context,
): Promise<BranchOptions["mutate"]> {
  return mutate === undefined ? undefined : repo.functionOf(mutate, cwd);
}

/** Where a fork left its parent: `at step 500 of 3f2a91c0d2aa`. */
export function forkedAt({ parents: [parent] }: Run): string {
  return `at step ${count(parent?.step ?? 0)} of ${parent && shortId(parent.run)}`;
}
