import { brotliCompressSync, constants } from "node:zlib";
import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../src/base/bytes.ts";
import { encode } from "../../src/codec/encode.ts";
import { nodeCompression } from "../../src/node/host/platform.ts";
import { objectsOf } from "../../src/object/closure.ts";
import { type Id, KINDS, type Kind, objectId } from "../../src/object/id.ts";
import { encodeProgram } from "../../src/object/program.ts";
import { decodeRun, encodeRun } from "../../src/object/run.ts";
import { encodeSeeds } from "../../src/object/seeds.ts";
import { putState } from "../../src/object/state.ts";
import { EMPTY_TIMELINE, encodeTile, TimelineBuilder } from "../../src/object/timeline.ts";
import { encodeArtifact, openArtifact } from "../../src/store/artifact.ts";
import { encodeContents, type SavedRun } from "../../src/store/artifact-contents.ts";
import { artifactStore } from "../../src/store/artifact-store.ts";
import { objectReader, type StoredObject } from "../../src/store/object-store.ts";
import type { Compression } from "../../src/store/pack.ts";
import { BARE } from "../support/bare-program.ts";
import { codeOfAsync } from "../support/code-of.ts";
import { hash, noise, type Objects, objects } from "../support/memory-objects.ts";

interface Sample {
  readonly store: Objects;
  readonly run: Id<"run">;
  readonly source: Id<"chunk">;
}

/** A run in a new store, with `count` checkpoints of `size` bytes. */
function sample(count: number, size: number): Sample {
  const store = objects();
  const { put } = store;
  const builder = new TimelineBuilder(EMPTY_TIMELINE, put);
  for (let k = 0; k < count; k++) {
    builder.append({ state: putState(noise(size, k), put), witness: k });
  }
  const source = put("chunk", utf8("export default {}"));
  const program = put(
    "program",
    encodeProgram({
      ...{ name: "p", module: "p.ts", exportName: "default", source, generator: "g" },
      ...{ generatorVersion: 1, ...BARE },
    }),
  );
  const seeds = put("seeds", encodeSeeds({ rule: "block", master: 42n }));
  const segments = [{ start: 0, program, seeds, params: { inline: {} }, begin: undefined }];
  const { edge } = builder.timeline();
  const final = putState(noise(size, count), put);
  const base = { blockSize: 1, steps: count, goal: count, parents: [], meta: { by: "test" } };
  return { store, source, run: put("run", encodeRun({ ...base, segments, edge, final })) };
}

/** The real one takes seconds per megabyte, too slow for these tests. */
const quick: Compression = {
  ...nodeCompression,
  compress: (bytes) => nodeCompression.compress(bytes, "fast"),
};

const save = ({ store, run }: Sample, withCode = true) =>
  encodeArtifact(listOf(run), store.get, quick, hash, { withCode });

const listOf = (...runs: Id<"run">[]) => ({
  runs: runs.map((run) => ({ run, names: [] })),
  requires: [],
});

/** All that an artifact holds. */
async function load(
  bytes: Uint8Array,
  compression = quick,
  limits?: { readonly content: number },
): Promise<{ readonly run: Id<"run">; readonly objects: Map<Id, StoredObject> }> {
  const objects = new Map<Id, StoredObject>();
  const artifact = openArtifact(bytes, compression, hash, limits);
  await artifact.read(({ id, kind, body }) => void objects.set(id, { kind, body }));
  return { run: (artifact.contents.runs[0] as SavedRun).run, objects };
}

const refuses = async (bytes: Uint8Array) =>
  expect(await codeOfAsync(load(bytes))).toBe("INVALID_ARTIFACT");

