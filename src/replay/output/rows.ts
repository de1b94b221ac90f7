import { equalBytes } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { placeText } from "../../base/place-text.ts";
import { reasonOf } from "../../base/reason.ts";
import { withData } from "../../base/with-data.ts";
import type { Visit } from "../advance.ts";
import { type Environment, encodeState, type OutputSink } from "../environment.ts";
import { type DeclaredOutput, recordedOutputs } from "../outputs.ts";
import type { CodePlace } from "../programs.ts";
import type { LiveSegment } from "../segment.ts";
import type { Params, StepContext } from "../simulation.ts";

/** What the steps of a segment are run with, as far as outputs need it. */
export type OutputSegment = Pick<LiveSegment, "simulation" | "context" | "placesOf" | "begin">;

interface RowsOptions {
  readonly env: Environment;
  readonly sink: OutputSink;
  /** The headers that are written already, by the names of their outputs. */
  readonly headers: ReadonlyMap<string, string>;
  /** The segment whose steps get this context. */
  segmentOf(context: StepContext<Params>): OutputSegment;
  /**
   * The steps in a block, if nothing else would notice that a row changes the state: some rows of
   * each block are then checked.
   */
  readonly blockSize?: number | undefined;
}

/** Makes the lines of outputs from the states that a replay or a recording passes. */
export class Rows {
  readonly #options: RowsOptions;
  readonly #headers: Map<string, string>;
  #context: StepContext<Params> | undefined;
  #segment: OutputSegment | undefined;
  #declared: readonly DeclaredOutput[] = [];
  /** The next step with a row. */
  #due = 0;
  #made = 0;
  #checkedBlock = -1;
  /** The step whose rows are being made. */
  #making: number | undefined;

  constructor(options: RowsOptions) {
    this.#options = options;
    this.#headers = new Map(options.headers);
  }

  /** The next step that `visit` must see. */
  get due(): number {
    return this.#due;
  }

  /** The step whose rows could not be made, if so. */
  get brokenAt(): number | undefined {
    return this.#making;
  }

  /**
   * Takes the header and the rows of a state. Must see the states of all steps, one after the other.
   * Throws OUTPUT_FAILED, which names the output and the step.
   */
  readonly visit: Visit = (state, context) => {
    if (context !== this.#context) this.#enter(context);
    else if (context.step < this.#due) return false;
    this.#take(state, context.step);
    return false;
  };

  #enter(context: StepContext<Params>): void {
    this.#context = context;
    this.#segment = this.#options.segmentOf(context);
    // The first state of a segment is seen before its steps.
    this.#segment.begin();
    this.#declared = recordedOutputs(this.#segment.simulation);
    this.#due = context.step;
    this.#making = context.step;
    const texts = this.#declared.map((declared) => [declared.name, this.#headerOf(declared)]);
    for (const [name, text] of texts as [string, string | undefined][]) {
      const isNew = text !== undefined && text !== this.#headers.get(name);
      if (isNew) this.#headers.set(name, text);
      this.#options.sink.take(name, isNew ? `${text}\n` : "");
    }
    this.#making = undefined;
  }

  #headerOf(declared: DeclaredOutput): string | undefined {
    const segment = this.#segment as OutputSegment;
    return headerText(declared, segment);
  }

