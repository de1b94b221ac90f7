import type { Sink } from "./table.ts";

/** Collects text, and passes it on as UTF-8 whenever there is enough. */
export class TextBuffer {
  readonly #sink: Sink;
  readonly #encoder = new TextEncoder();
  #text = "";

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  add(text: string): void {
    this.#text += text;
  }

  /** Whether `flush` should be called before more is added. */
  get isFull(): boolean {
    return this.#text.length >= FULL;
  }

  async flush(): Promise<void> {
    const bytes = this.#encoder.encode(this.#text);
    this.#text = "";
    await this.#sink.write(bytes);
  }
}

const FULL = 1 << 16;
