import { beforeAll, describe, expect, test } from "vitest";
import { clock } from "../../../src/base/clock.ts";
import type { Files } from "../../../src/node/host/files.ts";
import { fileRefs } from "../../../src/node/store/file-refs.ts";
import { FileStore } from "../../../src/node/store/file-store.ts";
import { recover, remainsOf } from "../../../src/node/store/recover.ts";
import { objectsOf } from "../../../src/object/closure.ts";
import type { Id } from "../../../src/object/id.ts";
import { decodeRun } from "../../../src/object/run.ts";
import { type ObjectStore, objectReader, type Tip } from "../../../src/store/object-store.ts";
import type { StoredTip } from "../../../src/store/tip.ts";
import { deadOwner } from "../../support/dead.ts";
import { memoryFiles } from "../../support/memory-files.ts";
import { refTools, storeTools } from "../../support/store-tools.ts";
import { recordWalk } from "../recording.ts";

type Contents = ReadonlyMap<string, Uint8Array>;

function emptyFiles(): ReturnType<typeof memoryFiles> {
  const files = memoryFiles();
  for (const name of ["objects", "local", "logs", "refs/heads"]) files.makeFolder(`/store/${name}`);
  return files;
}

/** The files right after a mark, and the last commit and the mark there. */
let marked: { readonly contents: Contents; readonly committed: Tip; readonly mark: Tip };

beforeAll(async () => {
  const files = emptyFiles();
  const store = new FileStore("/store", storeTools(files));
  let committed: Tip | undefined;
  await recordWalk(
    Object.assign(Object.create(store) as ObjectStore, {
      hash: store.hash,
      async writer() {
        const writer = await store.writer();
        return {
          ...writer,
          commit: async (...tips: readonly Tip[]) => {
            await writer.commit(...tips);
            committed = tips.at(-1);
          },
          mark: async (...[tip, objects]: Parameters<NonNullable<typeof writer.mark>>) => {
            await writer.mark?.(tip, objects);
            if (committed !== undefined) {
              marked = { contents: new Map(files.contents), committed, mark: tip };
            }
          },
        };
      },
    }),
  );
  const steps = [marked.committed, marked.mark].map(({ run }) => decodeRun(run).steps);
  expect(steps[0]).toBeLessThan(steps[1] as number);
});

/** The store as a crash would have left it then. */
function crashed(change: (name: string, bytes: Uint8Array) => Uint8Array | undefined = keep) {
  const files = emptyFiles();
  for (const [file, bytes] of marked.contents) {
    const changed = change(file, new Uint8Array(bytes));
    const text = file.endsWith(".lock") ? new Uint8Array(Buffer.from(deadOwner())) : changed;
    if (text !== undefined) files.contents.set(file, text);
  }
  return { files, ...opened(files) };
}

const keep = (_: string, bytes: Uint8Array): Uint8Array => bytes;
const isMark = (name: string): boolean => name.endsWith(".mark");

function opened(files: Files) {
  const store = new FileStore("/store", storeTools(files));
  return { store, refs: fileRefs("/store", refTools(files)) };
}

async function stepsAfter({ store, refs }: ReturnType<typeof opened>): Promise<number> {
  await recover(store, refs);
  const id = (await refs.read("refs/heads/main")) as Id<"run">;
  const get = objectReader(store);
  const run = decodeRun(await get("run", id));
  for await (const { kind, id: needed } of objectsOf(run, get)) await get(kind, needed);
  return run.steps;
}

const stepsOf = ({ run }: Tip): number => decodeRun(run).steps;

