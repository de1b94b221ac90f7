import { isRewindError } from "../../src/base/errors.ts";

/** The code with which `work` fails, "" if it succeeds; rethrows any other error. */
export function codeOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    if (isRewindError(error)) return error.code;
    throw error;
  }
}

/** The code with which a promise fails, "" if it succeeds; rethrows any other error. */
export async function codeOfAsync(
  work: Promise<unknown> | (() => Promise<unknown>),
): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
    return "";
  } catch (error) {
    if (isRewindError(error)) return error.code;
    throw error;
  }
}
