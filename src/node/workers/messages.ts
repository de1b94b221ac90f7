import type { PieceRequest } from "../../replay/workers.ts";

/** What a worker is started with. */
export interface WorkerData {
  /** The folder of the store. */
  readonly root: string;
  /** The runs, as their objects' bodies. */
  readonly runs: readonly Uint8Array[];
  /** How to load the programs of the runs, by id. */
  readonly programs: ReadonlyMap<string, unknown>;
  readonly notes: SharedArrayBuffer;
}

/** What the first thread sends. */
export type ToWorker = PieceRequest;

/** What a worker sends: that it is ready, then an answer to each request. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly result: unknown; readonly checked: readonly string[] }
  | { readonly kind: "failed" };
