import { writeFileSync } from "node:fs";
import path from "node:path";
import { outputFileSync } from "fs-extra/esm";
import { describe, expect, test } from "vitest";
import { describeBranches } from "../../src/history/describe-branches.ts";
import { NOTHING_LIVE } from "../../src/history/live.ts";
import { log } from "../../src/history/log.ts";
import { namesOfRuns } from "../../src/history/names.ts";
import { resolve } from "../../src/history/resolve.ts";
import { soundRefs } from "../../src/history/sound-refs.ts";
import { fileRefs } from "../../src/node/store/file-refs.ts";
import { FileStore } from "../../src/node/store/file-store.ts";
import { storeFiles } from "../../src/node/store/store-files.ts";
import { encodeTag } from "../../src/object/tag.ts";
import { logEntries } from "../../src/repository/log-entry.ts";
import { overlayRefs } from "../../src/store/ref-store.ts";
import { emptyStore, refTools, storeTools } from "../support/store-tools.ts";
import { countingCalls, growsEvenly } from "./counting-calls.ts";
import { recordWalk } from "./recording.ts";

type Ref = (i: number, ids: { readonly run: string; readonly tag: string }) => [string, string];

const KINDS: Readonly<Record<string, Ref>> = {
  "branches of one run": (i, { run }) => [`refs/heads/b${i}`, run],
  "branches in folders": (i, { run }) => [`refs/heads/f${i}/b`, run],
  "tags of one run": (i, { tag }) => [`refs/tags/t${i}`, tag],
  "archived runs": (i, { run }) => [`refs/archive/main/${i + 1}`, run],
  "branches of nothing": (i) => [`refs/heads/b${i}`, i.toString(16).padStart(64, "0")],
  "damaged branches": (i) => [`refs/heads/b${i}`, `nonsense ${i}`],
};

const IDS = { run: "", tag: "" };

/** A store of one run, `main`, and many other refs. */
async function storeOf(count: number, ref: Ref) {
  const root = emptyStore();
  const writing = new FileStore(root, storeTools());
  const { id: run } = await recordWalk(writing, undefined, 64);
  const writer = await writing.writer();
  const tag = writer.put("tag", encodeTag({ target: run, name: "t", message: "", time: "" }));
  await writer.close();
  writing.close();
  for (let i = 0; i < count; i++) {
    const [name, target] = ref(i, { run, tag });
    outputFileSync(path.join(root, name), `${target}\n`);
  }
  writeFileSync(path.join(root, "refs/heads/main"), `${run}\n`);
  const files = countingCalls();
  const store = new FileStore(root, storeTools(files));
  return { store, refs: fileRefs(root, refTools(files)), files, run, root };
}

type Opened = Awaited<ReturnType<typeof storeOf>>;

const SIZES = [40, 80, 120] as const;

async function callsOf(
  ref: Ref,
  work: (opened: Opened) => unknown,
): Promise<[number, number, number]> {
  const calls: number[] = [];
  for (const size of SIZES) {
    const opened = await storeOf(size, ref);
    const before = opened.files.calls();
    await work(opened);
    calls.push(opened.files.calls() - before);
    opened.store.close();
  }
  return calls as [number, number, number];
}

describe.each(Object.entries(KINDS))("of many %s", (_, ref) => {
  test("one is found without reading the others", async () => {
    const calls = await callsOf(ref, ({ store, refs }) => resolve(store, refs, "main@5"));
    expect(new Set(calls)).toHaveProperty("size", 1);
  });

  test("a log reads each a few times", async () => {
    const { store, refs, files } = await storeOf(100, ref);
    const before = files.calls();
    await log(store, refs, undefined, { onDamaged: () => undefined });
    // Once for the runs and once for their names: stat, open, read and close, and a look into the folder.
    expect(files.calls() - before).toBeLessThan(100 * 20);
    const calls = await callsOf(ref, (opened) =>
      log(opened.store, opened.refs, undefined, { onDamaged: () => undefined }),
    );
    expect(calls).toSatisfy(growsEvenly);
  });

  test("a list reads each once, and a command that needs them twice lists them once", async () => {
    const { store, root, files } = await storeOf(100, ref);
    const refs = fileRefs(root, refTools(storeFiles(root, files)));
    const before = files.calls();
    await refs.list("refs/");
    // For each: one name in a listing, perhaps a folder and its listing and check, and the text.
    expect(files.calls() - before).toBeLessThan(100 * (ref(0, IDS)[0].endsWith("/b") ? 5 : 2) + 30);
    const lists: string[] = [];
    const list: typeof refs.list = (prefix) => {
      lists.push(prefix);
      return refs.list(prefix);
    };
    const seen = { ...refs, list };
    await describeBranches(store, seen, NOTHING_LIVE, async () => undefined);
    expect(lists).toHaveLength(1);
    const options = { onDamaged: () => undefined };
    await logEntries({ objects: store, seen, live: NOTHING_LIVE }, undefined, options);
    expect(lists).toHaveLength(2);
  });

  test("a new one is made without reading the others", async () => {
    const { files, run, root } = await storeOf(100, ref);
    let reads = 0;
    const readText: typeof files.readText = (file) => {
      reads++;
      return files.readText(file);
    };
    const counted = fileRefs(root, refTools({ ...files, readText }));
    await counted.update([{ name: "refs/heads/x", from: undefined, to: run }], "x");
    expect(reads).toBeLessThan(20);
  });
});

test("a run or tag is read once, even if many refs name it", async () => {
  for (const kind of ["branches of one run", "tags of one run"]) {
    const { store, refs } = await storeOf(50, KINDS[kind] as Ref);
    let gets = 0;
    const counted = Object.assign(Object.create(store), {
      hash: store.hash,
      get(id: never) {
        gets++;
        return store.get(id);
      },
    });
    const names = await namesOfRuns(counted, refs);
    expect([...names.values()].map((all) => all.length)).toEqual([51]);
    expect((await soundRefs(counted, refs, "refs/")).sound).toHaveLength(51);
    expect(gets).toBeLessThanOrEqual(6);
  }
});

test("the names of dead recordings are found without reading the existing refs", async () => {
  const { refs, run } = await storeOf(5, KINDS["branches of one run"] as Ref);
  const unread = { ...refs, list: () => Promise.reject(new Error("refs were read")) };
  const change = (name: string, to?: string) => ({ name, from: undefined, to });
  const changes = [change("refs/heads/a", run), change("refs/heads/b1"), change("HEAD", run)];
  const names = (of: typeof refs) =>
    overlayRefs(of, [{ time: "", command: "recover", changes }]).names("refs/heads/");
  expect(await names(unread)).toEqual(
    ["a", "b0", "b2", "b3", "b4", "main"].map((name) => `refs/heads/${name}`),
  );
});
