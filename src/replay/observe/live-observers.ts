import type { Shape, Summary } from "../../object/summary-fields.ts";
import type { ObserverContext, ObserverFunction } from "../observers.ts";
import type { LiveSegment } from "../segment.ts";
import { Collector, ROOM } from "./collector.ts";
import { observerFailed } from "./observer-failed.ts";

/** An observer, and what it gave before. */
export interface ObserverStart {
  readonly name: string;
  /** Its function for the states of a segment; undefined where it gives nothing. */
  valueIn(segment: LiveSegment): ObserverFunction<unknown> | undefined;
  readonly shape?: Shape | undefined;
  readonly open?: Summary | undefined;
}

/** Observers that look at states one after the other, and the summaries of what they gave. */
export class LiveObservers {
  readonly names: readonly string[];
  readonly #starts: readonly ObserverStart[];
  readonly #collectors: readonly Collector[];
  #segment: LiveSegment | undefined;
  #values: readonly (ObserverFunction<unknown> | undefined)[] = [];
  #context: ObserverContext & { step: number } = { step: 0, params: {} };
  /** How many values the collectors hold. */
  #held = 0;
  #isWhole = true;

  constructor(starts: readonly ObserverStart[]) {
    this.#starts = starts;
    this.names = starts.map(({ name }) => name);
    this.#collectors = starts.map(({ shape, open }) => new Collector(shape, open));
  }

  /** Whether no summary was left half done, as an interruption may do. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Looks at a state. Throws OBSERVER_FAILED; what was taken before then stays as it was. */
  take(state: unknown, step: number, segment: LiveSegment): void {
    if (segment !== this.#segment) this.#enter(segment);
    const [context, values, index] = [this.#context, this.#values, this.#held];
    context.step = step;
    let at = 0;
    try {
      for (; at < values.length; at++) {
        const value = values[at];
        if (value !== undefined)
          (this.#collectors[at] as Collector).take(value(state, context), index);
      }
    } catch (error) {
      throw observerFailed(error, this.names[at] as string, step, segment);
    }
    this.#held = index + 1;
    if (this.#held === ROOM) this.#fold();
  }

  /** The summary of each since it began, or since the last `restart`. */
  summaries(): (Summary | undefined)[] {
    this.#fold();
    return this.#collectors.map((collector) => collector.summary());
  }

  /** Begins new summaries. */
  restart(): void {
    this.#fold();
    for (const collector of this.#collectors) collector.restart();
  }

  /** What each gives. */
  shapes(): (Shape | undefined)[] {
    return this.#collectors.map(({ shape }) => shape);
  }

  #enter(segment: LiveSegment): void {
    this.#fold();
    this.#segment = segment;
    this.#values = this.#starts.map((start) => start.valueIn(segment));
    // Not the context of steps, whose streams are for steps.
    this.#context = Object.preventExtensions({ step: 0, params: segment.params });
  }

  #fold(): void {
    this.#isWhole = false;
    for (const [i, collector] of this.#collectors.entries()) {
      if (this.#values[i] !== undefined) collector.fold(this.#held);
    }
    this.#held = 0;
    this.#isWhole = true;
  }
}
