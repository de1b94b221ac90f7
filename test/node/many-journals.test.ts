import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { clearLocks } from "../../src/node/store/clear-locks.ts";
import { fileRefs } from "../../src/node/store/file-refs.ts";
import { FileStore } from "../../src/node/store/file-store.ts";
import { recover, remainsOf } from "../../src/node/store/recover.ts";
import type { Id } from "../../src/object/id.ts";
import { decodeRun, encodeRun, type RunManifest } from "../../src/object/run.ts";
import { objectReader } from "../../src/store/object-store.ts";
import { deadOwner } from "../support/dead.ts";
import { noise } from "../support/memory-objects.ts";
import { emptyStore, refTools, storeTools } from "../support/store-tools.ts";
import { countingCalls, growsEvenly } from "./counting-calls.ts";
import { recordWalk } from "./recording.ts";

const ABSENT = "0".repeat(64) as Id;

function open(root: string) {
  const files = countingCalls();
  return {
    files,
    store: new FileStore(root, storeTools(files)),
    refs: fileRefs(root, refTools(files)),
  };
}

const LOCKS: Readonly<Record<string, () => string>> = {
  empty: () => "",
  "with a number that no process has": () => '{"pid":-1}',
  "of a dead process": deadOwner,
};

/** Makes an old lock for each of `count` journals. */
function layLocks(root: string, count: number, text: string): void {
  for (let i = 0; i < count; i++) {
    const file = path.join(root, "local", `journal-j${i}.pack.lock`);
    writeFileSync(file, text);
    utimesSync(file, new Date(0), new Date(0));
  }
}

function layJournals(root: string, count: number, bytes: (i: number) => Uint8Array): void {
  for (let i = 0; i < count; i++) {
    writeFileSync(path.join(root, "objects", `journal-j${i}.pack`), bytes(i));
  }
}

/** Journals of dead recordings, each of a different run, on the branches that `ref` gives. */
async function layRecordings(
  root: string,
  count: number,
  ref: (i: number) => string,
  parents: boolean,
): Promise<void> {
  let name = "0";
  const store = new FileStore(root, { ...storeTools(), uniqueName: () => name });
  const { id: walked } = await recordWalk(store, async () => undefined, 64);
  const manifest = decodeRun(await objectReader(store)("run", walked));
  let parent: RunManifest["parents"] = [];
  for (let i = 0; i < count; i++) {
    name = String(i).padStart(4, "0");
    const writer = await store.writer();
    const run = encodeRun({ ...manifest, parents: parent, meta: { message: `run ${i}` } });
    const id = writer.put("run", run);
    if (parents) parent = [{ run: id, step: 32 }];
    await writer.commit({ ref: ref(i), run });
    await writer.abandon();
  }
  store.close();
}

type Lay = (root: string, count: number) => void | Promise<void>;

const KINDS: readonly (readonly [kind: string, lay: Lay])[] = [
  ["empty journals", (root, count) => layJournals(root, count, () => new Uint8Array(0))],
  ["journals of noise", (root, count) => layJournals(root, count, (i) => noise(300, i))],
  ...Object.entries(LOCKS).map(([kind, text]): [string, Lay] => [
    `journals whose locks are ${kind}`,
    (root, count) => {
      layJournals(root, count, () => new Uint8Array(0));
      layLocks(root, count, text());
    },
  ]),
  [
    "recordings of one branch",
    (root, count) => layRecordings(root, count, () => "refs/heads/a", false),
  ],
  [
    "recordings that continue each other",
    (root, count) => layRecordings(root, count, () => "refs/heads/a", true),
  ],
  [
    "recordings of different branches",
    (root, count) => layRecordings(root, count, (i) => `refs/heads/b${i}`, false),
  ],
  [
    "recordings that conflict",
    (root, count) =>
      layRecordings(root, count, (i) => (i === 0 ? "refs/heads/a" : `refs/heads/a/${i}`), false),
  ],
];

const SIZES = [10, 20, 30] as const;

/** The calls of `work` in stores of three sizes. */
async function callsOf(
  lay: Lay,
  work: (opened: ReturnType<typeof open>) => Promise<unknown>,
): Promise<[number, number, number]> {
  const calls: number[] = [];
  for (const size of SIZES) {
    const root = emptyStore();
    await lay(root, size);
    const opened = open(root);
    await work(opened);
    calls.push(opened.files.calls());
    opened.store.close();
  }
  return calls as [number, number, number];
}

describe.each(KINDS)("of many %s", (_, lay) => {
  test("a objectReader looks at each a few times", async () => {
    const calls = await callsOf(lay, ({ store, refs }) => remainsOf(store, refs, ""));
    expect(calls).toSatisfy(growsEvenly);
  });

  test("a writer recovers each without reading the others", async () => {
    const calls = await callsOf(lay, ({ store, refs }) => recover(store, refs));
    expect(calls).toSatisfy(growsEvenly);
  });

  test("readers see what the writer makes of them", async () => {
    const root = emptyStore();
    await lay(root, 12);
    const { store, refs } = open(root);
    const seen = await remainsOf(store, refs, "");
    const made = await recover(store, refs);
    expect(made.map(({ ref, id }) => [ref, id])).toEqual(
      seen.recovered.map(({ ref, id }) => [ref, id]),
    );
    const changes = (await refs.operations()).filter(({ command }) => command === "recover");
    expect(changes.map((operation) => operation.changes)).toEqual(
      seen.operations.map((operation) => operation.changes),
    );
    expect(readdirSync(path.join(root, "local"))).toEqual([]);
    expect(readdirSync(path.join(root, "objects")).filter((each) => /^journal/.test(each))).toEqual(
      [],
    );
  });
});

test("a look-up of a missing object uses the last listing while the folder is unchanged", async () => {
  const root = emptyStore();
  layJournals(root, 20, (i) => noise(300, i));
  utimesSync(path.join(root, "objects"), new Date(0), new Date(0));
  const { store, files } = open(root);
  expect(await store.has(ABSENT)).toBe(false);
  const before = files.calls();
  for (let i = 0; i < 10; i++) expect(await store.has(ABSENT)).toBe(false);
  expect(files.calls() - before).toBeLessThanOrEqual(10 * 2);
  const writer = await new FileStore(root, storeTools()).writer();
  const id = writer.put("chunk", noise(5, 1));
  await writer.commit();
  expect(await store.has(id)).toBe(true);
  const more = writer.put("chunk", noise(5, 2));
  await writer.commit();
  expect(await store.has(more)).toBe(true);
  await writer.close();
  expect((await store.get(more))?.body).toEqual(noise(5, 2));
});

test.each(Object.entries(LOCKS))("many leftover locks, %s, go one by one", async (_, text) => {
  const calls = await callsOf(
    (root, count) => layLocks(root, count, text()),
    async ({ store, files }) => clearLocks(files, store.folders.local),
  );
  expect(calls).toSatisfy(growsEvenly);
});
