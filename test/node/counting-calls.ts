import type { Files } from "../../src/node/host/files.ts";
import { quickFiles } from "./store-tools.ts";

/** Files that count the calls that reach the system, and the names that lists give. */
export function countingCalls(): Files & { readonly calls: () => number } {
  let calls = 0;
  const counted = Object.entries(quickFiles).map(([name, call]) => [
    name,
    (...given: unknown[]) => {
      const result = (call as (...given: unknown[]) => unknown)(...given);
      calls += Array.isArray(result) ? result.length + 1 : 1;
      return result;
    },
  ]);
  return { ...(Object.fromEntries(counted) as Files), calls: () => calls };
}

/** Whether work grows no faster than what it is done on, by the calls for three sizes: n, 2n and 3n. */
export function growsEvenly([one, two, three]: readonly [number, number, number]): boolean {
  return three - two <= (two - one) * 1.05 + 4;
}
