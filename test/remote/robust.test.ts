import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { concatBytes, toHex, utf8 } from "../../src/base/bytes.ts";
import { count } from "../../src/base/count.ts";
import { RewindError } from "../../src/base/errors.ts";
import { defineSimulation } from "../../src/index.ts";
import { nodeFiles } from "../../src/node/host/files.ts";
import { nodeCompression, nodeCrc32, nodeHash } from "../../src/node/host/platform.ts";
import { folderBlobs } from "../../src/node/remote/folder-blobs.ts";
import { RemoteStates } from "../../src/node/remote/remote-state.ts";
import { s3Blobs } from "../../src/node/remote/s3-blobs.ts";
import { storeFolders } from "../../src/node/store/store-folders.ts";
import { type Id, objectId } from "../../src/object/id.ts";
import { type Blobs, blobRemote } from "../../src/remote/blob-remote.ts";
import { checkPack } from "../../src/remote/check-pack.ts";
import { MOST_REFS } from "../../src/remote/pack-table.ts";
import { formatRefValue, MOST_PACKS, parseRefValue } from "../../src/remote/ref-value.ts";
import type { PackRef, RefValue } from "../../src/remote/remote.ts";
import { initRepository, openRepository, type Repository } from "../../src/repository.ts";
import { encodeFooter, encodeRecord, PACK_HEADER } from "../../src/store/pack.ts";
import { type S3Server, s3Server } from "../support/s3-server.ts";
import { storeTools } from "../support/store-tools.ts";
import { crowd } from "./crowd.ts";

/** Files of remotes that tests have made, by their URLs; other URLs are opened as always. */
const made: Map<string, Blobs> = vi.hoisted(() => new Map());

vi.mock("../../src/node/remote/open-remote.ts", async (original) => {
  const actual = await original<typeof import("../../src/node/remote/open-remote.ts")>();
  const openRemote: typeof actual.openRemote = async (url, options) => {
    const blobs = made.get(url);
    return blobs === undefined ? actual.openRemote(url, options) : blobRemote(blobs, nodeHash);
  };
  return { ...actual, openRemote };
});

const TOOLS = { crc32: nodeCrc32, compression: nodeCompression, hash: nodeHash };

let root: string;
const open: Repository[] = [];

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "rewind-robust-"));
});

afterEach(async () => {
  for (const repo of open.splice(0)) await repo.close();
  made.clear();
  rmSync(root, { recursive: true, force: true });
});

let projects = 0;

async function project(): Promise<Repository> {
  const folder = path.join(root, `project-${projects++}`);
  mkdirSync(folder);
  const repo = await initRepository(folder, { simulations: [crowd] });
  open.push(repo);
  return repo;
}

/** A project with two runs that share their beginning. */
async function withRuns(): Promise<Repository> {
  const repo = await project();
  await repo.record(crowd, { steps: 200, seed: 7, branch: "main" });
  await repo.branch("fix", "main@100", { params: { p: 0.4 } });
  return repo;
}

/** Files in memory. */
function memoryBlobs(files: Map<string, Uint8Array> = new Map()): Blobs {
  return {
    url: "memory",
    list: async (prefix) => [...files.keys()].filter((name) => name.startsWith(prefix)),
    read: async (name) => files.get(name),
    sizes: async (names) =>
      new Map(
        names.flatMap((name) => (files.has(name) ? [[name, files.get(name)?.length ?? 0]] : [])),
      ),
    write: async (name, bytes) => void files.set(name, bytes),
    async create(name, bytes) {
      if (files.has(name)) return false;
      files.set(name, bytes);
      return true;
    },
  };
}

/** Fails at one call and at all that follow, before it is done or when it is. */
function cutAt(
  blobs: Blobs,
  at: number,
  when: "before" | "after",
): { blobs: Blobs; repair(): void } {
  let calls = 0;
  let whole = false;
  const cut = async <T>(work: () => Promise<T>): Promise<T> => {
    const call = ++calls;
    const failed = new RewindError("REMOTE_FAILED", "the connection was cut", {});
    if (whole || call < at) return work();
    if (when === "after" && call === at) await work();
    throw failed;
  };
  return {
    blobs: {
      url: blobs.url,
      list: (prefix) => cut(() => blobs.list(prefix)),
      read: (name, most) => cut(() => blobs.read(name, most)),
      sizes: (names) => cut(() => blobs.sizes(names)),
      write: (name, bytes) => cut(() => blobs.write(name, bytes)),
      create: (name, bytes) => cut(() => blobs.create(name, bytes)),
      changed: () => cut(async () => blobs.changed?.()),
    },
    repair: () => {
      whole = true;
    },
  };
}

