import path from "node:path";
import { clock } from "../../../base/clock.ts";
import { count, plural } from "../../../base/count.ts";
import { isRewindError } from "../../../base/errors.ts";
import { withData } from "../../../base/with-data.ts";
import { type Context, type OptionsByName, STATUS } from "../../command.ts";
import { commandLine } from "../../input/command-line.ts";
import { readOutputs } from "../../input/outputs.ts";
import { usageError } from "../../input/usage-error.ts";
import { duration } from "../../terminal/text.ts";
import { type ForkArguments, forkChanges, forkedAt, mutateOf } from "./fork.ts";
import { checkDistinct, matrixCells, matrixRest } from "./matrix.ts";
import { matrixData, matrixTable } from "./matrix-table.ts";

interface MatrixArguments extends ForkArguments {
  readonly matrix: readonly string[];
}

/** `rewind branch NAME REV@STEP --matrix PARAM=V1,V2`: a fork for each value. */
export async function forkMatrix(
  args: MatrixArguments,
  context: Context,
  options: OptionsByName,
): Promise<number> {
  const { name, revision, matrix, trust } = args;
  const outputs = readOutputs(args, context.cwd);
  const cells = matrixCells(name, matrix);
  const { params: shared = {}, ...changes } = forkChanges(args);
  const both = Object.keys(cells[0]?.params ?? {}).find((param) => Object.hasOwn(shared, param));
  if (both !== undefined) throw usageError(`expected ${both} in --matrix or in --param, got both`);
  const repo = await context.open({ trust });
  checkDistinct(matrix, (await repo.revision(revision)).run.params);
  const mutate = await mutateOf(args, repo, context);
  const forks = cells.map(({ branch, params }) => ({
    ...{ ...changes, mutate, branch, cwd: context.cwd },
    params: { ...shared, ...params },
    // Each fork has its own folder.
    outputs: typeof outputs === "string" ? path.join(outputs, ...branch.split("/")) : outputs,
  }));
  const started = clock.now();
  const made = await repo
    .branchEach(revision, forks, context.long("recording"))
    .catch((error: unknown) => {
      throw withRemaining(error, args, options);
    });
  const took = duration(clock.now() - started);
  const rows = await matrixTable(cells, made);
  context.out.done(matrixData(cells, made), () => {
    const [run] = made;
    const where = run === undefined ? "" : ` ${forkedAt(run)}`;
    const to = `recorded to step ${count(run?.steps ?? 0)} in ${took}`;
    return `made ${plural(made.length, "fork")}${where}, ${to}\n${rows}`;
  });
  return STATUS.ok;
}

/** The failure of a cell, with the command lines that make the cells after it. */
function withRemaining(error: unknown, args: MatrixArguments, options: OptionsByName): unknown {
  if (!isRewindError(error) || error.data.made === undefined) return error;
  const { made, branch: kept } = error.data;
  // A cell that was interrupted before its first checkpoint must be made again; a failed one would
  // fail again.
  const isLost = error.code === "INTERRUPTED" && kept === undefined;
  if (isLost && made.length === 0) return error;
  const remaining = matrixRest(args.matrix, made.length + (isLost ? 0 : 1)).map((matrix) =>
    commandLine("branch", [args.name, args.revision], { ...args, matrix }, options),
  );
  return withData(error, { remaining });
}
