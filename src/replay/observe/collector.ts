import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { SummaryTally } from "../../object/merge-summaries.ts";
import { MOST_COMPONENTS, type Shape, type Summary } from "../../object/summary-fields.ts";
import { ObserverFault } from "./observer-failed.ts";

/** How many steps are collected before their values are summarized together. */
export const ROOM = 1024;

/** The longest text that an observer may give. */
const LONGEST_TEXT = 256;

/** Collects the values of one observer, step by step, and summarizes them. */
export class Collector {
  /** What it gives; undefined as long as it gave nothing. */
  shape: Shape | undefined;
  /** The values since the last `fold`, a column for each number. */
  readonly #columns: Float64Array[] = [];
  readonly #texts: string[] = [];
  #tally = new SummaryTally();

  constructor(shape: Shape | undefined, open: Summary | undefined) {
    this.shape = shape;
    this.#tally.add(open);
    this.#makeRoom();
  }

  /** Keeps a value as number `index` since the last `fold`. Throws ObserverFault. */
  take(value: unknown, index: number): void {
    const column = this.#columns[0];
    if (typeof value === "number" && this.shape?.kind === "number" && column !== undefined) {
      column[index] = value;
    } else {
      this.#takeAny(value, index);
    }
  }

  /** Adds the first `length` values to the summary. */
  fold(length: number): void {
    for (const [i, column] of this.#columns.entries()) this.#tally.numbers(i).add(column, length);
    for (const text of this.#texts.splice(0, length)) this.#tally.text().add(text);
    this.#texts.length = 0;
  }

  /** The summary of what was folded. */
  summary(): Summary | undefined {
    return this.#tally.summary();
  }

  /** Begins a new summary. */
  restart(): void {
    this.#tally = new SummaryTally();
  }

  #takeAny(value: unknown, index: number): void {
    const found = shapeOf(value);
    if (this.shape === undefined) {
      this.shape = found;
      this.#makeRoom();
    }
    const { kind, width } = this.shape;
    if (kind !== found.kind || width !== found.width) {
      throw new ObserverFault(`it gave ${named(found)}, and ${named(this.shape)} before`);
    }
    if (typeof value === "string") this.#texts[index] = value;
    else if (!Array.isArray(value)) (this.#columns[0] as Float64Array)[index] = Number(value);
    else for (let i = 0; i < width; i++) (this.#columns[i] as Float64Array)[index] = value[i];
  }

  #makeRoom(): void {
    const width = this.shape?.width ?? 0;
    while (this.#columns.length < width) this.#columns.push(new Float64Array(ROOM));
  }
}

/** The shape of a value. Throws ObserverFault if an observer may not give it. */
function shapeOf(value: unknown): Shape {
  if (typeof value === "number") return { kind: "number", width: 1 };
  if (typeof value === "boolean") return { kind: "boolean", width: 1 };
  if (typeof value === "string") {
    if (value.length <= LONGEST_TEXT) return { kind: "text", width: 0 };
    const length = count(value.length);
    throw new ObserverFault(`it gave a text of ${length} characters, more than ${LONGEST_TEXT}`);
  }
  const isVector = Array.isArray(value) && value.every((item) => typeof item === "number");
  if (isVector && value.length >= 1 && value.length <= MOST_COMPONENTS) {
    return { kind: "vector", width: value.length };
  }
  throw new ObserverFault(
    `expected a number, a boolean, a text, or 1 to ${MOST_COMPONENTS} numbers, got ${describe(value)}`,
  );
}

function named({ kind, width }: Shape): string {
  return kind === "vector" ? `${count(width)} numbers` : `a ${kind}`;
}