/** Every pack that a ref names is there and whole: what a reader relies on. */
async function expectIntact(blobs: Blobs): Promise<number> {
  const remote = blobRemote(blobs, nodeHash);
  const values = await remote.read(await remote.list());
  for (const { packs } of values.values()) {
    for (const pack of packs) await checkPack(pack, await remote.readPack(pack), TOOLS);
  }
  return values.size;
}

let serial = 0;
let server: S3Server;

const stores: Readonly<Record<string, () => Blobs>> = {
  folder: () => folderBlobs(path.join(root, `shared-${serial++}`), () => `${serial++}`, nodeFiles),
  s3: () =>
    s3Blobs(
      `s3://bucket/${serial++}`,
      { accessKeyId: "test", secretAccessKey: "secret", region: "x", endpoint: server.endpoint },
      { wait: async () => undefined },
    ),
};

describe.each(Object.entries(stores))("a connection that is cut: %s", (_, make) => {
  beforeAll(async () => {
    server = await s3Server();
    return () => server.close();
  });

  test.each(["before", "after"] as const)("during a push, %s the answer", async (when) => {
    const a = await withRuns();
    const sharing = await a.sharing();
    for (let at = 1; ; at++) {
      const shared = make();
      const name = `r${at}`;
      const { blobs, repair } = cutAt(shared, at, when);
      made.set(name, blobs);
      await sharing.add(name, name);
      const first = await sharing.push(name).catch((error) => error);
      await expectIntact(shared);
      if (!(first instanceof RewindError)) {
        expect(at).toBeGreaterThan(5);
        break;
      }
      expect(first.code).toBe("REMOTE_FAILED");
      repair();
      const again = await sharing.push(name);
      expect(again.refs.map(({ outcome }) => outcome)).not.toContain("refused");
      expect(await expectIntact(shared)).toBe(2);
    }
  });

  test("during a fetch", async () => {
    const a = await withRuns();
    const shared = make();
    made.set("whole", shared);
    const sharing = await a.sharing();
    await sharing.add("whole", "whole");
    await sharing.push("whole");
    const { run: fix } = await a.revision("fix");
    for (let at = 1; ; at++) {
      const b = await project();
      const other = await b.sharing();
      const { blobs, repair } = cutAt(shared, at, "before");
      made.set("cut", blobs);
      await other.add("origin", "cut");
      const first = await other.fetch("origin", { full: true }).catch((error) => error);
      if (!(first instanceof RewindError)) {
        expect(at).toBeGreaterThan(3);
        break;
      }
      expect(first.code).toBe("REMOTE_FAILED");
      await expect(b.revision("origin/fix")).rejects.toThrow();
      repair();
      await other.fetch("origin", { full: true });
      const { run } = await b.revision("origin/fix");
      expect(run.root).toBe(fix.root);
      expect((await run.verify({ full: true })).ok).toBe(true);
    }
  });
});

test("a push that fails waits for the pack on its way before it closes the remote", async () => {
  const a = await project();
  // States that fill several packs: the next one is made while one is sent.
  const large = defineSimulation({
    name: "large",
    init: () => new Uint8Array(3 << 20),
    step: (_: Uint8Array, rng) => Uint8Array.from({ length: 3 << 20 }, () => rng.integer(0, 255)),
  });
  await a.record(large, { steps: 8, seed: 7, branch: "main", blockSize: 1 });
  const events: string[] = [];
  const controller = new AbortController();
  const shared = memoryBlobs();
  made.set("slow", {
    ...shared,
    async write(name, bytes) {
      events.push("begins");
      controller.abort();
      // The push goes on meanwhile, as far as it can.
      for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
      await shared.write(name, bytes);
      events.push("is there");
    },
    close: async () => void events.push("closed"),
  });
  const sharing = await a.sharing();
  await sharing.add("slow", "slow");
  events.length = 0;
  await expect(sharing.push("slow", { signal: controller.signal })).rejects.toMatchObject({
    code: "INTERRUPTED",
  });
  expect(events).toEqual(["begins", "is there", "closed"]);
});

