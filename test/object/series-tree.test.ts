import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/codec/hash.ts";
import { type Id, type Kind, objectId } from "../../src/object/id.ts";
import { mergeSummaries } from "../../src/object/merge-summaries.ts";
import {
  decodeObserved,
  encodeObserved,
  type Series,
  type SeriesEdge,
} from "../../src/object/observed.ts";
import { EMPTY_SERIES, SeriesReader, seriesBuilder } from "../../src/object/series-tree.ts";
import type { Summary } from "../../src/object/summary-fields.ts";
import { NumberTally } from "../../src/statistics/number-summary.ts";
import { runs } from "../support/runs.ts";

const objects = new Map<Id, Uint8Array>();
const put = <K extends Kind>(kind: K, body: Uint8Array): Id<K> => {
  const id = objectId(sha256, kind, body);
  objects.set(id, body);
  return id;
};
const reader = (): SeriesReader => new SeriesReader(async (_, id) => objects.get(id) as Uint8Array);

const SHAPE = { kind: "number", width: 1 } as const;

/** The summary of block number `i`: of the number i, or of nothing. */
function blockOf(i: number): Summary | undefined {
  if (i % 7 === 3) return undefined;
  const tally = new NumberTally();
  tally.add(Float64Array.of(i), 1);
  const summary = tally.summary();
  return summary && { numbers: [summary] };
}

const MOST = 4_500;
const edges: SeriesEdge[] = [];
const builder = seriesBuilder(EMPTY_SERIES, () => SHAPE, put);
for (let i = 0; i <= MOST; i++) {
  edges.push(builder.edge());
  builder.append(blockOf(i));
}

const blocks = fc.integer({ min: 0, max: MOST });

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe("the tree of an observer's summaries", () => {
  test("of a prefix is that of a shorter recording, and goes on as it would", async () => {
    await fc.assert(
      fc.asyncProperty(blocks, blocks, fc.nat(100), async (a, b, more) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        const edge = await reader().prefix({ edge: edges[long] as SeriesEdge }, short);
        expect(edge).toEqual(edges[short]);
        const goingOn = seriesBuilder(edge, () => SHAPE, put);
        const to = Math.min(short + more, MOST);
        for (let i = short; i < to; i++) goingOn.append(blockOf(i));
        expect(goingOn.edge()).toEqual(edges[to]);
      }),
      {
        numRuns: runs(20),
        examples: [
          [4096, 4500, 0],
          [0, 4500, 64],
          [64, 4096, 0],
          [4032, 4097, 64],
        ],
      },
    );
  });

  test("gives the summary of any range from few nodes", async () => {
    await fc.assert(
      fc.asyncProperty(blocks, blocks, blocks, async (a, b, c) => {
        const [from, to, count] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        const series = { edge: edges[count] as SeriesEdge };
        const parts = await all(reader().covering(series, from, to));
        const expected = Array.from({ length: to - from }, (_, i) => blockOf(from + i));
        expect(mergeSummaries(parts)).toEqual(mergeSummaries(expected));
        expect(parts.length).toBeLessThanOrEqual(63 * 6);
        expect(await all(reader().blocks(series, from, to))).toEqual(expected);
      }),
      { numRuns: runs(20) },
    );
  });

  test("is the same after it was stored", () => {
    for (const count of [0, 1, 63, 64, 65, 4095, 4096, 4500]) {
      const tail = blockOf(1);
      const series: Series = {
        ...{ name: "infected", unit: "people", title: undefined, shape: SHAPE },
        definition: { by: "simulation" },
        ...{ to: count * 10, edge: edges[count] as SeriesEdge, tail },
      };
      const observed = { blockSize: 10, series: [series] };
      expect(decodeObserved(encodeObserved(observed))).toEqual(observed);
    }
  });
});
