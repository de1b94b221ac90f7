import type { Observed, Series } from "../../object/observed.ts";
import { EMPTY_SERIES, seriesBuilder } from "../../object/series-tree.ts";
import type { PutObject } from "../../object/state.ts";
import type { Summary } from "../../object/summary-fields.ts";
import type { NodeRef } from "../../object/summary-node.ts";
import type { TreeBuilder } from "../../object/tree-builder.ts";
import { observersOf } from "../observers.ts";
import type { LiveSegment } from "../segment.ts";
import type { Params, StepContext } from "../simulation.ts";
import { LiveObservers } from "./live-observers.ts";
import { lookUnchanged } from "./purity.ts";

/** Where the observers of a recording begin. */
export interface ObservedBefore {
  /** The first step to observe. */
  readonly step: number;
  /** What was observed before it. */
  readonly series: readonly Series[];
}

/** What the summaries of one observer make. */
interface Line {
  readonly name: string;
  readonly unit: string | undefined;
  readonly title: string | undefined;
  readonly tree: TreeBuilder<Summary | undefined, NodeRef>;
}

/** Lets the observers of a segment look at each state of a recording, and keeps a tree for each. */
export class Observing {
  readonly #segment: LiveSegment;
  readonly #lines: readonly Line[];
  readonly #observers: LiveObservers;
  readonly #put: PutObject;
  /** The next step to observe. */
  #next: number;
  /** The first step of the next block. */
  #blockEnd: number;
  /** The next step at which to check that no observer changes the state. */
  #check: number;
  /** After how many blocks the check after that one comes. */
  #checkGap = 1;
  /** False while a block ends: an interruption may then have left half of that. */
  #isWhole = true;

  constructor(segment: LiveSegment, { step, series }: ObservedBefore, put: PutObject) {
    const { blockSize } = segment;
    this.#segment = segment;
    this.#put = put;
    this.#next = step;
    this.#check = step;
    this.#blockEnd = step - (step % blockSize) + blockSize;
    const declared = new Map(observersOf(segment.simulation).map((each) => [each.name, each]));
    const known = new Map(series.map((each) => [each.name, each]));
    const names = [...new Set([...declared.keys(), ...known.keys()])].sort();
    this.#observers = new LiveObservers(
      names.map((name) => ({
        name,
        // A simulation may not have an observer of the code before it: that then gives nothing.
        valueIn: () => declared.get(name)?.value,
        shape: known.get(name)?.shape,
        open: known.get(name)?.tail,
      })),
    );
    this.#lines = names.map((name, i) => {
      const before = known.get(name);
      const shape = (): Series["shape"] => this.#observers.shapes()[i];
      const tree = seriesBuilder(before?.edge ?? EMPTY_SERIES, shape, put);
      if (before === undefined) {
        // The blocks before this step: nothing was observed in them.
        for (let at = blockSize; at <= step; at += blockSize) tree.append(undefined);
      }
      const { unit, title } = declared.get(name) ?? before ?? {};
      return { name, unit, title, tree };
    });
  }

  /** Whether anything is observed. */
  get isNeeded(): boolean {
    return this.#lines.length > 0;
  }

  /** The last step that was observed. */
  get to(): number {
    return this.#next - 1;
  }

  /** Whether nothing was left half done, as an interruption may do. */
  get isWhole(): boolean {
    return this.#isWhole && this.#observers.isWhole;
  }

  /** Observes the state at the next step. Throws OBSERVER_FAILED: the step before is then the last. */
  readonly visit = (state: unknown, { step }: Pick<StepContext<Params>, "step">): false => {
    if (step === this.#blockEnd) this.#endBlock();
    if (step === this.#check) this.#lookChecked(state, step);
    else this.#observers.take(state, step, this.#segment);
    this.#next = step + 1;
    return false;
  };

  /** What was observed so far. */
  observed(): Observed {
    const { blockSize } = this.#segment;
    const summaries = this.#observers.summaries();
    const shapes = this.#observers.shapes();
    const isFull = this.#next === this.#blockEnd;
    const series = this.#lines.map(({ name, unit, title, tree }, i): Series => {
      const own = { name, definition: { by: "simulation" }, unit, title } as const;
      const [shape, summary, to] = [shapes[i], summaries[i], this.to];
      if (!isFull) return { ...own, shape, to, edge: tree.edge(), tail: summary };
      const whole = seriesBuilder(tree.edge(), () => shape, this.#put);
      whole.append(summary);
      return { ...own, shape, to, edge: whole.edge(), tail: undefined };
    });
    return { blockSize, series };
  }

  #endBlock(): void {
    this.#isWhole = false;
    const summaries = this.#observers.summaries();
    for (const [i, { tree }] of this.#lines.entries()) tree.append(summaries[i]);
    this.#observers.restart();
    this.#blockEnd += this.#segment.blockSize;
    this.#isWhole = true;
  }

  #lookChecked(state: unknown, step: number): void {
    const segment = this.#segment;
    lookUnchanged(state, step, segment, () => this.#observers.take(state, step, segment));
    this.#check = this.#blockEnd + (this.#checkGap - 1) * segment.blockSize;
    this.#checkGap *= 4;
  }
}
