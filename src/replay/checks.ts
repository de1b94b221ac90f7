/**
 * Remembers which blocks replayed as recorded here, so that each is checked once. An entry holds
 * for one program, one start and one host.
 */
export interface Checks {
  /** Whether the block with this key was checked. */
  has(key: string): boolean;
  add(key: string): void;
  /** How long the checks of one command may take; infinite for no limit. */
  readonly limitMs: number;
  /** Called with the steps that were left unchecked because the limit was reached. */
  leftUnchecked(steps: { readonly from: number; readonly to: number }): void;
}

/** Remembers checked blocks in memory, and sets no limit. */
export function memoryChecks(): Checks {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add: (key) => void keys.add(key),
    limitMs: Number.POSITIVE_INFINITY,
    leftUnchecked: () => undefined,
  };
}
