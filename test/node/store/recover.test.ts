import { appendFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Files } from "../../../src/node/host/files.ts";
import { fileRefs } from "../../../src/node/store/file-refs.ts";
import { FileStore } from "../../../src/node/store/file-store.ts";
import { recover, remainsOf } from "../../../src/node/store/recover.ts";
import { objectsOf } from "../../../src/object/closure.ts";
import { type Id, objectId } from "../../../src/object/id.ts";
import { decodeRun, encodeRun } from "../../../src/object/run.ts";
import { type ObjectWriter, objectReader, type Tip } from "../../../src/store/object-store.ts";
import { encodeRecord, RECORD_HEADER_BYTES } from "../../../src/store/pack.ts";
import { codeOfAsync } from "../../support/code-of.ts";
import { deadCopy, deadOwner, lockText } from "../../support/dead.ts";
import { memoryFiles } from "../../support/memory-files.ts";
import { hash, noise } from "../../support/memory-objects.ts";
import { TIMES } from "../../support/runs.ts";
import { emptyStore, quickFiles, refTools, storeTools } from "../../support/store-tools.ts";
import { failingFiles, OPERATIONS } from "../failing-files.ts";
import { recordWalk } from "../recording.ts";

/** A limit that even a slow or busy machine does not reach. */
const LONG = { timeout: 3_600_000 };

/** The contents of the journal and its marks when a commit or a mark was acknowledged. */
interface Commit {
  readonly length: number;
  readonly tip: Tip;
  readonly marks: ReadonlyMap<string, Buffer>;
}

/** A recording that was killed after its last commit, before its journal was sealed. */
async function killed(
  steps?: number,
  blockSize?: number,
): Promise<{ root: string; name: string; commits: Commit[] }> {
  const root = emptyStore();
  const store = new FileStore(root, storeTools());
  const commits: Commit[] = [];
  let copy = "";
  const watched = Object.assign(Object.create(store), {
    hash: store.hash,
    get: (id: Id) => store.get(id),
    has: (id: Id) => store.has(id),
    async writer(): Promise<ObjectWriter> {
      const writer = await store.writer();
      const note = (...tips: readonly Tip[]): void => {
        const read = (name: string) => readFileSync(path.join(root, "objects", name));
        const names = readdirSync(path.join(root, "objects"));
        const { length } = read(names.find((name) => name.endsWith(".pack")) as string);
        const marks = names.filter((name) => name.endsWith(".mark"));
        const contents = new Map(marks.map((name) => [name, read(name)]));
        for (const tip of tips) commits.push({ length, tip, marks: contents });
      };
      return {
        ...writer,
        async commit(...tips: readonly Tip[]) {
          await writer.commit(...tips);
          note(...tips);
        },
        async mark(tip, objects) {
          await writer.mark?.(tip, objects);
          note(tip);
        },
      };
    },
  });
  await recordWalk(
    watched,
    async () => {
      copy = deadCopy(root, readdirSync(path.join(root, "objects")));
    },
    steps,
    blockSize,
  );
  return { root: copy, name: readdirSync(path.join(copy, "objects"))[0] as string, commits };
}

function open(root: string, files: Files = quickFiles) {
  const store = new FileStore(root, storeTools(files));
  return { store, refs: fileRefs(root, refTools(files)) };
}

async function runIsWhole(store: FileStore, id: Id<"run">): Promise<void> {
  const get = objectReader(store);
  for await (const { kind, id: needed } of objectsOf(decodeRun(await get("run", id)), get)) {
    await get(kind, needed);
  }
}

