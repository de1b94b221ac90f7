import { isRewindError, type RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { Repository } from "../../repository.ts";
import type { Arguments, Command } from "../command.ts";
import { camelCase } from "../option-words.ts";
import { named } from "./filled.ts";

/** Whether an error is about something that the store lacks and a remote may have. */
export function isAbsence(error: unknown): error is RewindError {
  return isRewindError(error, "OBJECT_MISSING", "PROGRAM_MISSING");
}

/**
 * The same error. One about something that the store lacks also says which remote had the run, as
 * far as that was seen when it was last asked.
 */
export async function withPlace(
  error: RewindError,
  repo: Repository,
  revisions: readonly string[] = [],
): Promise<RewindError> {
  if (!isAbsence(error)) return error;
  try {
    const id = isRewindError(error, "OBJECT_MISSING") ? error.data.id : undefined;
    // What nothing is known of but a name may have nothing to do with these runs.
    if (id === undefined && error.code === "OBJECT_MISSING") return error;
    const there = await (await repo.sharing()).seenWith(id, revisions);
    return there === undefined ? error : withData(error, { there });
  } catch {
    // The error itself is the one to report if what is noted of the remotes cannot be read.
    return error;
  }
}

/** The runs that a command line names, without their steps; HEAD if it names no run. */
export function runsNamed({ positionals }: Command, args: Arguments): readonly string[] {
  const names = Object.entries(positionals)
    .filter(([, { completes }]) => completes === "revision")
    .flatMap(([name]) => [args[camelCase(name)] ?? []].flat())
    .flatMap((text) => named(text).name ?? []);
  return names.length === 0 ? ["HEAD"] : names;
}