describe("save and load", () => {
  test.each([
    [0, 10],
    [1, 10],
    [70, 20],
    [70, 100],
    [3, 200_000],
    [90, 60_000],
  ])(
    "%d checkpoints of %d bytes come back, and saved again are the same bytes",
    async (n, size) => {
      const made = sample(n, size);
      const bytes = await save(made);
      const content = await load(bytes);
      expect(content.run).toBe(made.run);
      expect([...content.objects.keys()].sort()).toEqual([...made.store.bodies.keys()].sort());
      for (const [id, { kind, body }] of content.objects) {
        const original = made.store.bodies.get(id);
        expect(kind).toBe(original?.kind);
        expect(Buffer.compare(body, original?.body as Uint8Array)).toBe(0);
      }
      const again = objects();
      for (const { kind, body } of content.objects.values()) again.put(kind, body);
      expect(Buffer.compare(await save({ ...made, store: again }), bytes)).toBe(0);
    },
  );

  test("as this platform packs it, too", async () => {
    const { store, run } = sample(70, 40);
    const pack = () =>
      encodeArtifact(listOf(run), store.get, nodeCompression, hash, { withCode: true });
    const bytes = await pack();
    expect(await pack()).toEqual(bytes);
    expect((await load(bytes, nodeCompression)).run).toBe(run);
  });

  test("begins with its header and ends with the hash of everything before", async () => {
    const bytes = await save(sample(3, 40));
    expect(new TextDecoder().decode(bytes.subarray(0, 16))).toBe("rewind replay v1");
    expect(bytes.subarray(-32)).toEqual(hash(bytes.subarray(0, -32)));
  });

  test("without the code it lacks only the source, and loads", async () => {
    const made = sample(70, 40);
    const with_ = await load(await save(made));
    const without = await load(await save(made, false));
    const ids = [...with_.objects.keys()].filter((id) => id !== made.source);
    expect([...without.objects.keys()].sort()).toEqual(ids.sort());
    made.store.bodies.delete(made.source);
    expect([...(await load(await save(made))).objects.keys()].sort()).toEqual(ids.sort());
  });

  test("a run that lacks anything else cannot be saved", async () => {
    const made = sample(70, 40);
    for (const [id, object] of [...made.store.bodies]) {
      if (id === made.source) continue;
      made.store.bodies.delete(id);
      await expect(save(made)).rejects.toThrow(`no ${object.kind} ${id}`);
      made.store.bodies.set(id, object);
    }
  });
});

describe("memory", () => {
  test("one frame is unpacked at a time, and only as far as objects are taken", async () => {
    const bytes = await save(sample(200, 60_000));
    const log: string[] = [];
    const watched: Compression = {
      ...quick,
      decompress(packed, length) {
        log.push("frame");
        return quick.decompress(packed, length);
      },
    };
    await openArtifact(bytes, watched, hash).read(() => void log.push("object"));
    const frames = log.flatMap((what, i) => (what === "frame" ? [i] : []));
    expect(frames.length).toBeGreaterThan(2);
    // The next object is looked at before one is given.
    for (const [k, at] of frames.slice(1).entries()) {
      expect(at - (frames[k] as number)).toBeGreaterThan(10);
    }
  });

  test("a store of an artifact gives what the run's store has, and unpacks a frame for a walk once", async () => {
    const made = sample(200, 60_000);
    const bytes = await save(made);
    let unpacked = 0;
    const watched: Compression = {
      ...quick,
      decompress(packed, length) {
        unpacked++;
        return quick.decompress(packed, length);
      },
    };
    const { runs, store } = await artifactStore(bytes, watched, hash);
    const id = (runs[0] as SavedRun).run;
    const frames = unpacked;
    expect(id).toBe(made.run);
    const { body } = (await store.get(id)) as StoredObject;
    for await (const { kind, id } of objectsOf(decodeRun(body), objectReader(store))) {
      const original = made.store.bodies.get(id)?.body as Uint8Array;
      expect(await store.has(id)).toBe(true);
      expect(await store.size(id)).toBe(original.length);
      const object = await store.get(id);
      expect(object?.kind).toBe(kind);
      expect(Buffer.compare(object?.body as Uint8Array, original)).toBe(0);
    }
    expect(unpacked).toBeLessThanOrEqual(2 * frames);
    expect(await store.withPrefix(id.slice(0, 8), 5)).toEqual([id]);
    expect(await store.get("5".repeat(64) as Id)).toBeUndefined();
    expect(await codeOfAsync(store.writer())).toBe("STORE_READ_ONLY");
  });
});