describe("the journal of a dead writer", () => {
  test(
    "cut at any byte gives exactly what the last complete commit acknowledged",
    LONG,
    async () => {
      // Commits after the steps 44 and 66 of 66, with checkpoints at 0, 22, 44 and 66, and marks
      // inside blocks.
      const { root, name, commits } = await killed(66, 22);
      const journal = readFileSync(path.join(root, "objects", name));
      expect(commits.length).toBeGreaterThanOrEqual(3);
      expect(commits.at(-1)?.length).toBe(journal.length);
      expect(commits.filter(({ marks }) => marks.size > 0).length).toBeGreaterThanOrEqual(2);
      const owner = deadOwner();
      for (let cut = 0; cut <= journal.length; cut++) {
        const files = memoryFiles();
        for (const folder of ["objects", "local", "logs", "refs/heads"]) {
          files.makeFolder(path.join("/store", folder));
        }
        files.contents.set(
          path.join("/store/objects", name),
          new Uint8Array(journal.subarray(0, cut)),
        );
        files.contents.set(
          path.join("/store/local", `${name}.lock`),
          new Uint8Array(Buffer.from(owner)),
        );
        const at = commits.findLastIndex(({ length }) => length <= cut);
        const last = commits[at];
        // The next mark is in place before the journal grows, and the last one until it has grown.
        for (const each of [last, commits[at + 1]]) {
          for (const [mark, bytes] of each?.marks ?? []) {
            files.contents.set(path.join("/store/objects", mark), new Uint8Array(bytes));
          }
        }
        const { store, refs } = open("/store", files);
        const recovered = await recover(store, refs);
        const id = last && objectId(hash, "run", last.tip.run);
        expect(await refs.read("refs/heads/main")).toBe(id);
        expect(recovered.map((one) => [one.ref, one.id])).toEqual(
          id ? [["refs/heads/main", id]] : [],
        );
        expect(files.list("/store/objects").length).toBe(id === undefined ? 0 : 2);
        expect(files.list("/store/local")).toEqual([]);
        if (id === undefined) continue;
        expect(encodeRun((recovered[0] as (typeof recovered)[0]).run)).toEqual(last?.tip.run);
        await runIsWhole(store, id);
        expect(await recover(store, refs)).toEqual([]);
      }
    },
  );

  test("with garbage at its end is recovered in the same way", async () => {
    const { root, name, commits } = await killed();
    appendFileSync(path.join(root, "objects", name), noise(5000, 3));
    const { store, refs } = open(root);
    const [recovered] = await recover(store, refs);
    expect(encodeRun(recovered?.run as never)).toEqual(commits.at(-1)?.tip.run);
    await runIsWhole(store, recovered?.id as Id<"run">);
  });

  test("becomes a separate pack, named by the hash of its bytes", async () => {
    const { root } = await killed();
    const { store, refs } = open(root);
    const [recovered] = await recover(store, refs);
    const again = open(root).store;
    await runIsWhole(again, recovered?.id as Id<"run">);
    const packName = readdirSync(path.join(root, "objects")).find((each) => each.endsWith(".pack"));
    const bytes = readFileSync(path.join(root, "objects", packName as string));
    const footerAt = bytes.lastIndexOf("RWND");
    expect(packName).toBe(
      `pack-${Buffer.from(hash(bytes.subarray(0, footerAt))).toString("hex")}.pack`,
    );
  });

  test("after any failure of its recovery, the next attempt recovers it", async () => {
    const made = await killed(64);
    const expected = objectId(hash, "run", made.commits.at(-1)?.tip.run as Uint8Array);
    for (const lasting of [false, true]) {
      for (let n = 1; ; n++) {
        const root = deadCopy(made.root, [made.name]);
        const failing = failingFiles({ at: n, code: "ENOSPC", operations: OPERATIONS, lasting });
        const broken = open(root, failing);
        const code = await codeOfAsync(recover(broken.store, broken.refs));
        broken.store.close();
        if (failing.failed()) expect(["", "STORE_FULL"]).toContain(code);
        for (const left of readdirSync(path.join(root, "local"))) {
          if (left.endsWith(".lock")) writeFileSync(path.join(root, "local", left), deadOwner());
        }
        const { store, refs } = open(root);
        await recover(store, refs);
        expect(await refs.read("refs/heads/main")).toBe(expected);
        await runIsWhole(store, expected);
        store.close();
        if (!failing.failed()) break;
      }
    }
  });

  test("is archived if the branch has moved on, and continues the branch if it can", async () => {
    const { root, commits } = await killed();
    const id = objectId(hash, "run", commits.at(-1)?.tip.run as Uint8Array);
    const { store, refs } = open(root);
    const other = "b".repeat(64);
    await refs.update([{ name: "refs/heads/main", from: undefined, to: other }], "x");
    expect((await recover(store, refs)).map(({ ref }) => ref)).toEqual(["refs/archive/main/1"]);
    expect(await refs.read("refs/heads/main")).toBe(other);
    expect(await refs.read("refs/archive/main/1")).toBe(id);
  });

  test("a tip that names the run that it continues moves the branch", async () => {
    const parent = await killed(64);
    const { store, refs } = open(parent.root);
    const [first] = await recover(store, refs);
    const writer = await store.writer();
    const manifest = decodeRun(parent.commits.at(-1)?.tip.run as Uint8Array);
    const next = { ...manifest, parents: [{ run: first?.id as Id<"run">, step: 64 }] };
    writer.put("chunk", noise(5, 1));
    await writer.commit({ ref: "refs/heads/main", run: encodeRun(next) });
    await writer.abandon();
    const [second] = await recover(store, refs);
    expect(second?.ref).toBe("refs/heads/main");
    expect(await refs.read("refs/heads/main")).toBe(second?.id);
    expect(decodeRun(await objectReader(store)("run", second?.id as Id<"run">))).toEqual(next);
  });
});

