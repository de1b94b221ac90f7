import { RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { someWords } from "../base/some-of.ts";
import { decodeEnsemble, type EnsembleManifest } from "../object/ensemble.ts";
import { RESULT_PAGES, type RowResult } from "../object/ensemble-results.ts";
import { type EnsembleRow, ROW_PAGES } from "../object/ensemble-rows.ts";
import type { Id } from "../object/id.ts";
import { readList } from "../object/pages.ts";
import type { ReadObject } from "../object/state.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import { checkBranchName, ENSEMBLES } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";
import { idIn } from "./sound-refs.ts";

/** An ensemble of a store. */
export interface StoredEnsemble {
  readonly name: string;
  readonly id: Id<"ensemble">;
  readonly manifest: EnsembleManifest;
}

/** The full name of an ensemble's ref. Throws INVALID_REF_NAME. */
export function ensembleRef(name: string): string {
  return `${ENSEMBLES}${checkBranchName(name)}`;
}

/** The names of the ensembles, sorted. */
export async function ensembleNames(refs: RefStore): Promise<readonly string[]> {
  return (await refs.names(ENSEMBLES)).map((ref) => ref.slice(ENSEMBLES.length));
}

/** The ensemble of this name; undefined if there is no such ensemble. Throws INVALID_REF_NAME. */
export async function findEnsemble(
  store: ObjectStore,
  refs: RefStore,
  name: string,
): Promise<StoredEnsemble | undefined> {
  const ref = ensembleRef(name);
  const text = await refs.read(ref);
  if (text === undefined) return undefined;
  const id = idIn(ref, text) as Id<"ensemble">;
  return { name, id, manifest: decodeEnsemble(await objectReader(store)("ensemble", id)) };
}

/** The same. Throws REF_NOT_FOUND, with the nearest names. */
export async function getEnsemble(
  store: ObjectStore,
  refs: RefStore,
  name: string,
): Promise<StoredEnsemble> {
  const found = await findEnsemble(store, refs, name);
  if (found !== undefined) return found;
  const names = await ensembleNames(refs);
  throw new RewindError("REF_NOT_FOUND", `there is no ensemble ${name}`, {
    ensemble: name,
    names: nearest(name, names),
    ...someWords(names),
  });
}

/** The rows of an ensemble, in their order. Throws OBJECT_MISSING and OBJECT_INVALID. */
export async function rowsOf(
  { rows, columns }: EnsembleManifest,
  readObject: ReadObject,
): Promise<readonly EnsembleRow[]> {
  const read = await readList(ROW_PAGES, rows, readObject);
  return read.map((row) => checkedRow(row, columns));
}

/** A row, which every ensemble has for each run. Throws OBJECT_INVALID. */
export function checkedRow(row: EnsembleRow | undefined, columns: readonly string[]): EnsembleRow {
  if (row !== undefined && row.values.length === columns.length) return row;
  const problem =
    row === undefined ? "a row is missing" : "a row has not one value for each column";
  throw new RewindError("OBJECT_INVALID", `not a valid ensemble: ${problem}`, { kind: "ensemble" });
}

/** The results of an ensemble's rows, in their order; undefined for a row that has not begun. */
export async function resultsOf(
  { results }: EnsembleManifest,
  readObject: ReadObject,
): Promise<readonly (RowResult | undefined)[]> {
  return readList(RESULT_PAGES, results, readObject);
}
