import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeSync } from "fs-extra/esm";
import { defineSimulation, openRepository } from "rewind-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "../../src/base/bytes.ts";
import { decode } from "../../src/codec/decode.ts";
import { encode } from "../../src/codec/encode.ts";
import { sha256 } from "../../src/codec/hash.ts";
import { TAG } from "../../src/codec/state/tags.ts";
import { VIEW_TYPES } from "../../src/codec/state/views.ts";
import { nodeFiles } from "../../src/node/host/files.ts";
import { backgroundHash, nodeCrc32, nodeHash, runningHash } from "../../src/node/host/platform.ts";
import { createStore, openStore } from "../../src/node/store/store-folder.ts";
import { KINDS, objectId } from "../../src/object/id.ts";
import { encodeProgram } from "../../src/object/program.ts";
import { encodeRun, type RunManifest, rootOf } from "../../src/object/run.ts";
import { encodeSeeds } from "../../src/object/seeds.ts";
import { readState } from "../../src/object/state.ts";
import { generatorNames } from "../../src/random/generators.ts";
import { deriveSeed } from "../../src/random/seeds.ts";
import { generatorNamed } from "../../src/random.ts";
import { encodeCheckpoint } from "../../src/replay/checkpoint.ts";
import type { LiveSegment } from "../../src/replay/segment.ts";
import { StreamSource } from "../../src/replay/streams.ts";
import { Repository } from "../../src/repository.ts";
import { crc32 } from "../../src/store/crc32.ts";
import { encodeFooter, encodeRecord, PACK_HEADER } from "../../src/store/pack.ts";
import { encodeTips } from "../../src/store/tip.ts";
import { BARE } from "../support/bare-program.ts";
import { project } from "../support/project-folder.ts";
import { projectAt } from "../support/run-cli.ts";
import { testSeal } from "../support/store-tools.ts";
import { blocksOf, tablesOf } from "./blocks.ts";
import { type Playground, playground } from "./playground.ts";

const READER = fileURLToPath(new URL("reader.py", import.meta.url));
const FORMAT = readFileSync(new URL("../../src/store/FORMAT.md", import.meta.url), "utf8");

const tables = tablesOf(FORMAT);

describe("the examples of FORMAT.md", () => {
  const rows = (tables.get("value bytes") ?? []).map((cells) => cells.map(withoutTicks));

  test("the page has examples of values", () => expect(rows.length).toBeGreaterThan(30));

  test.each(rows)("%s", (value = "", bytes = "") => {
    // The table is ours, and its values are JavaScript.
    const state: unknown = new Function(`return (${value});`)();
    expect(spaced(encode(state))).toBe(bytes);
    expect(spaced(encode(decode(fromHex(bytes.replaceAll(" ", "")))))).toBe(bytes);
  });

  const blocks = blocksOf(FORMAT).filter(({ language }) => language === "hex");
  const objects = exampleObjects();

  test("each labelled block has a check, and each check a block", () => {
    expect(blocks.map(({ label }) => label).sort()).toEqual(Object.keys(objects).sort());
  });

  test.each(blocks.map(({ label, text }) => [label, text]))("%s", (label, text) => {
    expect(text.replace(/\s+/g, " ").trim()).toBe(spaced(objects[label] as Uint8Array));
  });
});

describe("the tables of FORMAT.md", () => {
  test("list every tag, and no others", () => {
    const listed = (tables.get("tag content value") ?? []).map(([tag]) => Number(tag));
    const known = [...Object.values(TAG), ...VIEW_TYPES.map(({ number }) => number)];
    expect(listed.sort((a, b) => a - b)).toEqual(
      known.filter((tag) => tag !== 0).sort((a, b) => a - b),
    );
  });

  test("list every kind with its number", () => {
    const listed = (tables.get("kind number body") ?? []).map(([kind = "", number]) => {
      return [withoutTicks(kind), Number(number)];
    });
    expect(listed).toEqual(KINDS.map((kind, number) => [kind, number]));
  });
});

test("FORMAT.md states the length from which payloads are packed", () => {
  const least = Number(/Payloads of (\d+) bytes and more/.exec(FORMAT)?.[1]);
  const compression = {
    compress: (bytes: Uint8Array) => bytes.subarray(1),
    decompress: (bytes: Uint8Array) => bytes,
  };
  const codecOf = (length: number): number | undefined =>
    encodeRecord({ kind: "chunk", payload: new Uint8Array(length) }, { crc32, compression })[5];
  expect([codecOf(least - 1), codecOf(least)]).toEqual([0, 1]);
});

