/**
 * Which blocks were replayed here and found to be as recorded, so that each is checked once. What is
 * remembered holds for one program, one start and one host.
 */
export interface Checks {
  /** Whether the block with this key was checked. */
  has(key: string): boolean;
  add(key: string): void;
  /** How long the checks of one command may take; without a limit where it is infinite. */
  readonly limitMs: number;
  /** Is told which steps were left unchecked because the limit was reached. */
  leftUnchecked(steps: { readonly from: number; readonly to: number }): void;
}

/** Remembers checked blocks for as long as it lives, and checks without a limit. */
export function memoryChecks(): Checks {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add: (key) => void keys.add(key),
    limitMs: Number.POSITIVE_INFINITY,
    leftUnchecked: () => undefined,
  };
}
