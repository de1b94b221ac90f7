import { describe, expect, test } from "vitest";
import { lineage, log } from "../../src/history/log.ts";
import type { Id } from "../../src/object/id.ts";
import { encodeTag } from "../../src/object/tag.ts";
import { emptyRuns } from "./runs.ts";

const time = (n: number): { time: string } => ({
  time: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
});

test("a log of all reads each run once", async () => {
  const runs = await emptyRuns();
  const main = await runs.put({ ref: "refs/heads/main" });
  await runs.put({ parents: [{ run: main, step: 5 }], ref: "refs/heads/fork" });
  await runs.point("refs/archive/main/1", main);
  const read: string[] = [];
  const get: typeof runs.store.get = (id) => {
    read.push(id);
    return runs.store.get(id);
  };
  const store = { ...runs.store, get };
  expect(await log(store, runs.refs, undefined, { names: new Map() })).toHaveLength(2);
  expect(read).toHaveLength(2);
});

describe("the lineage of a run", () => {
  test("a run comes before the runs that it was forked from; apart from that, the latest comes first", async () => {
    const runs = await emptyRuns();
    const root = await runs.put({ meta: time(1), ref: "refs/heads/root" });
    const early = await runs.put({ meta: time(2), parents: [{ run: root, step: 5 }] });
    // A clock that was set back: a child still comes before its parent.
    const odd = await runs.put({ meta: time(0), parents: [{ run: early, step: 7 }] });
    const late = await runs.put({ meta: time(9), parents: [{ run: root, step: 6 }] });
    const both = await lineage(runs.store, runs.refs, [odd, late]);
    expect(both.map(({ id }) => id)).toEqual([late, odd, early, root]);
    const other = await lineage(runs.store, runs.refs, [late, odd]);
    expect(other.map(({ id }) => id)).toEqual([late, odd, early, root]);
    const one = await lineage(runs.store, runs.refs, [early, early]);
    expect(one.map(({ id }) => id)).toEqual([early, root]);
  });

  test("the order of equal times does not depend on the store", async () => {
    const runs = await emptyRuns();
    const ids: Id<"run">[] = [];
    for (let n = 0; n < 20; n++) ids.push(await runs.put({ meta: { ...time(1), n } }));
    const order = async (from: typeof ids): Promise<string[]> =>
      (await lineage(runs.store, runs.refs, from)).map(({ id }) => id);
    expect(await order(ids)).toEqual(await order([...ids].reverse()));
  });

  test("names are branches, tags and archived runs", async () => {
    const runs = await emptyRuns();
    const id = await runs.put({ ref: "refs/heads/main" });
    await runs.point("refs/archive/main/1", id);
    const writer = await runs.store.writer();
    const tag = writer.put("tag", encodeTag({ target: id, name: "v1", message: "", time: "" }));
    await writer.close();
    await runs.point("refs/tags/v1", tag);
    const [entry] = await lineage(runs.store, runs.refs, [tag]);
    expect(entry).toMatchObject({ id, names: ["main", "v1", "archive/main/1"] });
  });

  test("a parent that is not in the store is left out, and a diamond shows each run once", async () => {
    const runs = await emptyRuns();
    const gone = "cd".repeat(32) as typeof root;
    const root = await runs.put({ meta: time(1), parents: [{ run: gone, step: 1 }] });
    const a = await runs.put({ meta: time(2), parents: [{ run: root, step: 1 }] });
    const b = await runs.put({ meta: time(3), parents: [{ run: root, step: 1 }] });
    const tip = await runs.put({
      meta: time(4),
      parents: [
        { run: a, step: 1 },
        { run: b, step: 1 },
      ],
    });
    const entries = await lineage(runs.store, runs.refs, [tip]);
    expect(entries.map(({ id }) => id)).toEqual([tip, b, a, root]);
  });
});

describe("a range of runs", () => {
  test("the runs behind the right side that are not behind the left one", async () => {
    const runs = await emptyRuns();
    // Parents come first, so that a number is also the index in `ids`.
    const parents = [[], [0], [1], [1], [2, 3], [3], []];
    const ids: Id<"run">[] = [];
    for (const [n, from] of parents.entries()) {
      const made = from.map((parent) => ({ run: ids[parent] as Id<"run">, step: 1 }));
      const ref = `refs/heads/r${n}`;
      ids.push(await runs.put({ meta: { ...time(n), n }, parents: made, ref }));
    }
    const behind = (n: number): Set<number> =>
      new Set([n, ...(parents[n] ?? []).flatMap((parent) => [...behind(parent)])]);
    await runs.point("HEAD", "ref: refs/heads/r2");
    for (let a = 0; a < parents.length; a++) {
      for (let b = 0; b < parents.length; b++) {
        const expected = [...behind(b)].filter((n) => !behind(a).has(n)).sort();
        const entries = await log(runs.store, runs.refs, `r${a}..r${b}`);
        expect(entries.map(({ id }) => ids.indexOf(id)).sort()).toEqual(expected);
      }
      const left = await log(runs.store, runs.refs, `r${a}..`);
      expect(left).toEqual(await log(runs.store, runs.refs, `r${a}..r2`));
      const right = await log(runs.store, runs.refs, `..r${a}`);
      expect(right).toEqual(await log(runs.store, runs.refs, `r2..r${a}`));
    }
  });

  test("without a text it is every run; a step of a run is not a side of a range", async () => {
    const runs = await emptyRuns();
    const a = await runs.put({ meta: time(1), ref: "refs/heads/a" });
    const b = await runs.put({ meta: time(2), ref: "refs/archive/b/1" });
    expect((await log(runs.store, runs.refs)).map(({ id }) => id)).toEqual([b, a]);
    await expect(log(runs.store, runs.refs, "a@3..archive/b/1")).rejects.toMatchObject({
      code: "INVALID_REVISION",
      message:
        'expected a range of runs such as main..fix, got a step of one in "a@3..archive/b/1"',
    });
  });

  test("a tag with the name of a branch is listed by its longer name", async () => {
    const runs = await emptyRuns();
    const id = await runs.put({ ref: "refs/heads/v1" });
    await runs.point("refs/tags/v1", id);
    expect((await log(runs.store, runs.refs, "v1"))[0]?.names).toEqual(["v1", "tags/v1"]);
  });
});
