import { otherKind } from "./kind-of.ts";
import { Moments, STATISTICS } from "./moments.ts";
import type { Column } from "./table.ts";

/**
 * What a table of blocks says about one quantity. Of a text the first and the last are kept; true
 * counts as 1 and false as 0.
 */
export class BlockNumbers {
  readonly #column: Column;
  readonly #moments: readonly Moments[];
  #first: string | undefined;
  #last = "";

  constructor(column: Column) {
    this.#column = column;
    const { type, width = 1 } = column;
    const numbers = type === "text" ? 0 : type === "vector" ? width : 1;
    this.#moments = Array.from({ length: numbers }, () => new Moments());
  }

  add(value: unknown, step: number): void {
    const { type, width } = this.#column;
    if (type === "number" && typeof value === "number") this.#moments[0]?.add(value);
    else if (type === "boolean" && typeof value === "boolean") this.#moments[0]?.add(Number(value));
    else if (type === "text" && typeof value === "string") {
      this.#first ??= value;
      this.#last = value;
    } else if (type === "vector" && Object(value).length === width) {
      for (const [i, moments] of this.#moments.entries()) {
        const item = (value as ArrayLike<unknown>)[i];
        if (typeof item !== "number") throw otherKind(this.#column, value, step);
        moments.add(item);
      }
    } else throw otherKind(this.#column, value, step);
  }

  /** The values of the columns that `blockColumns` gives, since the last call. */
  take(): unknown[] {
    if (this.#column.type !== "text") {
      return this.#moments.flatMap((each) => {
        const taken = each.take();
        return STATISTICS.map((statistic) => taken[statistic]);
      });
    }
    const ends = [this.#first ?? "", this.#last];
    this.#first = undefined;
    return ends;
  }
}
