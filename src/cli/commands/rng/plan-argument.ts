import path from "node:path";
import { isRewindError } from "../../../base/errors.ts";
import { withData } from "../../../base/with-data.ts";
import { readFile } from "../../../node/host/user-files.ts";
import { parsePlan } from "../../../plan/parse.ts";
import type { Plan } from "../../../plan/plan.ts";
import { usageError } from "../../input/usage-error.ts";

/**
 * Reads a plan: the argument itself, or the file that it names, as `@FILE` or `FILE.plan`. Throws
 * USAGE, FILE_FAILED, and INVALID_PLAN with the wrong line as `data.source`.
 */
export async function readPlan(argument: string, cwd: string): Promise<Plan> {
  const file = fileIn(argument);
  if (file === undefined) return parse(argument, "");
  const bytes = await readFile(path.resolve(cwd, file), LARGEST_PLAN_BYTES);
  return parse(new TextDecoder().decode(bytes), `${file}, `);
}

function fileIn(argument: string): string | undefined {
  if (argument === "@") throw usageError("expected @FILE, a file with a plan, got @ alone");
  if (argument.startsWith("@")) return argument.slice(1);
  return argument.endsWith(".plan") ? argument : undefined;
}

/** Larger than any plan that a person writes. */
const LARGEST_PLAN_BYTES = 2 ** 20;

function parse(text: string, where: string): Plan {
  try {
    return parsePlan(text);
  } catch (error) {
    if (!isRewindError(error, "INVALID_PLAN")) throw error;
    const source = text.split(/\r\n|\r|\n/)[Number(error.data.line) - 1];
    // An empty line is not shown.
    throw withData(error, source?.trim() ? { source } : {}, where + error.message);
  }
}