describe("a mark after a crash", () => {
  test("is recovered with its objects, and goes", async () => {
    const after = crashed();
    expect(await stepsAfter(after)).toBe(stepsOf(marked.mark));
    expect([...after.files.contents.keys()].filter((name) => /journal/.test(name))).toEqual([]);
  });

  test("at any damage, the last commit counts, and that is reported", async () => {
    const [name, content] = [...marked.contents].find(([file]) => isMark(file))!;
    for (let at = 0; at < content.length; at += 7) {
      const flip = (file: string, bytes: Uint8Array): Uint8Array => {
        if (file === name) bytes[at] = (bytes[at] as number) ^ 0x10;
        return bytes;
      };
      const after = crashed(flip);
      const { damage } = await remainsOf(after.store, after.refs, "");
      expect(damage).toHaveLength(1);
      expect(await stepsAfter(after)).toBe(stepsOf(marked.committed));
    }
  });

  test("if it is missing or cut, the same", async () => {
    for (const cut of [undefined, 0, 16, 60, 200]) {
      const after = crashed((file, bytes) =>
        isMark(file) ? (cut === undefined ? undefined : bytes.slice(0, cut)) : bytes,
      );
      expect((await remainsOf(after.store, after.refs, "")).damage).toHaveLength(1);
      expect(await stepsAfter(after)).toBe(stepsOf(marked.committed));
    }
  });

  test("without its journal, the next writer removes it", async () => {
    const after = crashed((file, bytes) => (/journal-\w+\.pack$/.test(file) ? undefined : bytes));
    expect([...after.files.contents.keys()].some(isMark)).toBe(true);
    after.files.remove([...after.files.contents.keys()].find((file) => file.endsWith(".lock"))!);
    await recover(after.store, after.refs);
    expect([...after.files.contents.keys()].some(isMark)).toBe(false);
  });
});

describe("a mark that replaces another while the store is read", () => {
  test("is found, however often the folder changes after it was listed", async () => {
    for (const times of [1, 2, 5]) {
      const files = emptyFiles();
      const writer = await new FileStore("/store", storeTools(files)).writer();
      let made = 0;
      const mark = (): void => {
        const run = new Uint8Array([++made]);
        void writer.mark?.({ ref: "refs/heads/main", run }, []);
      };
      mark();
      let left = 0;
      const list = (folder: string) => {
        const names = files.list(folder);
        if (left-- > 0) mark();
        return names;
      };
      // A folder whose time is too recent to rely on is listed again.
      const stat: Files["stat"] = (file) => {
        const found = files.stat(file);
        return found && { ...found, modifiedMs: clock.time() };
      };
      const store = new FileStore("/store", storeTools({ ...files, list, stat }));
      left = times;
      const [growing] = store.growing();
      expect(made).toBe(times + 1);
      expect(growing?.isAlive).toBe(true);
      const tip = growing?.tips[0] as StoredTip & { readonly id: Id };
      expect((await store.get(tip.id))?.body).toEqual(new Uint8Array([made]));
    }
  });
});

describe("very many marks", () => {
  /** The calls that opening, reading and recovering take with `count` marks, and the most open files. */
  async function work(count: number): Promise<{ calls: number; open: number }> {
    const { files } = crashed();
    const [name, content] = [...files.contents].find(([file]) => isMark(file))!;
    for (let i = 0; i < count; i++) {
      files.contents.set(name.replace(/-\d+\.mark$/, `-${1_000 + i}.mark`), content);
    }
    let [calls, open, most] = [0, 0, 0];
    const counting = Object.entries(files).map(([call, run]) => [
      call,
      (...given: unknown[]) => {
        const result = (run as (...all: unknown[]) => unknown)(...given);
        calls += Array.isArray(result) ? result.length + 1 : 1;
        if (call === "open") most = Math.max(most, ++open);
        if (call === "close") open--;
        return result;
      },
    ]);
    const after = opened(Object.fromEntries(counting) as Files);
    await remainsOf(after.store, after.refs, "");
    after.store.recordFiles();
    expect(await stepsAfter(after)).toBe(stepsOf(marked.mark));
    after.store.close();
    return { calls, open: most };
  }

  test("are read one by one, with few files open", async () => {
    const [one, two, three] = [await work(100), await work(200), await work(300)];
    expect(three.calls - two.calls).toBeLessThanOrEqual((two.calls - one.calls) * 1.05 + 4);
    expect(three.open).toBeLessThan(64);
  });
});