describe("damage", () => {
  test("every flipped byte is refused, under several masks", async () => {
    const bytes = await save(sample(3, 40));
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0x01, 0x80, 0xff, 0x20]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ mask;
        await refuses(changed);
      }
    }
  });

  test("every truncation is refused, from either end, and so are extra bytes", async () => {
    const bytes = await save(sample(3, 40));
    for (let n = 0; n < bytes.length; n++) await refuses(bytes.subarray(0, n));
    for (let n = 1; n < bytes.length; n++) await refuses(bytes.subarray(n));
    for (const more of [1, 8, 32, 40]) await refuses(concatBytes([bytes, new Uint8Array(more)]));
  });
});

/** The bytes of a file of a run with these frames and a valid hash: only its structure is wrong. */
function forgeOf(run: Id<"run">, ...frames: Uint8Array[]): Uint8Array {
  return forgeWith(encodeContents(listOf(run)), ...frames);
}

function forgeWith(list: Uint8Array, ...frames: Uint8Array[]): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, list.length, true);
  const parts = [utf8("rewind replay v1"), length, list, ...frames, new Uint8Array(8)];
  return signed(concatBytes(parts));
}

function signed(bytes: Uint8Array): Uint8Array {
  return concatBytes([bytes, hash(bytes)]);
}

function frame(raw: Uint8Array, declared = raw.length, packed = pack(raw)): Uint8Array {
  const header = new DataView(new ArrayBuffer(8));
  header.setUint32(0, declared, true);
  header.setUint32(4, packed.length, true);
  return concatBytes([new Uint8Array(header.buffer), packed]);
}

function pack(raw: Uint8Array): Uint8Array {
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  return new Uint8Array(brotliCompressSync(raw, quick));
}

function object(kind: Kind | number, body: Uint8Array, length = body.length): Uint8Array {
  const header = new DataView(new ArrayBuffer(5));
  header.setUint8(0, typeof kind === "number" ? kind : KINDS.indexOf(kind));
  header.setUint32(1, length, true);
  return concatBytes([new Uint8Array(header.buffer), body]);
}