test("S3: requests that are cut are sent again", async () => {
  server = await s3Server();
  try {
    const a = await withRuns();
    const sharing = await a.sharing();
    made.set("bucket", (stores.s3 as () => Blobs)());
    await sharing.add("origin", "bucket");
    let requests = 0;
    server.cut = () => ++requests % 3 === 1;
    const { refs } = await sharing.push("origin");
    expect(refs.map(({ outcome }) => outcome)).toEqual(["new", "new"]);
    const b = await project();
    const other = await b.sharing();
    await other.add("origin", "bucket");
    expect((await other.fetch("origin")).refs).toHaveLength(2);
  } finally {
    await server.close();
  }
});

describe("a hostile remote", () => {
  /** The files of a good remote, with one ref, `heads/main`. */
  let good: Map<string, Uint8Array>;
  let value: RefValue;
  const REF = "refs/heads/main~1";

  beforeEach(async () => {
    good = new Map();
    made.set("good", memoryBlobs(good));
    const a = await project();
    await a.record(crowd, { steps: 200, seed: 7, branch: "main" });
    const sharing = await a.sharing();
    await sharing.add("good", "good");
    await sharing.push("good");
    const text = new TextDecoder().decode(good.get(REF));
    value = parseRefValue(text, "main", nodeHash) as RefValue;
  });

  /** Fetches from these files, and expects that nothing of it is in the store. */
  async function expectRefused(
    code: string,
    { url = "bad", says = "" }: { readonly url?: string; readonly says?: string } = {},
  ): Promise<void> {
    const b = await project();
    const sharing = await b.sharing();
    await sharing.add("origin", url);
    const packs = path.join(b.root, ".rewind/objects");
    const files = (): string[] => readdirSync(packs).sort();
    const before = files();
    await expect(sharing.fetch("origin", { full: true })).rejects.toMatchObject({
      ...{ code, message: expect.stringContaining(says) },
    });
    expect(files()).toEqual(before);
    await expect(b.revision("origin/main")).rejects.toThrow();
  }

  const useValue = (changed: RefValue): void => {
    good.set(REF, utf8(formatRefValue(changed, nodeHash)));
    made.set("bad", memoryBlobs(good));
  };
  const nameOf = (pack: PackRef): string => `packs/pack-${pack.hash}.pack`;
  const [BASE, CHECKPOINTS] = ["base", "checkpoints"].map(
    (holds) => (): PackRef => value.packs.find((pack) => pack.holds === holds) as PackRef,
  ) as [() => PackRef, () => PackRef];

  /** A pack of these records, under its right hash. */
  const usePack = (records: readonly Uint8Array[]): void => {
    const body = concatBytes([PACK_HEADER, ...records]);
    const digest = nodeHash(body);
    const bytes = concatBytes([body, encodeFooter(digest, records.length, TOOLS)]);
    const pack: PackRef = {
      ...{ hash: toHex(digest), bytes: bytes.length, objects: records.length, holds: "base" },
    };
    good.set(nameOf(pack), bytes);
    useValue({ ...value, packs: [...value.packs, pack] });
  };

  test("a pack of a huge declared size", async () => {
    useValue({ ...value, packs: [{ ...BASE(), bytes: 2 ** 32 }] });
    await expectRefused("REMOTE_INVALID", { says: "expected at most" });
  });

  test("packs that are too many together", async () => {
    const packs = Array.from({ length: 1_100 }, (_, i) => ({
      ...{
        hash: toHex(nodeHash(utf8(`${i}`))),
        bytes: 2 ** 26,
        objects: 1,
        holds: "base" as const,
      },
    }));
    useValue({ ...value, packs });
    await expectRefused("REMOTE_TOO_LARGE");
  });

  test("a pack that is named twice", async () => {
    useValue({ ...value, packs: [...value.packs, ...value.packs] });
    await expectRefused("REMOTE_INVALID", { says: "twice" });
  });

  test("a pack of too many objects", async () => {
    useValue({ ...value, packs: [{ ...BASE(), objects: 2 ** 20 }] });
    await expectRefused("REMOTE_INVALID", { says: "objects, expected at most" });
  });

  test("a ref with too many packs", async () => {
    const packs = Array.from({ length: MOST_PACKS + 1 }, (_, i) => {
      return { ...BASE(), hash: toHex(nodeHash(utf8(`${i}`))) };
    });
    useValue({ ...value, packs });
    await expectRefused("REMOTE_INVALID", { says: `names ${MOST_PACKS + 1} packs` });
  });

  test("too many refs", async () => {
    for (let i = 0; i < MOST_REFS; i++) good.set(`refs/heads/b${i}~1`, good.get(REF) as Uint8Array);
    made.set("bad", memoryBlobs(good));
    await expectRefused("REMOTE_INVALID", { says: `it has ${count(MOST_REFS + 1)}` });
  });

  test("two refs that do not agree about a pack", async () => {
    const packs = value.packs.map((pack) => ({ ...pack, objects: pack.objects + 1 }));
    good.set("refs/heads/z~1", utf8(formatRefValue({ ...value, packs }, nodeHash)));
    made.set("bad", memoryBlobs(good));
    await expectRefused("REMOTE_INVALID", { says: "something else" });
  });

  test("objects that unpack to far more than their pack has", async () => {
    const records = [1, 2, 3].map((fill) => {
      const payload = new Uint8Array(2 ** 25).fill(fill);
      return encodeRecord(
        { kind: "state", id: objectId(nodeHash, "state", payload), payload },
        TOOLS,
      );
    });
    usePack(records);
    await expectRefused("REMOTE_INVALID", { says: "bytes in all" });
  });

  test("more objects than a pack is said to have", async () => {
    const packs = value.packs.map((pack) => ({ ...pack, objects: 1 }));
    useValue({ ...value, packs });
    await expectRefused("REMOTE_INVALID", { says: "over 1 objects" });
  });

  test("a fetch that is interrupted checks no further object, and can be repeated", async () => {
    const interrupt = new AbortController();
    const blobs = memoryBlobs(good);
    made.set("slow", {
      ...blobs,
      async read(name, most) {
        if (name.startsWith("packs/")) interrupt.abort();
        return blobs.read(name, most);
      },
    });
    const b = await project();
    const sharing = await b.sharing();
    await sharing.add("origin", "slow");
    const first = sharing.fetch("origin", { full: true, signal: interrupt.signal });
    await expect(first).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await sharing.fetch("origin", { full: true })).refs).toMatchObject([
      { outcome: "new" },
    ]);

    const bytes = good.get(nameOf(BASE())) as Uint8Array;
    let objects = 0;
    const breathe = async (): Promise<void> => {
      if (++objects === 2) throw new RewindError("INTERRUPTED", "interrupted");
    };
    await expect(checkPack(BASE(), bytes, TOOLS, breathe)).rejects.toThrow("interrupted");
    expect(objects).toBe(2);
  });

  test("a pack of the store under the name of a pack of the remote", async () => {
    const b = await project();
    const run = await b.record(crowd, { steps: 30, seed: 3, branch: "own" });
    const objects = path.join(b.root, ".rewind/objects");
    const [own] = readdirSync(objects).filter((name) => name.endsWith(".pack")) as [string];
    for (const { hash } of value.packs) {
      for (const ending of [".pack", ".idx"]) {
        const from = path.join(objects, own.replace(".pack", ending));
        copyFileSync(from, path.join(objects, `pack-${hash}${ending}`));
      }
    }
    for (const ending of [".pack", ".idx"])
      rmSync(path.join(objects, own.replace(".pack", ending)));
    const again = await openRepository(b.root, { simulations: [crowd] });
    open.push(again);
    const sharing = await again.sharing();
    await sharing.add("origin", "good");
    expect((await sharing.fetch("origin", { full: true })).refs).toMatchObject([
      { outcome: "new" },
    ]);
    for (const revision of ["origin/main", "own"]) {
      const { run: found } = await again.revision(revision);
      expect((await found.verify({ full: true })).ok).toBe(true);
    }
    expect((await again.revision("own")).run.root).toBe(run.root);
  });

  test("what is noted of a remote has each pack once", async () => {
    for (let i = 0; i < 50; i++) good.set(`refs/heads/b${i}~1`, good.get(REF) as Uint8Array);
    made.set("many", memoryBlobs(good));
    const b = await project();
    const sharing = await b.sharing();
    await sharing.add("origin", "many");
    const file = path.join(b.root, ".rewind/local/remotes/origin.json");
    const times = (): number => readFileSync(file, "utf8").split(BASE().hash).length - 1;
    expect((await sharing.fetch("origin", { full: true })).refs).toHaveLength(51);
    expect(times()).toBe(2);
    expect((await sharing.fetch("origin", { full: true })).refs).toHaveLength(51);
    good.clear();
    expect((await sharing.fetch("origin", { full: true })).gone).toHaveLength(51);
    expect(times()).toBe(0);
  });

  test("more is not noted of a remote than can be read again", async () => {
    const b = await project();
    await (await b.sharing()).add("origin", "good");
    const folders = storeFolders(path.join(b.root, ".rewind"));
    const states = new RemoteStates(folders, storeTools());
    const known = { refs: new Map(), here: new Set<string>(), probed: true };
    const write = (): void => states.write("big", { ...known, url: "x".repeat(2 ** 27) });
    expect(write).toThrow(expect.objectContaining({ code: "REMOTE_TOO_LARGE" }));
    expect(states.read("big")).toBeUndefined();
  });

  test.each([
    ["cut", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 7)],
    ["empty", () => new Uint8Array()],
    ["longer", (bytes: Uint8Array) => concatBytes([bytes, utf8("more")])],
    [
      "of other bytes",
      (bytes: Uint8Array) => bytes.map((byte, i) => (i === 400 ? byte ^ 1 : byte)),
    ],
  ])("a pack that is %s", async (what, change) => {
    const name = nameOf(BASE());
    good.set(name, change(good.get(name) as Uint8Array));
    made.set("bad", memoryBlobs(good));
    const isTold = what === "of other bytes";
    await expectRefused(isTold ? "REMOTE_INVALID" : "REMOTE_LOST", {
      says: isTold ? "is damaged" : "has lost packs of main: 1 of 2 to be fetched",
    });
  });

  test("a pack under the name of another", async () => {
    const bytes = good.get(nameOf(CHECKPOINTS())) as Uint8Array;
    good.set(nameOf(BASE()), bytes);
    const { objects } = CHECKPOINTS();
    useValue({ ...value, packs: [{ ...BASE(), bytes: bytes.length, objects }] });
    await expectRefused("REMOTE_INVALID", { says: "do not match its hash" });
  });

  test("an object under the id of another", async () => {
    const record = { kind: "state", id: value.target as Id, payload: utf8("x") } as const;
    usePack([encodeRecord(record, TOOLS)]);
    await expectRefused("REMOTE_INVALID", { says: "does not have the id" });
  });

  test("an object that says it unpacks to more than the limit", async () => {
    const compress = (): Uint8Array => new Uint8Array(10);
    const lying = { ...TOOLS, compression: { ...nodeCompression, compress } };
    const payload = new Uint8Array(2 ** 26 + 1);
    const record = { kind: "state", id: value.target as Id, payload } as const;
    usePack([encodeRecord(record, lying)]);
    await expectRefused("REMOTE_INVALID", { says: "expected at most" });
  });

  test("an object that unpacks to more than it says", async () => {
    const bomb = nodeCompression.compress(new Uint8Array(2 ** 23), "fast");
    const lying = { ...TOOLS, compression: { ...nodeCompression, compress: () => bomb } };
    const payload = new Uint8Array(bomb.length + 100);
    const record = { kind: "state", id: value.target as Id, payload } as const;
    usePack([encodeRecord(record, lying)]);
    await expectRefused("REMOTE_INVALID", { says: "to unpack to" });
  });

  test("a run whose objects are not there", async () => {
    const packs = value.packs.filter(({ holds }) => holds === "checkpoints");
    useValue({ ...value, packs });
    await expectRefused("REMOTE_INVALID", { says: "is not complete" });
  });

  test("a ref that is damaged", async () => {
    good.set(REF, utf8("rewind ref 1\n"));
    made.set("bad", memoryBlobs(good));
    await expectRefused("REMOTE_INVALID", { says: "is not a valid ref" });
  });

  test("refs with names that lead elsewhere are left out", async () => {
    const bytes = good.get(REF) as Uint8Array;
    good.delete(REF);
    for (const name of [
      "../x",
      "..",
      "a/../../x",
      "/x",
      "a//b",
      "x.lock",
      "\u0000",
      "a\\b",
      "HEAD~",
    ]) {
      good.set(`refs/heads/${name}~1`, bytes);
    }
    made.set("bad", memoryBlobs(good));
    const b = await project();
    const sharing = await b.sharing();
    await sharing.add("origin", "bad");
    expect((await sharing.fetch("origin")).refs).toEqual([]);
  });

  describe("over HTTP", () => {
    let web: Server;
    let url: string;
    let answer: Parameters<typeof createServer>[1];

    beforeEach(async () => {
      web = createServer((request, response) => answer?.(request, response as never));
      await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/runs`;
      return () => {
        web.closeAllConnections();
        web.close();
      };
    });

    test("a body without an end", async () => {
      const part = Buffer.alloc(1 << 20, "x");
      answer = (_, response) => {
        const send = (): void => {
          while (!response.destroyed && response.write(part));
        };
        response.on("drain", send);
        send();
      };
      await expectRefused("REMOTE_INVALID", { url, says: "sends more than" });
    });

    test("a redirect to another host, and one without an end", async () => {
      answer = (_, response) => {
        response.writeHead(302, { location: "http://localhost:1/secrets" }).end();
      };
      await expectRefused("REMOTE_INVALID", { url, says: "a redirect to localhost:1" });
      answer = (request, response) => {
        response.writeHead(302, { location: `${request.url}/x` }).end();
      };
      await expectRefused("REMOTE_INVALID", { url, says: "too many redirects" });
    });

    test("a page that is no list", async () => {
      answer = (_, response) => void response.end("<html>");
      await expectRefused("REMOTE_INVALID", { url, says: "is not a remote of rewind" });
    });
  });

  /** A bare repository whose main is a commit of a tree, of lines as `git mktree` reads them. */
  const bareWith = (lines: (tree: (text: string) => string) => string): string => {
    const bare = path.join(root, "bare.git");
    const run = (input: string, ...values: string[]): string =>
      execFileSync("git", values, {
        ...{ cwd: root, encoding: "utf8", stdio: "pipe", input },
        env: {
          ...process.env,
          ...{ GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x", GIT_COMMITTER_NAME: "x" },
          GIT_COMMITTER_EMAIL: "x",
        },
      }).trim();
    const git = (...values: string[]): string => run("", "--git-dir", bare, ...values);
    run("", "init", "--quiet", "--bare", bare);
    const tree = (text: string): string => run(text, "--git-dir", bare, "mktree");
    const commit = git("commit-tree", "-m", "x", tree(lines(tree)));
    git("update-ref", "refs/rewind/heads/main", commit);
    return `git+file://${bare}`;
  };

  test("a ref in Git whose commit has no value", async () => {
    await expectRefused("REMOTE_INVALID", { url: bareWith(() => ""), says: "is not a valid ref" });
  });

  test("a commit in Git whose tree has more files than can be listed", async () => {
    const url = bareWith((tree) => {
      let packs = tree("");
      for (let depth = 0; depth < 20; depth++) {
        const lines = Array.from({ length: 16 }, (_, i) => `040000 tree ${packs}\tx${i}\n`);
        packs = tree(lines.join(""));
      }
      return `040000 tree ${packs}\tpacks\n`;
    });
    await expectRefused("REMOTE_INVALID", { url, says: "is not a valid ref" });
  });
});
