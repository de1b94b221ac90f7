import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "../../src/codec/hash.ts";
import { RESULT_PAGES, type RowResult } from "../../src/object/ensemble-results.ts";
import { type Id, objectId } from "../../src/object/id.ts";
import { PagedList, readEntry, readList } from "../../src/object/pages.ts";
import type { PutObject, ReadObject } from "../../src/object/state.ts";

const DONE: RowResult = { status: "done", run: "0".repeat(64) as Id<"run"> };
const PART: RowResult = { status: "unfinished", run: "1".repeat(64) as Id<"run">, steps: 3 };

/** Objects in memory, and how often each was put. */
function objects() {
  const bodies = new Map<string, Uint8Array>();
  const put: PutObject = (kind, body) => {
    const id = objectId(sha256, kind, body);
    bodies.set(id, body);
    return id;
  };
  const readObject: ReadObject = async (_, id) => {
    const body = bodies.get(id);
    if (body === undefined) throw new Error(`missing ${id}`);
    return body;
  };
  return { bodies, put, readObject };
}

const lists = fc
  .array(fc.option(fc.constantFrom(DONE, PART), { nil: undefined }), { maxLength: 200 })
  .chain((entries) =>
    // Some reach the third level.
    fc.constantFrom(0, 64, 4_090).map((more) => [...entries, ...Array(more).fill(DONE)]),
  );

test("a list reads as it was written, whole and entry by entry, whatever the order of its changes", async () => {
  await fc.assert(
    fc.asyncProperty(lists, fc.array(fc.nat(), { maxLength: 20 }), async (entries, some) => {
      const { bodies, put, readObject } = objects();
      const list = new PagedList(RESULT_PAGES, new Array(entries.length).fill(undefined));
      const order = [...entries.keys()].sort((a, b) => ((a * 7919) % 101) - ((b * 7919) % 101));
      for (const [n, i] of order.entries()) {
        list.set(i, entries[i]);
        if (n % 50 === 0) list.write(sha256, put);
      }
      const stored = list.write(sha256, put);
      for (const { kind, body } of list.passing()) put(kind, body);
      expect(await readList(RESULT_PAGES, stored, readObject)).toEqual(entries);
      for (const at of some.map((n) => n % Math.max(1, entries.length))) {
        expect(await readEntry(RESULT_PAGES, stored, at, readObject)).toEqual(entries[at]);
      }
      const whole = new PagedList(RESULT_PAGES, entries).write(sha256, put);
      expect(whole).toEqual(stored);
      expect(bodies.size).toBeGreaterThanOrEqual(stored.top === undefined ? 0 : 1);
    }),
    { numRuns: 30 },
  );
});

test("only pages whose entries stay are put; the others pass", () => {
  const { bodies, put } = objects();
  const list = new PagedList(RESULT_PAGES, [...Array(64).fill(DONE), DONE, PART]);
  list.write(sha256, put);
  expect(bodies.size).toBe(1);
  expect(list.passing().map(({ kind }) => kind)).toEqual(["results", "results"]);
  list.set(65, DONE);
  list.write(sha256, put);
  expect(bodies.size).toBe(3);
  expect(list.passing()).toEqual([]);
});

test("a page that does not fit its place is refused", async () => {
  const { put, readObject } = objects();
  const stored = new PagedList(RESULT_PAGES, Array(70).fill(DONE)).write(sha256, put);
  await expect(readList(RESULT_PAGES, { ...stored, count: 71 }, readObject)).rejects.toThrow(
    "expected a page of level 0 with 7 entries at 64, got one of level 0 with 6",
  );
  await expect(
    readEntry(RESULT_PAGES, { ...stored, count: 5_000 }, 0, readObject),
  ).rejects.toMatchObject({ code: "OBJECT_INVALID" });
});
