import { shortId } from "../../object/id.ts";

/** Runs by the names that they were saved under, each with the first digits of its id. */
export function runNames(
  runs: readonly { readonly run: string; readonly names: readonly string[] }[],
): string {
  return runs
    .map(({ run, names }) =>
      names.length === 0 ? shortId(run) : `${names.join(", ")} (run ${shortId(run)})`,
    )
    .join(", ");
}