describe("hostile files with a valid hash", () => {
  const made = sample(70, 40);
  const body = (id: Id) => made.store.bodies.get(id) as { kind: Kind; body: Uint8Array };
  const parts = async (): Promise<Uint8Array[]> => {
    const list = [object("run", body(made.run).body)];
    for await (const { kind, id } of objectsOf(decodeRun(body(made.run).body), made.store.get)) {
      list.push(object(kind, body(id).body));
    }
    return list;
  };
  const forge = (...frames: Uint8Array[]) => forgeOf(made.run, ...frames);
  /** The file of these objects: if the first is a run, of that run. */
  const one = (list: readonly Uint8Array[]) => {
    const first = list[0] ?? new Uint8Array();
    const run =
      first[0] === KINDS.indexOf("run") ? objectId(hash, "run", first.subarray(5)) : made.run;
    return forgeOf(run, frame(concatBytes(list)));
  };

  test("a file made by hand is accepted if it is valid, in one frame or many", async () => {
    const list = await parts();
    expect((await load(one(list))).run).toBe(made.run);
    expect((await load(forge(...list.map((part) => frame(part))))).run).toBe(made.run);
  });

  test("frames that declare too much, or more than they hold", async () => {
    const raw = concatBytes(await parts());
    for (const declared of [0, 1, raw.length - 1, raw.length + 1, 2 ** 30, 2 ** 32 - 1]) {
      await refuses(forge(frame(raw, declared)));
    }
    const cut = forge(frame(raw));
    for (const length of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      const changed = cut.slice(0, -32);
      new DataView(changed.buffer).setUint32(
        20 + encodeContents(listOf(made.run)).length + 4,
        length,
        true,
      );
      await refuses(signed(changed));
    }
    await refuses(forge(frame(raw, raw.length, raw)));
    await refuses(forge(frame(raw, raw.length, Uint8Array.of(...pack(raw), 0))));
  });

  test("bytes between the last frame and the hash", async () => {
    const whole = one(await parts()).subarray(0, -32);
    await load(signed(whole));
    for (const more of [
      new Uint8Array(1),
      new Uint8Array(8),
      frame(object("chunk", noise(5, 1))),
    ]) {
      await refuses(signed(concatBytes([whole, more])));
    }
  });

  test("a declared gigabyte is refused before it is unpacked, a bomb while it is unpacked", async () => {
    const bomb = pack(new Uint8Array(200_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const before = process.memoryUsage().arrayBuffers;
    await refuses(forge(frame(new Uint8Array(0), 2 ** 30, bomb)));
    await refuses(forge(frame(new Uint8Array(0), 200_000_000, bomb)));
    await refuses(forge(frame(new Uint8Array(0), 1000, bomb)));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  test("a frame that declares more than 64 MiB and a thousand times the file is not unpacked", async () => {
    const asked: number[] = [];
    const watched: Compression = {
      ...quick,
      decompress(_, length) {
        asked.push(length);
        throw new Error("not unpacked here");
      },
    };
    for (const declared of [2 ** 26, 2 ** 26 + 2 ** 18, 2 ** 27, 2 ** 30, 2 ** 32 - 1]) {
      const bytes = forge(frame(new Uint8Array(0), declared, pack(noise(10, 1))));
      expect(await codeOfAsync(load(bytes, watched))).toBe("INVALID_ARTIFACT");
    }
    expect(asked).toEqual([2 ** 26]);
  });

  test("frames that are small enough one by one, and too large together", async () => {
    const bytes = await save(sample(3, 200));
    const content = await load(bytes);
    const total = [...content.objects.values()].reduce((sum, { body }) => sum + 5 + body.length, 0);
    const limited = (most: number) => codeOfAsync(load(bytes, quick, { content: most }));
    expect(await limited(total)).toBe("");
    expect(await limited(total - 1)).toBe("INVALID_ARTIFACT");
    let unpacked = 0;
    const watched: Compression = {
      ...quick,
      decompress(packed, length) {
        unpacked++;
        return quick.decompress(packed, length);
      },
    };
    await codeOfAsync(load(bytes, watched, { content: total - 1 }));
    expect(unpacked).toBe(0);
  });

  test("a manifest that is small in the file, but would take gigabytes to read", async () => {
    const manifest = decodeRun(body(made.run).body);
    const others = (await parts()).slice(1);
    const withRun = (changes: object) =>
      one([object("run", encodeRun({ ...manifest, ...changes })), ...others]);
    const parents = Array.from({ length: 17 }, () => ({ run: made.run, step: 0 }));
    await load(withRun({ meta: { note: new Array(900).fill(0) } }));
    await refuses(withRun({ meta: { note: new Array(1_000).fill(0) } }));
    await refuses(withRun({ meta: { note: new Array(1_000_000).fill(0) } }));
    await load(withRun({ parents: parents.slice(1) }));
    await refuses(withRun({ parents }));
    expect(() => withRun({ meta: { note: new Array(5_000_000).fill(0) } })).toThrow(
      "expected a run of at most 4,194,304 bytes",
    );
    const zeros = new Uint8Array(5_000_000);
    await refuses(one([object("run", zeros), ...others]));
    await refuses(one([...(await parts()), object("seeds", zeros), object("program", zeros)]));
  });

  test("every missing object except the source and the states of checkpoints", async () => {
    const list = await parts();
    const mayLack = new Set<number>();
    let at = 1;
    for await (const needed of objectsOf(decodeRun(body(made.run).body), made.store.get)) {
      if (needed.optional || needed.derivable) mayLack.add(at);
      at++;
    }
    expect(mayLack.size).toBe(70);
    for (let i = 0; i < list.length; i++) {
      const rest = list.toSpliced(i, 1);
      if (mayLack.has(i)) expect((await load(one(rest))).run).toBe(made.run);
      else await refuses(forge(frame(concatBytes(rest))));
    }
  });

  test("objects in another order", async () => {
    const list = await parts();
    for (let i = 1; i + 1 < list.length; i++) {
      const [a, b] = [list[i] as Uint8Array, list[i + 1] as Uint8Array];
      await refuses(one(list.with(i, b).with(i + 1, a)));
    }
    await refuses(one([list[0] as Uint8Array, ...list.slice(1).reverse()]));
  });

  test("one object more than needed, the same object twice, a second run", async () => {
    const list = await parts();
    const other = sample(1, 1);
    const otherRun = other.store.bodies.get(other.run) as { body: Uint8Array };
    await refuses(one([...list, object("chunk", noise(10, 1))]));
    await refuses(one([...list, list.at(-1) as Uint8Array]));
    await refuses(one([...list, list[0] as Uint8Array]));
    await refuses(one([...list, object("run", otherRun.body)]));
  });

  test("objects under another kind, of no kind, or with another length", async () => {
    const list = await parts();
    for (let i = 0; i < list.length; i++) {
      const bytes = (list[i] as Uint8Array).subarray(5);
      for (const kind of [...KINDS.keys(), 7, 254, 255]) {
        if (kind === (list[i] as Uint8Array)[0]) continue;
        await refuses(one(list.with(i, object(kind, bytes))));
      }
      if (i % 10 !== 0) continue;
      for (const length of [0, bytes.length - 1, bytes.length + 1, 2 ** 32 - 1]) {
        await refuses(one(list.with(i, object(list[i]?.[0] as number, bytes, length))));
      }
    }
  });

  test("a first object that is not a run, an invalid run, and no object at all", async () => {
    const list = await parts();
    await refuses(one([...list.slice(1), list[0] as Uint8Array]));
    await refuses(one([object("run", encode([1]))]));
    await refuses(one([object("run", encode([99]))]));
    await refuses(forge());
    await refuses(one([]));
    await refuses(one([new Uint8Array(3)]));
    await refuses(signed(utf8("rewind replay v1")));
    await refuses(signed(concatBytes([utf8("rewind replay v1"), new Uint8Array(16)])));
    await refuses(signed(concatBytes([utf8("rewind replay v2"), new Uint8Array(8)])));
  });

  test("no changed byte gives another valid file of the run, even with a corrected hash", async () => {
    const list = await parts();
    const raw = concatBytes(list);
    // A changed run is another run with all its objects: only that may load.
    for (let at = 0; at < raw.length; at += 7) {
      const changed = raw.slice();
      changed[at] = (changed[at] as number) ^ 0x41;
      // Whoever changes the run can name it in the list as well.
      const bytes = one([changed]);
      let run: string | undefined;
      const code = await codeOfAsync(async () => {
        run = (await load(bytes)).run;
      });
      if (code === "") expect(run).not.toBe(made.run);
      else expect(code).toBe("INVALID_ARTIFACT");
    }
  });

  test("a timeline that claims 2^52 checkpoints with eight tiles is read in no time", async () => {
    const store = objects();
    const { put } = store;
    const base = sample(1, 1);
    const [segment] = decodeRun(
      (base.store.bodies.get(base.run) as { body: Uint8Array }).body,
    ).segments;
    for (const [id, kept] of base.store.bodies) if (id !== base.run) store.bodies.set(id, kept);
    const state = { inline: Uint8Array.of(1) };
    let tile = put(
      "tile",
      encodeTile({ level: 0, entries: Array(64).fill({ state, witness: 0 }) }),
    );
    for (let level = 1; level < 8; level++) {
      tile = put("tile", encodeTile({ level, entries: Array(64).fill(tile) }));
    }
    const steps = 16 * 64 ** 8;
    const run = put(
      "run",
      encodeRun({
        ...{ blockSize: 1, steps, goal: steps, parents: [], meta: {} },
        segments: [segment as never],
        edge: { entries: [], tiles: [...Array(7).fill([]), Array(16).fill(tile)] },
        final: state,
      }),
    );
    const content = await load(await save({ store, run, source: base.source }));
    expect(content.objects.size).toBe(1 + 8 + 3);
  });
});

test("a store that is read in a hostile order unpacks half a gigabyte, not more", async () => {
  const unpacked: Compression = { compress: (bytes) => bytes, decompress: (bytes) => bytes };
  const made = sample(130, 65_000);
  const bytes = await encodeArtifact(listOf(made.run), made.store.get, unpacked, hash, {
    withCode: true,
  });
  const { store } = await artifactStore(bytes, unpacked, hash);
  const all = async (): Promise<void> => {
    // One pass unpacks each frame once.
    for (let i = 0; i < 100; i++) for (const id of made.store.bodies.keys()) await store.get(id);
  };
  expect(await codeOfAsync(all())).toBe("INVALID_ARTIFACT");
});
