import { beforeEach, describe, expect, test } from "vitest";
import { resolve } from "../../src/history/resolve.ts";
import type { Id } from "../../src/object/id.ts";
import { encodeTag } from "../../src/object/tag.ts";
import { emptyRuns, type Runs } from "./runs.ts";

let runs: Runs;
let first: Id<"run">;
let second: Id<"run">;
let archived: Id<"run">;

beforeEach(async () => {
  runs = await emptyRuns();
  first = await runs.put({ steps: 1_000, meta: { n: 1 } });
  archived = await runs.put({ steps: 10, meta: { n: 2 }, ref: "refs/archive/main/1" });
  second = await runs.put({ steps: 2_000, meta: { n: 3 } });
  await runs.point("refs/heads/main", first);
  await runs.point("refs/heads/main", second);
  await runs.point("refs/heads/fix/clamp", first);
  const writer = await runs.store.writer();
  const tag = writer.put("tag", encodeTag({ target: first, name: "v1", message: "", time: "" }));
  await writer.close();
  await runs.point("refs/tags/v1", tag);
});

const found = async (text: string): Promise<unknown[]> => {
  const { id, step, ref } = await resolve(runs.store, runs.refs, text);
  return [id, step, ref];
};

describe("a revision names", () => {
  test("a branch, HEAD, a tag, an archived run, a full ref", async () => {
    const main = "refs/heads/main";
    expect(await found("main")).toEqual([second, undefined, main]);
    expect(await found("HEAD")).toEqual([second, undefined, main]);
    expect(await found("refs/heads/main")).toEqual([second, undefined, main]);
    expect(await found("heads/main")).toEqual([second, undefined, main]);
    expect(await found("fix/clamp@5")).toEqual([first, 5, "refs/heads/fix/clamp"]);
    expect(await found("v1@50%")).toEqual([first, 500, "refs/tags/v1"]);
    expect(await found("archive/main/1@-1")).toEqual([archived, 10, "refs/archive/main/1"]);
  });

  test("a step of it", async () => {
    expect(await found("main@1_842")).toEqual([second, 1842, "refs/heads/main"]);
    expect(await found("main@0")).toEqual([second, 0, "refs/heads/main"]);
    expect(await found("main@-2001")).toEqual([second, 0, "refs/heads/main"]);
    expect(await found("HEAD~100")).toEqual([second, 1900, "refs/heads/main"]);
  });

  test("HEAD's cursor is the step that HEAD means, and ~ counts from it", async () => {
    await runs.point("HEAD", "ref: refs/heads/main\nstep: 1500");
    expect(await found("HEAD")).toEqual([second, 1500, "refs/heads/main"]);
    expect(await found("HEAD~100")).toEqual([second, 1400, "refs/heads/main"]);
    expect(await found("HEAD@7")).toEqual([second, 7, "refs/heads/main"]);
    expect(await found("main")).toEqual([second, undefined, "refs/heads/main"]);
    // The cursor is beyond the end of the run before; it was not there then.
    expect(await found("HEAD@{1}")).toEqual([first, undefined, undefined]);
  });

  test("what a ref named so many changes ago", async () => {
    expect(await found("main@{0}")).toEqual([second, undefined, undefined]);
    expect(await found("main@{1}")).toEqual([first, undefined, undefined]);
    expect(await found("main@{1}@10%")).toEqual([first, 100, undefined]);
    expect(await found("HEAD@{1}")).toEqual([first, undefined, undefined]);
    await runs.point("HEAD", "ref: refs/heads/fix/clamp");
    expect(await found("HEAD@{0}")).toEqual([first, undefined, undefined]);
    expect(await found("HEAD@{1}")).toEqual([second, undefined, undefined]);
    await expect(found("main@{2}")).rejects.toMatchObject({
      code: "UNKNOWN_REVISION",
      message: 'cannot go back 2 changes in "main@{2}": the log of refs/heads/main has 2',
    });
  });

  test("a run by the first digits of its id, at least four", async () => {
    for (const length of [4, 7, 12, 64]) {
      expect(await found(first.slice(0, length))).toEqual([first, undefined, undefined]);
    }
    expect(await found(first.slice(0, 8).toUpperCase())).toEqual([first, undefined, undefined]);
    expect(await found(`${first}@12`)).toEqual([first, 12, undefined]);
    for (const text of [first.slice(0, 3), `${first}0`, `${first.slice(0, 8)}g`]) {
      await expect(found(text)).rejects.toMatchObject({ code: "UNKNOWN_REVISION" });
    }
  });

  test("a branch rather than an id that looks like it", async () => {
    await runs.point(`refs/heads/${first.slice(0, 6)}`, second);
    expect((await found(first.slice(0, 6)))[0]).toBe(second);
    expect((await found(first.slice(0, 7)))[0]).toBe(first);
  });
});

describe("what names nothing, or too much", () => {
  test("an ambiguous id tells the ids", async () => {
    const seen = new Map<string, Id<"run">>();
    let pair: [Id<"run">, Id<"run">] | undefined;
    for (let n = 0; pair === undefined; n++) {
      const id = await runs.put({ meta: { another: n } });
      const twin = seen.get(id.slice(0, 4));
      if (twin !== undefined) pair = [twin, id];
      seen.set(id.slice(0, 4), id);
    }
    const [a, b] = pair;
    await expect(found(a.slice(0, 4))).rejects.toMatchObject({
      code: "AMBIGUOUS_ID",
      data: { matches: expect.arrayContaining([a, b]) },
    });
    expect((await found(a))[0]).toBe(a);
  });

  test("other objects are no runs", async () => {
    const writer = await runs.store.writer();
    const chunk = writer.put("chunk", Uint8Array.of(1, 2, 3));
    await writer.close();
    await expect(found(chunk)).rejects.toMatchObject({ code: "UNKNOWN_REVISION" });
  });

  test.each([
    ["mian", ["main"]],
    ["Main", ["main"]],
    ["fix/clmp", ["fix/clamp"]],
    ["v2", ["v1"]],
    ["something-else-altogether", []],
  ])("%s: the nearest names are %j", async (text, names) => {
    await expect(found(text)).rejects.toMatchObject({
      code: "UNKNOWN_REVISION",
      data: { names, known: expect.arrayContaining(["main", "v1"]) },
    });
  });

  test.each(["main@2001", "main@-2002", "HEAD~2001", "v1@1001", "main@9999999999999999999"])(
    "%s is out of range",
    async (text) => {
      await expect(found(text)).rejects.toMatchObject({ code: "STEP_OUT_OF_RANGE" });
    },
  );

  test("HEAD before anything is recorded", async () => {
    runs = await emptyRuns();
    await expect(found("HEAD")).rejects.toMatchObject({
      code: "UNKNOWN_REVISION",
      message: "HEAD names the branch main, which has no run yet",
    });
  });

  test.each(["../../etc/passwd", "..", "refs/", "HEAD/x", "a b", "\0", "refs/heads/../../config"])(
    "%j leads nowhere",
    async (text) => {
      await expect(found(text)).rejects.toMatchObject({ code: "UNKNOWN_REVISION" });
    },
  );
});