const python = spawnSync("python3", ["--version"], { encoding: "utf8" });
if (python.status !== 0) console.warn("skipped: the reader in Python needs python3");

describe.skipIf(python.status !== 0)("a reader in Python that knows only FORMAT.md", () => {
  test("reads a store and agrees on every object, entry, root and seed", async () => {
    const repo = await plainRepository();
    const { id: mainId } = await repo.record(walk, { steps: 9_001, blockSize: 2, seed: 42 });
    const seed = 2n ** 200n + 7n;
    await repo.branch("fork", "main@5_001", {
      mutate: (x) => (x as number) + 100,
      message: "+ 100",
    });
    await repo.branch("deep", "fork@6_000", { params: { p: 0.75 }, seed });
    const read = JSON.parse(pythonReads(repo.root));

    expect(read.head).toEqual(["ref: refs/heads/main"]);
    expect(Object.keys(read.refs).sort()).toEqual(
      ["deep", "fork", "main"].map((name) => `refs/heads/${name}`),
    );
    expect(read.packs).toBe(3);
    const ids = await repo.store.objects.withPrefix("", 100_000);
    expect(read.objects.map(([id]: [string]) => id)).toEqual(ids);

    for (const branch of ["main", "fork", "deep"]) {
      const { run } = await repo.revision<number>(branch);
      const found = read.runs[run.id];
      expect(found).toMatchObject({ steps: 9_001, goal: 9_001, blockSize: 2, root: run.root });
      expect(found.entries).toHaveLength(run.checkpoints);
      for (const block of [0, 1, 63, 64, 4_095, 4_096, 4_500]) {
        expect(found.entries[block]).toBe(toHex(encode(await run.get(block * 2))));
        expect(found.seeds[block]).toBe(toHex(await run.replayer.seedOfBlock(block)));
      }
      // Python has replayed every block, and each one ended at its checkpoint.
      for (const step of [0, 1, 5_000, 5_001, 6_000, 9_001]) {
        expect(found.states[step]).toBe(await run.get(step));
      }
      expect(found.final).toBe(toHex(await readState(run.manifest.final, run.replayer.readObject)));
    }
    const fork = read.runs[read.refs["refs/heads/fork"]];
    expect(fork.parents).toEqual([[mainId, 5_001]]);
    expect(fork.message).toBe("+ 100");
    expect(fork.segments.map(({ start }: { start: number }) => start)).toEqual([0, 5_001]);
    await repo.close();
  });

  test("joins a large state from its chunks, and cuts it into the same chunks", async () => {
    const repo = await plainRepository();
    const run = await repo.record(large, { steps: 4, blockSize: 2, seed: 7 });
    const read = JSON.parse(pythonReads(repo.root));
    const chunks = read.objects.filter(([, kind]: [string, string]) => kind === "chunk");
    expect(chunks.length).toBeGreaterThan(5);
    expect(read.runs[run.id].final).toBe(toHex(encode(await run.get(4))));
    await repo.close();
  });

  test("reads params that are a separate object, whole and in chunks", async () => {
    const repo = await plainRepository();
    for (const length of [500, 200_000]) {
      const params = { p: 0.25, words: "x".repeat(length) };
      const wordy = { ...walk, params };
      const run = await repo.record(wordy, { steps: 9, seed: 3, branch: `of-${length}` });
      const read = JSON.parse(pythonReads(repo.root));
      expect(read.runs[run.id].states[9]).toBe(await run.get(9));
    }
    await repo.close();
  });

  test("reads the runs, the names and the objects of a file, and what it leaves out", async () => {
    const repo = await plainRepository();
    await repo.record(large, { steps: 40, blockSize: 2, seed: 7 });
    await repo.branch("fix", "main@21", { mutate: (state) => state });
    const file = join(repo.root, "runs.replay");
    const inFile = async (...given: Parameters<typeof repo.artifact>) => {
      writeFileSync(file, (await repo.artifact(...given)).content);
      return JSON.parse(pythonReadsFile(file, { brotli: join(repo.root, "bin") }));
    };
    const ids = async (branch: string) => (await repo.resolve(branch)).id;
    const [main, fix] = [await ids("main"), await ids("fix")];
    const both = await inFile(["main", "fix"]);
    expect(both.runs).toEqual([
      [main, ["main"]],
      [fix, ["fix"]],
    ]);
    const all = await repo.store.objects.withPrefix("", 100_000);
    expect(both.objects.map(([id]: [string]) => id).sort()).toEqual(all);
    const thin = await inFile("fix", { since: "main", checkpoints: "none" });
    expect(thin).toMatchObject({ runs: [[fix, ["fix"]]], requires: [[main, ["main"]]] });
    const alone = await inFile("fix", { checkpoints: "none" });
    expect(thin.objects.length).toBeLessThan(alone.objects.length);
    expect(alone.objects.length).toBeLessThan(both.objects.length);
    await repo.close();
  });

  test("refuses a store with one changed byte", async () => {
    const repo = await plainRepository();
    await repo.record(walk, { steps: 10, seed: 1 });
    const folder = join(repo.root, ".rewind/objects");
    const { name } = nodeFiles.list(folder).find((file) => file.name.endsWith(".pack")) ?? {};
    const file = join(folder, name as string);
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] as number) ^ 1;
    writeFileSync(file, bytes);
    expect(() => pythonReads(repo.root)).toThrow(/reader\.py: expected the CRC/);
    await repo.close();
  });
});

