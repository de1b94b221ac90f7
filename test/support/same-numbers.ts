import { expect } from "vitest";

type Numbers = Uint8Array | Float64Array | BigUint64Array;

// Here, and not in the setup, which runs before each file: it is added once for a process.
expect.addEqualityTesters([sameNumbers]);

/**
 * Whether two typed arrays have the same type and elements, for `expect`: by itself it compares each
 * element as a property, which takes seconds for a megabyte. `undefined` leaves other values to it.
 */
export function sameNumbers(a: unknown, b: unknown): boolean | undefined {
  if (!isNumbers(a) || !isNumbers(b) || a.constructor !== b.constructor) return undefined;
  if (a.length !== b.length) return false;
  // Not `every`, which a test may have replaced.
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function isNumbers(value: unknown): value is Numbers {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
