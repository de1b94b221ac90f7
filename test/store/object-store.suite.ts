import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Id, KINDS, type Kind, objectId } from "../../src/object/id.ts";
import { encodeSeeds } from "../../src/object/seeds.ts";
import { type ObjectStore, objectReader } from "../../src/store/object-store.ts";
import { codeOfAsync } from "../support/code-of.ts";
import { hash, idOf, noise } from "../support/memory-objects.ts";

/** What the suite needs from the kind of store that it tests. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Another handle of the same objects, as in another process. */
  reopen(): ObjectStore;
  /** Changes a stored object's bytes behind the store's back, if that is possible. */
  readonly damage?: (id: Id) => void;
}

/** The contract of every object store. */
export function testObjectStore(name: string, makeStore: () => StoreUnderTest): void {
  const tip = () => ({ ref: undefined, run: encodeSeeds({ rule: "block", master: 1n }) });

  async function stored(store: ObjectStore, kind: Kind, body: Uint8Array): Promise<Id> {
    const writer = await store.writer();
    const id = writer.put(kind, body);
    await writer.close();
    return id;
  }

  describe(`${name}: objects`, () => {
    test("objects that were put and closed are there, in the same and in another handle", async () => {
      const { store, reopen } = makeStore();
      const writer = await store.writer();
      const ids = KINDS.map((kind, i) => writer.put(kind, noise(i * 100, i)));
      await writer.close();
      for (const handle of [store, reopen()]) {
        for (const [i, kind] of KINDS.entries()) {
          const id = ids[i] as Id;
          expect(await handle.get(id)).toEqual({ kind, body: noise(i * 100, i) });
          expect(await handle.has(id)).toBe(true);
          expect(await handle.size(id)).toBe(i * 100);
        }
      }
    });

    test("put returns the id of kind and body", async () => {
      const { store } = makeStore();
      const writer = await store.writer();
      for (const kind of KINDS) {
        expect(writer.put(kind, noise(50, 1))).toBe(objectId(hash, kind, noise(50, 1)));
      }
      await writer.close();
    });

    test("one body under two kinds is two objects", async () => {
      const { store } = makeStore();
      const a = await stored(store, "chunk", noise(5, 1));
      const b = await stored(store, "state", noise(5, 1));
      expect(a).not.toBe(b);
      expect((await store.get(a))?.kind).toBe("chunk");
      expect((await store.get(b))?.kind).toBe("state");
    });

    test("an unknown id is undefined", async () => {
      const { store } = makeStore();
      for (const id of [idOf(0), idOf(0xff), idOf(7)]) {
        expect(await store.get(id)).toBeUndefined();
        expect(await store.has(id)).toBe(false);
      }
      await stored(store, "chunk", noise(5, 1));
      for (const id of [idOf(0), idOf(0xff), idOf(7)]) {
        expect(await store.get(id)).toBeUndefined();
        expect(await store.has(id)).toBe(false);
      }
    });

    test("bodies of every size come back: empty, one byte, and megabytes that pack or do not", async () => {
      const { store, reopen } = makeStore();
      const bodies = [0, 1, 511, 512, 513, 4043, 4044, 4045, 4096, 70_000].map((n) => noise(n, n));
      bodies.push(new Uint8Array(5_000_000), noise(3_000_000, 1), new Uint8Array(4096).fill(7));
      const writer = await store.writer();
      const ids = bodies.map((body) => writer.put("chunk", body));
      await writer.close();
      for (const handle of [store, reopen()]) {
        for (const [i, id] of ids.entries()) {
          const body = (await handle.get(id))?.body as Uint8Array;
          expect(Buffer.compare(body, bodies[i] as Uint8Array)).toBe(0);
        }
      }
    });

    test("nothing is visible before it is committed", async () => {
      const { store, reopen } = makeStore();
      const writer = await store.writer();
      const id = writer.put("chunk", noise(9, 1));
      expect(await store.has(id)).toBe(false);
      expect(await store.get(id)).toBeUndefined();
      expect(await reopen().get(id)).toBeUndefined();
      expect(await store.withPrefix("", 10)).toEqual([]);
      await writer.commit(tip());
      expect((await store.get(id))?.body).toEqual(noise(9, 1));
      expect((await reopen().get(id))?.body).toEqual(noise(9, 1));
      const next = writer.put("chunk", noise(9, 2));
      expect(await store.has(next)).toBe(false);
      await writer.close();
      expect(await store.has(next)).toBe(true);
      expect(await store.has(id)).toBe(true);
    });

    test("pendingBytes grows with each put, and a commit resets it", async () => {
      const { store } = makeStore();
      const writer = await store.writer();
      await writer.commit(tip());
      expect(writer.pendingBytes).toBe(0);
      writer.put("chunk", noise(1000, 1));
      const once = writer.pendingBytes;
      expect(once).toBeGreaterThanOrEqual(1000);
      writer.put("chunk", noise(1000, 1));
      expect(writer.pendingBytes).toBe(once);
      writer.put("chunk", noise(1000, 2));
      expect(writer.pendingBytes).toBe(2 * once);
      await writer.commit(tip());
      expect(writer.pendingBytes).toBe(0);
      writer.put("chunk", noise(1000, 2));
      expect(writer.pendingBytes).toBe(0);
      await writer.close();
      const second = await store.writer();
      await second.commit(tip());
      expect(second.put("chunk", noise(1000, 1))).toBe(objectId(hash, "chunk", noise(1000, 1)));
      expect(second.pendingBytes).toBe(0);
      await second.abandon();
    });

    test("objects abandoned before any commit are not there", async () => {
      const { store, reopen } = makeStore();
      const kept = await stored(store, "chunk", noise(9, 2));
      const writer = await store.writer();
      const id = writer.put("chunk", noise(9, 1));
      await writer.abandon();
      for (const handle of [store, reopen()]) {
        expect(await handle.get(id)).toBeUndefined();
        expect(await handle.withPrefix("", 10)).toEqual([kept]);
      }
    });

    test("objects committed with a tip outlive an abandon; later ones do not", async () => {
      const { store, reopen } = makeStore();
      const writer = await store.writer();
      const kept = writer.put("chunk", noise(9, 1));
      await writer.commit(tip());
      const lost = writer.put("chunk", noise(9, 2));
      await writer.abandon();
      for (const handle of [store, reopen()]) {
        expect((await handle.get(kept))?.body).toEqual(noise(9, 1));
        expect(await handle.get(lost)).toBeUndefined();
      }
    });

    test("an object that two writers put stays when one of them is abandoned", async () => {
      const { store, reopen } = makeStore();
      const first = await store.writer();
      const id = first.put("chunk", noise(9, 1));
      await first.commit();
      const other = reopen();
      await other.has(id);
      const second = await other.writer();
      expect(second.put("chunk", noise(9, 1))).toBe(id);
      second.put("chunk", noise(9, 2));
      await second.commit(tip());
      await first.abandon();
      expect((await reopen().get(id))?.body).toEqual(noise(9, 1));
      await second.close();
      expect((await reopen().get(id))?.body).toEqual(noise(9, 1));
      expect((await store.get(id))?.body).toEqual(noise(9, 1));
    });

    test("several writers at once, with separate and with common objects", async () => {
      const { store, reopen } = makeStore();
      const writers = await Promise.all([0, 1, 2, 3].map(() => store.writer()));
      const ids = new Set<Id>();
      for (let i = 0; i < 40; i++) {
        const writer = writers[i % 4] as (typeof writers)[0];
        ids.add(writer.put("chunk", noise(30, i)));
        ids.add(writer.put("chunk", noise(30, 1000 + (i >> 2))));
        if (i % 7 === 0) await writer.commit(tip());
      }
      await Promise.all(writers.map((writer) => writer.close()));
      for (const handle of [store, reopen()]) {
        for (const id of ids) expect(await handle.has(id)).toBe(true);
        expect(await handle.withPrefix("", 1000)).toEqual([...ids].sort());
      }
    });

    test("a handle that has looked before finds later writes of another", async () => {
      const { store, reopen } = makeStore();
      const other = reopen();
      expect(await other.withPrefix("", 5)).toEqual([]);
      const writer = await store.writer();
      const id = writer.put("chunk", noise(9, 1));
      await writer.commit(tip());
      expect(await other.has(id)).toBe(true);
      await writer.close();
      expect((await other.get(id))?.body).toEqual(noise(9, 1));
      const next = await stored(store, "chunk", noise(9, 2));
      expect((await other.get(next))?.body).toEqual(noise(9, 2));
      expect(await other.withPrefix("", 5)).toEqual([id, next].sort());
    });

    test("withPrefix agrees with a sorted list, for prefixes of every length", async () => {
      const { store } = makeStore();
      const ids: Id[] = [];
      for (const part of [0, 1, 2]) {
        const writer = await store.writer();
        for (let i = 0; i < 200; i++) ids.push(writer.put("chunk", noise(4, 200 * part + i)));
        if (part < 2) await writer.close();
        else await writer.commit(tip());
      }
      const sorted = [...new Set(ids)].sort();
      const prefix = fc.oneof(
        fc.tuple(fc.constantFrom(...sorted), fc.nat(64)).map(([id, n]) => id.slice(0, n)),
        fc.stringMatching(/^[0-9a-f]{0,3}$/),
        fc.constantFrom("f".repeat(64), "0".repeat(64), "0", "f", "zz", "AB", `${sorted[0]}0`),
      );
      await fc.assert(
        fc.asyncProperty(prefix, fc.nat(20), async (start, limit) => {
          const expected = sorted.filter((id) => id.startsWith(start)).slice(0, limit);
          expect(await store.withPrefix(start, limit)).toEqual(expected);
        }),
      );
    });

    test("changing bytes that were put or read changes nothing in the store", async () => {
      const { store } = makeStore();
      const body = noise(100, 1);
      const writer = await store.writer();
      const id = writer.put("chunk", body);
      body.fill(0);
      await writer.close();
      const first = await store.get(id);
      expect(first?.body).toEqual(noise(100, 1));
      first?.body.fill(0);
      expect((await store.get(id))?.body).toEqual(noise(100, 1));
    });

    test("put can be passed as a function", async () => {
      const { store } = makeStore();
      const writer = await store.writer();
      const { put } = writer;
      const id = put("chunk", noise(9, 1));
      await writer.close();
      expect(await store.has(id)).toBe(true);
    });

    test("a writer that wrote nothing leaves nothing", async () => {
      const { store, reopen } = makeStore();
      await (await store.writer()).close();
      await (await store.writer()).abandon();
      const id = await stored(store, "chunk", noise(9, 1));
      expect(await stored(store, "chunk", noise(9, 1))).toBe(id);
      expect(await reopen().withPrefix("", 5)).toEqual([id]);
    });

    test("a reader asks for a kind: OBJECT_MISSING, OBJECT_INVALID", async () => {
      const { store } = makeStore();
      const id = await stored(store, "chunk", noise(9, 1));
      expect(await objectReader(store)("chunk", id as Id<"chunk">)).toEqual(noise(9, 1));
      expect(await codeOfAsync(objectReader(store)("state", id as never))).toBe("OBJECT_INVALID");
      expect(await codeOfAsync(objectReader(store)("state", idOf(1)))).toBe("OBJECT_MISSING");
    });

    test("a damaged object is refused when it is read", async () => {
      const { store, reopen, damage } = makeStore();
      const id = await stored(store, "chunk", noise(150, 1));
      const other = await stored(store, "chunk", noise(150, 2));
      if (damage === undefined) return;
      damage(id);
      for (const handle of [store, reopen()]) {
        expect(await codeOfAsync(handle.get(id))).toBe("OBJECT_CORRUPT");
        expect((await handle.get(other))?.body).toEqual(noise(150, 2));
      }
    });
  });
}