/** Draws from the main generator and from named ones, more in some steps than in others. */
const COLONY = `import { defineSimulation } from "rewind-engine";
export default defineSimulation({
  name: "colony",
  params: { p: 0.5 },
  init: ({ rng, stream }) => ({ size: 10 + rng.random(), food: stream("food").random(), odd: 0 }),
  step: (state, rng, { step, params, stream }) => {
    state.size += rng.random() < params.p ? 1 : -1;
    if (step % 3 === 1) state.food = stream("food").random();
    if (step % 5 === 4) state.odd = rng.uint32();
    // Two names that UTF-16 and code points order differently.
    if (step % 11 === 10) state.odd += stream("\ufb01sh").uint32() + stream("\u{1f41d}").uint32();
  },
});
`;

const hasNumpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
if (!hasNumpy) console.warn("skipped: the numpy generator in Python, for there is no numpy here");
const RECORDED = [
  ...["block", "step", "continuous"].map((rule) => [rule, "xoshiro128++"]),
  ...["block", "continuous"].map((rule) => [rule, "python"]),
  ["continuous", "torch"],
  ...(hasNumpy ? ["step", "continuous"].map((rule) => [rule, "numpy"]) : []),
];

test("recordings of every generator are read, unless numpy is missing", () => {
  const missing = generatorNames().filter((name) => !RECORDED.some(([, other]) => other === name));
  expect(missing).toEqual(hasNumpy ? [] : ["numpy"]);
});

describe.skipIf(python.status !== 0)("the reader replays what the command line recorded", () => {
  let place: Playground;
  beforeAll(async () => {
    place = await playground();
    await place.write("colony.ts", COLONY);
  });
  afterAll(() => place.remove());

  test.each(RECORDED)("with %s streams of %s, and forks of it", async (rule, generator) => {
    const shape = `--steps 70 --block-size 8 --rng ${generator} --streams ${rule}`;
    // Forks inside a block, on the grid, and with another seed on and off the grid.
    const lines = [
      "init",
      `record colony.ts ${shape} --seed 5`,
      "branch rich main@35 --param p=0.9",
      "branch full main@40 --set size=100",
      "branch other rich@43 --seed 11",
      "branch again other@48 --seed 12",
      "branch late again@61 --param p=0.1 --set odd=1",
    ];
    removeSync(join(place.folder, ".rewind"));
    for (const line of lines) await projectAt(place.folder).ok(...line.split(" "));
    const read = JSON.parse(place.shell(`python3 '${READER}' .rewind`).output);
    const repo = await openRepository(place.folder);
    const drawn = new Set<string>();
    for (const branch of ["main", "rich", "full", "other", "again", "late"]) {
      const { run } = await repo.revision(branch);
      const found = read.runs[run.id];
      expect(found.root).toBe(run.root);
      expect(found.segments.at(-1)).toMatchObject({
        rule,
        generator: `${generator} ${generatorNamed(generator).version}`,
      });
      const states: unknown[] = [];
      for (let step = 0; step <= 70; step++) states.push(await run.get(step));
      expect(found.states).toEqual(states);
      drawn.add(JSON.stringify(states));
    }
    expect(drawn.size).toBe(6);
    await repo.close();
  });
});

const walk = defineSimulation({
  name: "random-walk",
  params: { p: 0.5 },
  init: () => 0,
  step: (x: number, rng, ctx) => x + (rng.random() < ctx.params.p ? 1 : -1),
});

const large = defineSimulation({
  name: "large",
  init: ({ rng }) => Float64Array.from({ length: 20_000 }, () => rng.random()),
  step: (state: Float64Array, rng) => {
    state[rng.integer(0, state.length)] = rng.normal();
  },
});