  #take(state: unknown, step: number): void {
    this.#making = step;
    let next = Number.POSITIVE_INFINITY;
    const lines: [name: string, line: string][] = [];
    for (const declared of this.#declared) {
      const { name, every } = declared;
      const over = step % every;
      next = Math.min(next, step - over + every);
      if (over !== 0) continue;
      const row = this.#row(declared, state, step);
      if (row !== undefined) lines.push([name, `${row}\n`]);
    }
    // All lines of a step or none.
    for (const [name, line] of lines) this.#options.sink.take(name, line);
    this.#due = next;
    this.#making = undefined;
  }

  #row({ name, output }: DeclaredOutput, state: unknown, step: number): string | undefined {
    const { params } = this.#context as StepContext<Params>;
    const segment = this.#segment as OutputSegment;
    const before = this.#isChecked(state, step) ? this.#digest(state) : undefined;
    let row: unknown;
    try {
      row = output.row(state, { step, params });
    } catch (cause) {
      throw outputFailed(cause, { name, step, segment });
    }
    if (before !== undefined && !equalBytes(before, this.#digest(state) ?? NO_BYTES)) {
      throw new RewindError(
        "OUTPUT_FAILED",
        `the row of ${JSON.stringify(name)} changed the state that it looked at, at step ${count(step)}`,
        { name, step, assigned: true },
      );
    }
    return row === undefined ? undefined : checkedLine(row, "row", { name, step });
  }

  /** The first rows, ever fewer after them, and one in each block. */
  #isChecked(state: unknown, step: number): boolean {
    const { blockSize } = this.#options;
    if (blockSize === undefined || typeof state !== "object" || state === null) return false;
    const block = Math.floor(step / blockSize);
    const isFirst = block !== this.#checkedBlock;
    this.#checkedBlock = block;
    const made = this.#made++;
    return isFirst || made < 3 || (made & (made - 1)) === 0;
  }

  #digest(state: unknown): Uint8Array | undefined {
    const { simulation } = this.#segment as OutputSegment;
    try {
      return encodeState(state, simulation, this.#options.env);
    } catch (error) {
      // Inside a block, a state may hold values that a checkpoint cannot.
      if (isRewindError(error, "UNSUPPORTED_STATE")) return undefined;
      throw error;
    }
  }
}

const NO_BYTES = new Uint8Array();

/** The headers of a segment's outputs, by their names; undefined for an output without. */
export function headersOf(
  segment: LiveSegment,
  env: Environment,
): ReadonlyMap<string, string | undefined> {
  try {
    return env.guard(() => {
      segment.begin();
      const declared = recordedOutputs(segment.simulation);
      return new Map(declared.map((each) => [each.name, headerText(each, segment)]));
    });
  } finally {
    segment.rest();
  }
}

/** The header of an output under the params of a segment. Throws OUTPUT_FAILED. */
function headerText({ name, output }: DeclaredOutput, segment: OutputSegment): string | undefined {
  const { header } = output;
  if (typeof header !== "function") return header;
  let text: unknown;
  try {
    text = header({ params: segment.context.params });
  } catch (cause) {
    throw outputFailed(cause, { name, segment });
  }
  return checkedLine(text, "header", { name });
}

/** Checks what a row or a header gave. A header may have several lines. */
function checkedLine(
  line: unknown,
  what: "row" | "header",
  { name, step }: { readonly name: string; readonly step?: number },
): string {
  const problem =
    typeof line !== "string"
      ? describe(line)
      : what === "row" && /[\n\r]/.test(line)
        ? `one with a line feed, ${describe(line)}`
        : /\p{Surrogate}/u.test(line)
          ? `one that is not valid Unicode, ${describe(line)}`
          : undefined;
  if (problem === undefined) return line as string;
  const at = step === undefined ? "" : ` at step ${count(step)}`;
  const expected = what === "row" ? "a text or undefined" : "a text";
  throw new RewindError(
    "OUTPUT_FAILED",
    `expected the ${what} of ${JSON.stringify(name)} to be ${expected}, got ${problem}${at}`,
    { name, ...(step !== undefined && { step }) },
  );
}

/** The error of a row or a header that threw. */
function outputFailed(
  cause: unknown,
  {
    name,
    step,
    segment,
  }: { readonly name: string; readonly step?: number; readonly segment: OutputSegment },
): RewindError {
  const at = step === undefined ? "" : ` at step ${count(step)}`;
  const places = segment.placesOf(cause);
  const place = places.find(({ package: one }) => one === undefined) ?? places[0];
  const shown = place && ` (at ${placeText(place)}:${place.column})`;
  const data = { name, ...(step !== undefined && { step }), ...somePlaces(places) };
  if (isRewindError(cause, "INTERRUPTED")) return cause;
  if (isRewindError(cause, "FORBIDDEN_IN_STEP")) {
    const message = `${cause.message} (the output ${JSON.stringify(name)}${at})`;
    return withData(cause, { ...(step !== undefined && { step }), ...somePlaces(places) }, message);
  }
  const what = step === undefined ? "header" : "row";
  return new RewindError(
    "OUTPUT_FAILED",
    `the ${what} of ${JSON.stringify(name)} failed${at}: ${reasonOf(cause)}${shown ?? ""}`,
    data,
    { cause },
  );
}

function somePlaces(places: readonly CodePlace[]): { readonly places?: readonly CodePlace[] } {
  return places.length === 0 ? {} : { places };
}
