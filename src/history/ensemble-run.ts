import { count, plural } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { RESULT_PAGES } from "../object/ensemble-results.ts";
import type { Id } from "../object/id.ts";
import { readEntry } from "../object/pages.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";
import { getEnsemble } from "./ensembles.ts";

/**
 * The run of a row of an ensemble, as far as it is recorded: `grid:17` names that of row 17. Throws
 * REF_NOT_FOUND, and UNKNOWN_REVISION for a row that has no run.
 */
export async function runOfRow(
  store: ObjectStore,
  refs: RefStore,
  name: string,
  number: string,
): Promise<Id<"run">> {
  const { manifest } = await getEnsemble(store, refs, name);
  const revision = `${name}:${number}`;
  const unknown = (problem: string): RewindError =>
    new RewindError("UNKNOWN_REVISION", problem, { revision, ensemble: name });
  const runs = manifest.rows.count;
  const index = /^\d{1,15}(?:_\d+)*$/.test(number) ? Number(number.replaceAll("_", "")) : -1;
  if (index < 0 || index >= runs) {
    const last = runs === 0 ? "it has none" : `in 0..${count(runs - 1)}`;
    const got = JSON.stringify(number.slice(0, 60));
    throw unknown(`expected the number of a run of ${name}, ${last}, got ${got}`);
  }
  const result = await readEntry(RESULT_PAGES, manifest.results, index, objectReader(store));
  if (result?.run !== undefined) return result.run;
  throw unknown(
    result?.status === "failed"
      ? `${revision} has no state: ${result.message}`
      : `${revision} is not recorded yet: ${count(manifest.done)} of ${plural(runs, "run")} are done`,
  );
}
