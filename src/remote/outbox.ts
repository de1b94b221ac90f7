import { RewindError } from "../base/errors.ts";
import type { Filled, Packed } from "./pack-writer.ts";
import type { PackRef, Remote } from "./remote.ts";

/** Sends packs one after the other, each while the next one is hashed and the one after is filled. */
export class Outbox {
  readonly #remote: Remote;
  readonly #options: OutboxOptions;
  /** The packs that were given and have arrived. */
  readonly given: PackRef[] = [];
  /** Resolve when the last pack has arrived, and the one before it. */
  #last: Promise<void> = Promise.resolve();
  #beforeLast: Promise<void> = Promise.resolve();

  constructor(remote: Remote, options: OutboxOptions) {
    this.#remote = remote;
    this.#options = options;
  }

  /**
   * Begins to hash a pack, to be sent after the one before it, once the one before that has arrived.
   * Throws INTERRUPTED, and the error of a pack that did not arrive.
   */
  async give(filled: Filled): Promise<void> {
    this.#goOn();
    await this.#beforeLast;
    const before = this.#last;
    const packed = filled();
    this.#beforeLast = before;
    this.#last = Promise.all([packed, before]).then(async ([whole]) => {
      await this.transfer(whole);
      this.given.push(whole.pack);
    });
    // A later call throws its error.
    this.#last.catch(() => undefined);
  }

  /** Sends a pack unless the remote has it. Throws INTERRUPTED. */
  async transfer({ pack, bytes }: Packed): Promise<void> {
    this.#goOn();
    const { dryRun = false, onSent } = this.#options;
    if (!dryRun && !(await this.#remote.has(pack))) await this.#remote.writePack(pack, bytes);
    onSent(pack);
  }

  #goOn(): void {
    if (this.#options.signal?.aborted) throw new RewindError("INTERRUPTED", "interrupted");
  }

  /** Resolves when the last pack has arrived. Throws the error of a pack that did not. */
  end(): Promise<void> {
    return this.#last;
  }
}

/** How packs are sent. */
interface OutboxOptions {
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onSent: (pack: PackRef) => void;
}
