import { xoshiroAlgorithm } from "../../../random/xoshiro/algorithm.ts";
import { FROM_RUN, INSTEAD } from "../../../replay/guarded.ts";
import type { Gate } from "./gate.ts";

const RANDOM = {
  name: "Math.random()",
  hint: INSTEAD.chance,
  fromRun: FROM_RUN.random,
} as const;

/**
 * Replaces the sources of chance in a realm. A package that draws while it is loaded, perhaps for
 * the salt of a table, draws from a stream that is the same in every run. In a step all draws are
 * refused, or are the run's.
 */
export class Chance {
  readonly #gate: Gate;
  #generator: { uint32(): number; random(): number } | undefined;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** `Math.random()` */
  random(): number {
    return this.#gate.deny(RANDOM, () => this.#stream().random());
  }

  /** Fills a view with bytes, as the function `name` would, and returns it. */
  fill<T extends ArrayBufferView>(name: string, view: T): T {
    const call = { name, hint: INSTEAD.bytes, fromRun: FROM_RUN.fill };
    const still = (): T => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = this.#stream().uint32();
      return view;
    };
    return this.#gate.deny(call, still, [view]);
  }

  /** A UUID, as the function `name` would return. */
  uuid(name: string): string {
    return this.#gate.deny({ name, hint: INSTEAD.ids, fromRun: FROM_RUN.uuid }, () => {
      const hex = (digits: number): string =>
        Array.from({ length: digits }, () => (this.#stream().uint32() & 15).toString(16)).join("");
      return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
    });
  }

  #stream(): { uint32(): number; random(): number } {
    this.#generator ??= xoshiroAlgorithm.fromSeed(new Uint8Array(32));
    return this.#generator;
  }
}
