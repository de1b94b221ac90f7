import { describe, expect, test } from "vitest";
import { lineage } from "../../src/history/log.ts";
import type { Id } from "../../src/object/id.ts";
import { encodeTag } from "../../src/object/tag.ts";
import { emptyRuns } from "./runs.ts";

const time = (n: number): { time: string } => ({
  time: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
});

describe("the lineage of a run", () => {
  test("a run comes before those it was forked from; otherwise the latest comes first", async () => {
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

  test("of equal times the order does not depend on the store", async () => {
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
    expect(entry).toMatchObject({ id, names: ["archive/main/1", "main", "v1"] });
  });

  test("a parent that is not here is left out, and a diamond shows each run once", async () => {
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
