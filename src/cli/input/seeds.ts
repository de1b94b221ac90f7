import { plural } from "../../base/count.ts";
import { usageError } from "./usage-error.ts";

/** No ensemble has more runs. */
const MOST_SEEDS = 64n ** 4n;

/** The seeds that `0..99`, `1,2,5` or `0..9,20..29` lists. Throws USAGE. */
export function parseSeeds(text: string, option: string): readonly (number | bigint)[] {
  const ranges = text.split(",").map((part) => {
    const ends = part.split("..");
    const [first, last = first] = ends.map(seedIn);
    if (ends.length > 2 || first === undefined || last === undefined || last < first) {
      throw usageError(`expected ${option} such as 0..99 or 1,2,5, got ${JSON.stringify(text)}`);
    }
    return { first, length: last - first + 1n };
  });
  const total = ranges.reduce((sum, { length }) => sum + length, 0n);
  if (total > MOST_SEEDS) {
    const got = plural(Number(total), "seed");
    throw usageError(
      `expected at most ${plural(Number(MOST_SEEDS), "seed")} in ${option}, got ${got}`,
    );
  }
  return ranges.flatMap(({ first, length }) =>
    Array.from({ length: Number(length) }, (_, i) => short(first + BigInt(i))),
  );
}

function seedIn(text: string): bigint | undefined {
  return /^\d+(_\d+)*$/.test(text) ? BigInt(text.replaceAll("_", "")) : undefined;
}

function short(seed: bigint): number | bigint {
  return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
}
