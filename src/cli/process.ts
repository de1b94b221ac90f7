import type { Terminal } from "./terminal/output.ts";
import type { Page } from "./terminal/pager.ts";

/** What the command line needs from the process. */
export interface Process {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Calls back at Ctrl-C; returns a function that stops listening. */
  onInterrupt(listener: () => void): () => void;
  /** The time now, in milliseconds since 1970; by default the system's. */
  readonly now?: () => number;
  /** Reads all of standard input. */
  readonly readInput?: () => Promise<Uint8Array>;
  /** Standard input, part by part. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Shows long text; without it, text is printed directly. */
  readonly page?: Page;
}