/** A store whose records are not packed, since Python's standard library has no brotli. */
async function plainRepository(): Promise<Repository> {
  const root = await project({});
  let names = 0;
  const tools = {
    files: nodeFiles,
    hash: nodeHash,
    crc32: nodeCrc32,
    backgroundHash,
    runningHash,
    seal: testSeal,
    uniqueName: () => `plain${names++}`,
    compression: {
      compress: (bytes: Uint8Array) => bytes,
      decompress: (bytes: Uint8Array) => bytes,
    },
  };
  createStore(root, tools);
  const store = await openStore(root, tools, () => new Date().toISOString());
  return new Repository(root, store, {});
}

function pythonReads(root: string): string {
  return pythonReadsFile(join(root, ".rewind"));
}

/** What the reader prints; with a folder for `brotli`, which not every system has. */
function pythonReadsFile(file: string, { brotli }: { readonly brotli?: string } = {}): string {
  const env = { ...process.env };
  if (brotli !== undefined) {
    mkdirSync(brotli, { recursive: true });
    const code =
      'process.stdout.write(require("zlib").brotliDecompressSync(require("fs").readFileSync(0)))';
    writeFileSync(join(brotli, "brotli"), `#!/bin/sh\nexec '${process.execPath}' -e '${code}'\n`);
    chmodSync(join(brotli, "brotli"), 0o755);
    env.PATH = `${brotli}${delimiter}${env.PATH}`;
  }
  return execFileSync("python3", [READER, file], {
    ...{ encoding: "utf8", stdio: "pipe", maxBuffer: 2 ** 28, env },
  });
}

/** The bytes that each labelled block of FORMAT.md must hold, from the code. */
function exampleObjects(): Readonly<Record<string, Uint8Array>> {
  const chunk = utf8("x => x + 1");
  const program = encodeProgram({
    name: "count",
    module: undefined,
    exportName: undefined,
    source: objectId(sha256, "chunk", chunk),
    generator: "xoshiro128++",
    generatorVersion: 1,
    ...BARE,
  });
  const seeds = encodeSeeds({ rule: "block", master: 42n });
  const manifest: RunManifest = {
    blockSize: 2,
    steps: 3,
    goal: 3,
    segments: [
      {
        start: 0,
        program: objectId(sha256, "program", program),
        seeds: objectId(sha256, "seeds", seeds),
        params: { inline: {} },
        begin: undefined,
      },
    ],
    edge: {
      entries: [
        { state: { inline: encode(0) }, witness: nodeCrc32(encode(1)) },
        { state: { inline: encode(2) }, witness: 0 },
      ],
      tiles: [],
    },
    final: { inline: encode(3) },
    parents: [],
    meta: {},
  };
  const run = encodeRun(manifest);
  const id = (kind: (typeof KINDS)[number], body: Uint8Array): Uint8Array =>
    fromHex(objectId(sha256, kind, body));
  return {
    chunk,
    program,
    seeds,
    run,
    "id of the chunk": id("chunk", chunk),
    "id of the program": id("program", program),
    "id of the seeds": id("seeds", seeds),
    "id of the run": id("run", run),
    root: fromHex(rootOf(sha256, manifest)),
    "checkpoint under continuous": exampleCheckpoint(),
    "seed of block 1": deriveSeed({ hash: sha256, master: 42n, stream: "block", index: 1 }),
    tip: encodeTips([{ ref: "refs/heads/main", run: undefined, id: objectId(sha256, "run", run) }]),
    pack: examplePack(seeds),
  };
}

function exampleCheckpoint(): Uint8Array {
  const source = new StreamSource({
    rule: "continuous",
    algorithm: generatorNamed("numpy"),
    master: 42n,
    blockSize: 2,
    hash: sha256,
  });
  const streams = source.at(0);
  for (let i = 0; i < 150; i++) streams.main.random();
  streams.main.uint32();
  streams.stream("a");
  const segment = { source } as unknown as LiveSegment;
  return encodeCheckpoint({ streams, segment }, encode(42));
}

function examplePack(seeds: Uint8Array): Uint8Array {
  const compression = {
    compress: (bytes: Uint8Array) => bytes,
    decompress: (bytes: Uint8Array) => bytes,
  };
  const tools = { crc32, compression };
  const id = objectId(sha256, "seeds", seeds);
  const record = encodeRecord({ kind: "seeds", id, payload: seeds }, tools);
  const before = Buffer.concat([PACK_HEADER, record]);
  return Buffer.concat([before, encodeFooter(sha256(before), 1, tools)]);
}

function withoutTicks(cell: string): string {
  return cell.replace(/^`(.*)`$/, "$1");
}

function spaced(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?=.)/g, "$& ");
}
