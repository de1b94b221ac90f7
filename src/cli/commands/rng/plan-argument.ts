import fs from "node:fs/promises";
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
  await checkFile(path.resolve(cwd, file), file);
  const bytes = await readFile(path.resolve(cwd, file));
  return parse(new TextDecoder().decode(bytes), `${file}, `);
}

function fileIn(argument: string): string | undefined {
  if (argument === "@") throw usageError("expected @FILE, a file with a plan, got @ alone");
  if (argument.startsWith("@")) return argument.slice(1);
  return argument.endsWith(".plan") ? argument : undefined;
}

/** Larger than any plan that a person writes. */
const LARGEST_PLAN = 2 ** 20;

/**
 * Refuses files that cannot hold a plan, such as an endless device. `readFile` refuses missing
 * files.
 */
async function checkFile(absolute: string, file: string): Promise<void> {
  const found = await fs.stat(absolute).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return;
  if (found.isFile() && found.size <= LARGEST_PLAN) return;
  const got = found.isFile() ? `${found.size} bytes` : "something else";
  throw usageError(`expected ${file} to be a file of at most 1 MiB with a plan, got ${got}`);
}

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
