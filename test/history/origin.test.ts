import { describe, expect, test } from "vitest";
import { originsIn } from "../../src/history/origin.ts";
import type { Id } from "../../src/object/id.ts";
import { decodeRun } from "../../src/object/run.ts";
import { objectReader } from "../../src/store/object-store.ts";
import { emptyRuns, type Runs } from "./runs.ts";

/** The chain of a run: kind, name and step of each origin. */
async function chainOf(runs: Runs, id: Id<"run">): Promise<unknown[]> {
  const run = decodeRun(await objectReader(runs.store)("run", id));
  const origins = await originsIn(runs.store, runs.refs);
  return (await origins.chain(id, run)).map(({ kind, name, step }) => [kind, name, step]);
}

describe("the origin of a run", () => {
  test("by the operation log, through any number of resets and forks", async () => {
    const runs = await emptyRuns();
    let main = await runs.put({ steps: 100, meta: { n: -1 } });
    await runs.refs.update([{ name: "refs/heads/main", from: undefined, to: main }], "record");
    const expected: unknown[] = [];
    for (let n = 1; n <= 30; n++) {
      const cut = await runs.put({ steps: 50, parents: [{ run: main, step: 50 }], meta: { n } });
      await runs.refs.update(
        [
          { name: "refs/heads/main", from: main, to: cut },
          { name: `refs/archive/main/${n}`, from: undefined, to: main },
        ],
        "reset main",
      );
      main = await runs.put({ steps: 100, parents: [{ run: cut, step: 50 }], meta: { n } });
      await runs.refs.update([{ name: "refs/heads/main", from: cut, to: main }], "extend main");
      expected.unshift(["extended", n === 30 ? "main" : `archive/main/${n + 1}`, 50]);
      expected.splice(1, 0, ["reset", `archive/main/${n}`, 50]);
    }
    expect(await chainOf(runs, main)).toEqual(expected);
    // Longer than its parent: without the log it would look like an extended run.
    const fork = await runs.put({ steps: 200, parents: [{ run: main, step: 100 }] });
    await runs.refs.update([{ name: "refs/heads/f", from: undefined, to: fork }], "branch f");
    expect(await chainOf(runs, fork)).toEqual([["forked", "main", 100], ...expected]);
  });

  test("by the runs themselves, if the log does not go back that far", async () => {
    const runs = await emptyRuns();
    const root = await runs.put({ steps: 100, meta: { n: 1 } });
    const kind = async (steps: number, step: number): Promise<unknown> => {
      const id = await runs.put({ steps, parents: [{ run: root, step }], meta: { steps, step } });
      return (await chainOf(runs, id))[0];
    };
    expect(await kind(200, 100)).toEqual(["extended", undefined, 100]);
    expect(await kind(100, 100)).toEqual(["forked", undefined, 100]);
    expect(await kind(200, 60)).toEqual(["forked", undefined, 60]);
    expect(await kind(60, 60)).toEqual(["forked", undefined, 60]);
    await runs.point("refs/archive/main/1", root);
    expect(await kind(60, 60)).toEqual(["reset", "archive/main/1", 60]);
    const part = await runs.put({ steps: 40, goal: 100, meta: { part: true } });
    const rest = await runs.put({ steps: 100, parents: [{ run: part, step: 40 }] });
    expect(await chainOf(runs, rest)).toEqual([["resumed", undefined, 40]]);
  });

  test("a run without a name takes the name of a run that continues it", async () => {
    const runs = await emptyRuns();
    const first = await runs.put({ steps: 10, meta: { n: 1 } });
    const second = await runs.put({ steps: 20, parents: [{ run: first, step: 10 }] });
    const third = await runs.put({
      steps: 30,
      parents: [{ run: second, step: 20 }],
      ref: "refs/heads/main",
    });
    // A fork in the middle does not share all states of its parent, so it does not name the parent.
    await runs.put({ steps: 30, parents: [{ run: first, step: 5 }], ref: "refs/heads/a" });
    expect(await chainOf(runs, third)).toEqual([
      ["extended", "main", 20],
      ["extended", "main", 10],
    ]);
    await runs.point("refs/tags/v1", first);
    expect((await chainOf(runs, third))[1]).toEqual(["extended", "v1", 10]);
  });

  test("the chain ends at a run that is not in the store", async () => {
    const runs = await emptyRuns();
    const gone = "cd".repeat(32) as Id<"run">;
    const id = await runs.put({ steps: 5, parents: [{ run: gone, step: 5 }] });
    expect(await chainOf(runs, id)).toEqual([["forked", undefined, 5]]);
  });
});