describe("the journal of a living writer", () => {
  test("is not touched, and can be read", async () => {
    const root = emptyStore();
    const { store, refs } = open(root);
    const writer = await store.writer();
    const id = writer.put("chunk", noise(100, 1));
    await writer.commit({ ref: "refs/heads/main", run: noise(5, 1) });
    const [name] = readdirSync(path.join(root, "objects")) as [string];
    const before = readFileSync(path.join(root, "objects", name));
    const other = open(root);
    expect(await recover(other.store, other.refs)).toEqual([]);
    expect(readdirSync(path.join(root, "objects"))).toEqual([name]);
    expect(readFileSync(path.join(root, "objects", name))).toEqual(before);
    expect((await other.store.get(id))?.body).toEqual(noise(100, 1));
    expect(await refs.list("refs/")).toEqual([]);
    // Half a record at its end, like one being written: the records before it can be read.
    appendFileSync(path.join(root, "objects", name), before.subarray(16, 70));
    expect((await open(root).store.get(id))?.body).toEqual(noise(100, 1));
  });

  test.each([
    ["this process", (root: string) => lockText(path.join(root, "local"))],
    ["another host", () => JSON.stringify({ host: "elsewhere", pid: 1, started: "1" })],
  ])("of %s is left alone, of a dead process is not", async (_, owner) => {
    const { root, name } = await killed(64);
    writeFileSync(path.join(root, "local", `${name}.lock`), owner(root));
    const { store, refs } = open(root);
    expect(await recover(store, refs)).toEqual([]);
    expect(readdirSync(path.join(root, "objects"))).toEqual([name]);
    writeFileSync(path.join(root, "local", `${name}.lock`), deadOwner());
    expect(await recover(store, refs)).toHaveLength(1);
  });
});

