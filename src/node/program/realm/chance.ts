import { xoshiroAlgorithm } from "../../../random/xoshiro/algorithm.ts";
import { INSTEAD } from "../../../replay/guarded.ts";
import type { Gate } from "./gate.ts";

/**
 * Replaces the sources of chance in a realm. A package that draws while it is loaded, perhaps for
 * the salt of a table, draws from a stream that is the same in every run; all other draws are
 * refused.
 */
export class Chance {
  readonly #gate: Gate;
  #generator: { uint32(): number; random(): number } | undefined;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** `Math.random()` */
  random(): number {
    const hint = INSTEAD.chance;
    return this.#gate.deny({ name: "Math.random()", hint }, () => this.#stream().random());
  }

  /** Fills a view with bytes, as the function `name` would, and returns it. */
  fill<T extends ArrayBufferView>(name: string, view: T): T {
    return this.#gate.deny({ name, hint: INSTEAD.bytes }, () => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = this.#stream().uint32();
      return view;
    });
  }

  /** A UUID, as the function `name` would return. */
  uuid(name: string): string {
    return this.#gate.deny({ name, hint: INSTEAD.ids }, () => {
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
