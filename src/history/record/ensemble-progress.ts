import {
  type EnsembleManifest,
  type EnsembleParts,
  encodeEnsemble,
} from "../../object/ensemble.ts";
import { RESULT_PAGES, type RowResult } from "../../object/ensemble-results.ts";
import { type EnsembleRow, ROW_PAGES } from "../../object/ensemble-rows.ts";
import type { Id } from "../../object/id.ts";
import { PagedList, type StoredList } from "../../object/pages.ts";
import type { Environment } from "../../replay/environment.ts";
import type { RowNews } from "../../replay/sweep/record-row.ts";
import type { NewObject, ObjectWriter } from "../../store/object-store.ts";

/** The most work that a crash can lose. */
const SAVE_MS = 1_000;
const SAVE_BYTES = 8 << 20;

/** Writes what the rows of an ensemble come to, with one writer, so that a crash loses little. */
export class EnsembleProgress {
  readonly #env: Environment;
  readonly #writer: ObjectWriter;
  readonly #ref: string;
  readonly #parts: EnsembleParts;
  readonly #rows: StoredList<"rows">;
  readonly #results: PagedList<RowResult, "results">;
  /** What only unfinished runs need, by their rows. */
  readonly #passing = new Map<number, readonly NewObject[]>();
  #saved: number;
  #done = 0;
  #failed = 0;

  /** Stores the rows. */
  constructor(
    env: Environment,
    writer: ObjectWriter,
    ensemble: {
      readonly ref: string;
      readonly parts: EnsembleParts;
      readonly rows: readonly EnsembleRow[];
      readonly results: readonly (RowResult | undefined)[];
    },
  ) {
    const { ref, parts, rows, results } = ensemble;
    this.#env = env;
    this.#writer = writer;
    this.#ref = ref;
    this.#parts = parts;
    this.#rows = new PagedList(ROW_PAGES, rows).write(env.store.hash, writer.put);
    const all = Array.from(rows, (_, i) => results[i]);
    this.#results = new PagedList(RESULT_PAGES, all);
    for (const result of all) this.#count(result, 1);
    this.#saved = env.now();
  }

  get failed(): number {
    return this.#failed;
  }

  get done(): number {
    return this.#done;
  }

  get results(): readonly (RowResult | undefined)[] {
    return this.#results.entries;
  }

  /** Makes what was planned durable, before the first row is recorded. */
  async begin(): Promise<void> {
    this.#results.write(this.#env.store.hash, this.#writer.put);
    this.#keep();
    await this.#writer.commit({ ref: this.#ref, run: encodeEnsemble(this.#manifest()) });
    this.#saved = this.#env.now();
  }

  /** Takes news of a row, and makes them durable with others, about once a second. */
  async take({ index, result, objects, passing }: RowNews): Promise<void> {
    for (const { kind, body } of objects) this.#writer.put(kind, body);
    if (passing.length > 0) this.#passing.set(index, passing);
    else this.#passing.delete(index);
    this.#count(this.#results.entries[index], -1);
    this.#count(result, 1);
    this.#results.set(index, result);
    const isDue = this.#env.now() - this.#saved >= SAVE_MS;
    if (isDue || this.#writer.pendingBytes >= SAVE_BYTES) await this.#save();
  }

  /** Commits the ensemble as it is now, and returns it. */
  async end(): Promise<{ readonly id: Id<"ensemble">; readonly manifest: EnsembleManifest }> {
    const manifest = this.#manifest();
    this.#keep();
    const body = encodeEnsemble(manifest);
    const id = this.#writer.put("ensemble", body);
    await this.#writer.commit({ ref: this.#ref, run: body });
    return { id, manifest };
  }

  async #save(): Promise<void> {
    const run = encodeEnsemble(this.#manifest());
    const passing = [...this.#results.passing(), ...[...this.#passing.values()].flat()];
    // A store that no other process reads has no marks, and nothing of it survives this process.
    await this.#writer.mark?.({ ref: this.#ref, run }, passing);
    this.#saved = this.#env.now();
  }

  /** Stores for good what would otherwise pass with the next mark. */
  #keep(): void {
    const passing = [...this.#results.passing(), ...[...this.#passing.values()].flat()];
    for (const { kind, body } of passing) this.#writer.put(kind, body);
  }

  #manifest(): EnsembleManifest {
    const results = this.#results.write(this.#env.store.hash, this.#writer.put);
    const [done, failed] = [this.#done, this.#failed];
    return { ...this.#parts, rows: this.#rows, results, done, failed };
  }

  #count(result: RowResult | undefined, by: number): void {
    if (result?.status === "done") this.#done += by;
    if (result?.status === "failed") this.#failed += by;
  }
}