describe("damage", () => {
  test("before a later valid record: everything up to the last tip before it is recovered, the rest is kept aside", async () => {
    const { root, name, commits } = await killed(200, 22);
    const whole = readFileSync(path.join(root, "objects", name));
    const owner = deadOwner();
    const before = new Set<number>();
    for (let at = 0; at < whole.length; at += Math.ceil(150 / TIMES)) {
      const start = at < 16 ? 0 : startOf(whole, at);
      const isLast = at >= 16 && start + lengthAt(whole, start) === whole.length;
      const changed = new Uint8Array(whole);
      changed[at] = (changed[at] as number) ^ 0x04;
      const files = memoryFiles();
      for (const folder of ["objects", "local", "logs", "refs/heads"]) {
        files.makeFolder(path.join("/store", folder));
      }
      files.contents.set(path.join("/store/objects", name), changed);
      files.contents.set(
        path.join("/store/local", `${name}.lock`),
        new Uint8Array(Buffer.from(owner)),
      );
      const { store, refs } = open("/store", files);
      // The marks have gone, as each does when the journal goes on.
      const last = commits.findLast(({ length, marks }) => length <= start && marks.size === 0);
      const isMarked = commits.findLast(({ length }) => length <= start) !== last;
      const isTail = isLast && !isMarked;
      before.add(last?.length ?? 0);
      const seen = await remainsOf(store, refs, "");
      const id = last && objectId(hash, "run", last.tip.run);
      expect(seen.recovered.map((one) => one.id)).toEqual(id ? [id] : []);
      expect(seen.damage.map(({ data }) => data)).toEqual(
        isTail ? [] : [{ file: `objects/${name}`, offset: start }],
      );
      expect(files.contents.get(path.join("/store/objects", name))).toEqual(changed);
      expect((await recover(store, refs)).map((one) => one.id)).toEqual(id ? [id] : []);
      if (id !== undefined) await runIsWhole(store, id);
      const kept = files.contents.get(path.join("/store/local/damaged", name));
      expect(kept).toEqual(isTail ? undefined : changed);
      // It is reported once: then nothing is left to report.
      expect((await remainsOf(store, refs, "")).damage).toEqual([]);
      expect(await recover(store, refs)).toEqual([]);
    }
    expect(before.size).toBeGreaterThan(2);
  });

  test.each([
    ["zeros", () => new Uint8Array(8192)],
    ["nothing", () => new Uint8Array(0)],
    ["noise", () => noise(8192, 7)],
    ["zeros after the header", (whole: Uint8Array) => whole.map((byte, i) => (i < 16 ? byte : 0))],
  ])("a journal of %s never acknowledged anything, and goes without a word", async (_, bytes) => {
    const { root, name } = await killed(64);
    const file = path.join(root, "objects", name);
    writeFileSync(file, bytes(new Uint8Array(readFileSync(file))));
    const { store, refs } = open(root);
    expect(await remainsOf(store, refs, "")).toMatchObject({
      recovered: [],
      operations: [],
      damage: [],
    });
    expect(await recover(store, refs)).toEqual([]);
    expect(readdirSync(path.join(root, "objects"))).toEqual([]);
    expect(readdirSync(path.join(root, "local"))).toEqual([]);
  });

  test("in one journal does not keep the others from being recovered", async () => {
    const a = await killed(64);
    const b = await killed();
    const root = emptyStore();
    for (const { root: from, name } of [a, b]) {
      cpSync(path.join(from, "objects", name), path.join(root, "objects", name));
    }
    const [first] = readdirSync(path.join(root, "objects")) as [string];
    const file = path.join(root, "objects", first);
    const bytes = readFileSync(file);
    bytes[30] = (bytes[30] as number) ^ 1;
    writeFileSync(file, bytes);
    const { store, refs } = open(root);
    await recover(store, refs);
    const other = first === a.name ? b : a;
    const id = objectId(hash, "run", other.commits.at(-1)?.tip.run as Uint8Array);
    expect(await refs.read("refs/heads/main")).toBe(id);
    await runIsWhole(store, id);
  });

  test("an invalid tip with a valid checksum is damage, and does not keep a store from opening", async () => {
    for (const payload of [noise(50, 1), Uint8Array.of(0x80), Uint8Array.of(0x82, 0x01, 0x40)]) {
      const { root, name } = await killed(64);
      const record = encodeRecord({ kind: "tip", payload }, storeTools());
      appendFileSync(path.join(root, "objects", name), record);
      const { store, refs } = open(root);
      expect((await remainsOf(store, refs, "")).damage).toHaveLength(1);
      expect(store.recordFiles()).toHaveLength(1);
    }
    const { root, name } = await killed(64);
    const record = encodeRecord({ kind: "tip", payload: new Uint8Array(1000) }, storeTools());
    record.fill(0xff, RECORD_HEADER_BYTES);
    const crc = storeTools().crc32(record.subarray(52), storeTools().crc32(record.subarray(0, 48)));
    new DataView(record.buffer).setUint32(48, crc, true);
    appendFileSync(path.join(root, "objects", name), record);
    expect(open(root).store.recordFiles()).toHaveLength(1);
  });
});

function lengthAt(bytes: Buffer, start: number): number {
  return RECORD_HEADER_BYTES + bytes.readUInt32LE(start + 12);
}

/** The start of the record that contains the byte `at`. */
function startOf(bytes: Buffer, at: number): number {
  let start = 16;
  while (start + lengthAt(bytes, start) <= at) start += lengthAt(bytes, start);
  return start;
}
