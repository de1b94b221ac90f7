import { fromHex, toHex } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { Fields } from "./body.ts";
import type { Id } from "./id.ts";
import type { PageFormat } from "./pages.ts";

/** What has become of one run of an ensemble; a run that has not begun has no result. */
export type RowResult =
  | { readonly status: "done"; readonly run: Id<"run"> }
  | { readonly status: "unfinished"; readonly run: Id<"run">; readonly steps: number }
  | FailedRow;

/** A run whose step, or whose first state, failed. */
export interface FailedRow {
  readonly status: "failed";
  /** The run up to there; undefined if it has no first state. */
  readonly run: Id<"run"> | undefined;
  /** The last whole step. */
  readonly steps: number;
  /** The code and the message of the error. */
  readonly code: string;
  readonly message: string;
}

/** The longest message of a failure that is kept, in UTF-16 units. */
export const LONGEST_FAILURE = 1_000;

/** The pages of an ensemble's results. */
export const RESULT_PAGES: PageFormat<RowResult, "results"> = {
  kind: "results",
  parse: parseResult,
  format(result) {
    if (result.status === "done") return fromHex(result.run);
    const run = result.run === undefined ? null : fromHex(result.run);
    if (result.status === "unfinished") return [run, result.steps];
    return [run, result.steps, result.code, result.message];
  },
  isFinal: ({ status }) => status !== "unfinished",
};

function parseResult(fields: Fields): RowResult {
  const value = fields.raw();
  if (value instanceof Uint8Array && value.length === 32) {
    return { status: "done", run: toHex(value) as Id<"run"> };
  }
  const parts = new Fields(value, "results").expectLength(2, 4);
  if (parts.length === 2) {
    return { status: "unfinished", run: parts.id<"run">(), steps: parts.integer() };
  }
  const run = parts.optional((part) => part.id<"run">());
  const steps = parts.integer();
  const [code, message] = [parts.text(), parts.text()];
  if (/^[A-Z_]{1,64}$/.test(code) && message.length <= LONGEST_FAILURE) {
    return { status: "failed", run, steps, code, message };
  }
  throw new RewindError(
    "OBJECT_INVALID",
    `not valid results: expected the code of an error, and a message of at most ${count(LONGEST_FAILURE)} characters`,
    { kind: "results" },
  );
}
