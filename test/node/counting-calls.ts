import type { Files } from "../../src/node/host/files.ts";
import { quickFiles } from "../support/store-tools.ts";

/** Files that count the system calls, and the names in listings. */
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

/** Whether work grows at most linearly, by the calls for three sizes: n, 2n and 3n. */
export function growsEvenly([one, two, three]: readonly [number, number, number]): boolean {
  return three - two <= (two - one) * 1.05 + 4;
}
