import { count } from "../../base/count.ts";
import { MAX_DEPTH } from "../cbor/cursor.ts";
import { Writer } from "../cbor/writer.ts";
import { formatPath, type PathStep } from "../path/format.ts";
import type { BufferWriter } from "./buffer-writer.ts";
import type { Fault } from "./faults.ts";
import { refusal } from "./refusal.ts";

/** The output that the kinds write a state to, and the writer's place in the state. */
export abstract class StateOutput {
  /** The bytes so far. */
  readonly out: Writer = new Writer();
  abstract readonly buffers: BufferWriter;
  /** The current step inside each open container; undefined until it is known. */
  readonly steps: (PathStep | undefined)[] = [];
  /**
   * The number of open containers. `enter` returns the depth to restore at the end of the new one.
   */
  depth = 0;
  protected readonly open: object[] = [];
  /** Whether arrays and objects are taken for ordinary ones. */
  readonly unchecked: boolean;
  readonly #root: string | undefined;

  constructor(root: string | undefined, unchecked: boolean) {
    this.#root = root;
    this.unchecked = unchecked;
  }

  /** Writes any value of a state. */
  abstract value(value: unknown): void;

  /** Writes any string. */
  abstract text(text: string): void;

  /** Refuses an object that only pretends to be of its kind. */
  abstract refuseFalse(value: object): never;

  /** Opens a container; returns its depth, which must be assigned to `depth` once it is written. */
  enter(container: object): number {
    const depth = this.depth;
    if (depth >= MAX_DEPTH) this.refuseDepth();
    this.open[depth] = container;
    this.steps[depth] = undefined;
    this.depth = depth + 1;
    return depth;
  }

  /** What `read` returns; it throws for an object that only pretends to be of its kind. */
  genuine<T>(value: object, read: () => T): T {
    try {
      return read();
    } catch {
      return this.refuseFalse(value);
    }
  }

  /** Refuses the current value if it has a fault. */
  check(fault: Fault | undefined): void {
    if (fault === undefined) return;
    const steps = fault.step === undefined ? [] : [fault.step];
    throw refusal(this.path(...steps), fault.found, fault.advice);
  }

  /** The path of the current value, or of a part of it. */
  path(...more: PathStep[]): string {
    const steps = this.steps.slice(0, this.depth).filter((step) => step !== undefined);
    return formatPath([...steps, ...more], this.#root);
  }

  protected refuse(found: string, advice: string): never {
    throw refusal(this.path(), found, advice);
  }

  protected refuseDepth(): never {
    const path = this.path();
    const start = path.length > 80 ? `${path.slice(0, 80)}…` : path;
    throw refusal(
      start,
      `is nested more than ${count(MAX_DEPTH)} deep`,
      "keep long chains as an array, and link its elements by index",
    );
  }
}
