import { RewindError } from "../base/errors.ts";
import type { Packed } from "./pack-writer.ts";
import type { PackRef, Remote } from "./remote.ts";

/** Sends packs, each while the next one is made. */
export class Outbox {
  readonly #remote: Remote;
  readonly #options: OutboxOptions;
  #sending: Promise<void> = Promise.resolve();

  constructor(remote: Remote, options: OutboxOptions) {
    this.#remote = remote;
    this.#options = options;
  }

  /** Waits for the pack before this one, and begins to send it. Throws INTERRUPTED. */
  async give(packed: Packed): Promise<void> {
    if (this.#options.signal?.aborted) throw new RewindError("INTERRUPTED", "interrupted");
    await this.#sending;
    this.#sending = this.transfer(packed);
    // The next call throws its error.
    this.#sending.catch(() => undefined);
  }

  /** Sends a pack unless the remote has it. */
  async transfer({ pack, bytes }: Packed): Promise<void> {
    const { dryRun = false, onSent } = this.#options;
    if (!dryRun && !(await this.#remote.has(pack))) await this.#remote.writePack(pack, bytes);
    onSent(pack);
  }

  /** Resolves when the last pack has arrived. Throws the error of a pack that did not. */
  end(): Promise<void> {
    return this.#sending;
  }
}

/** How packs are sent. */
interface OutboxOptions {
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onSent: (pack: PackRef) => void;
}
