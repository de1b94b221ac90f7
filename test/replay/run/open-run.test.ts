import { expect, test } from "vitest";
import { concatBytes } from "../../../src/base/bytes.ts";
import { record } from "../../../src/index.ts";
import { nodeEnvironment } from "../../../src/node/host/environment.ts";
import { nodeHash } from "../../../src/node/host/platform.ts";
import { loadInto } from "../../../src/replay/run/open-run.ts";
import { memoryStore } from "../../../src/store/memory-store.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { codeOfAsync } from "../../support/code-of.ts";

const noise = {
  name: "noise",
  params: {},
  init: () => new Uint32Array(50_000),
  step: (state: Uint32Array, rng: { uint32(): number }) => state.map(() => rng.uint32()),
};

/** A store in memory, and what is done with its writers. */
function watchedStore(): { readonly store: ObjectStore; readonly done: string[] } {
  const store = memoryStore(nodeHash);
  const done: string[] = [];
  return {
    done,
    store: {
      ...store,
      async writer() {
        const writer = await store.writer();
        return {
          put(kind, body) {
            done.push(kind);
            return writer.put(kind, body);
          },
          get pendingBytes() {
            return writer.pendingBytes;
          },
          async commit(...tips) {
            done.push("commit");
            await writer.commit(...tips);
          },
          async close() {
            done.push("close");
            await writer.close();
          },
          async abandon() {
            done.push("abandon");
            return writer.abandon();
          },
        };
      },
    },
  };
}

test("a large run is written piece by piece, and the run itself last", async () => {
  const run = await record(noise, { steps: 100, seed: 1, blockSize: 1 });
  const bytes = await run.artifact();
  const { store, done } = watchedStore();
  const loaded = await loadInto(nodeEnvironment({ store }), bytes);
  expect(loaded.id).toBe(run.id);
  expect(done.slice(-2)).toEqual(["run", "close"]);
  expect(done.filter((what) => what === "run").length).toBe(1);
  expect(done).toContain("commit");
});

test("nothing is written of a file that turns out to be wrong at its end", async () => {
  const run = await record(noise, { steps: 3, seed: 1, blockSize: 1 });
  const bytes = (await run.artifact()).subarray(0, -40);
  const tail = Uint8Array.of(9, 0, 0, 0, 9, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const wrong = concatBytes([bytes, tail, new Uint8Array(8)]);
  const { store, done } = watchedStore();
  const load = loadInto(nodeEnvironment({ store }), concatBytes([wrong, nodeHash(wrong)]));
  expect(await codeOfAsync(load)).toBe("INVALID_ARTIFACT");
  expect(done).toEqual([]);
  expect(await store.has(run.id)).toBe(false);
});

test("a file that is damaged is refused before anything is written", async () => {
  const run = await record(noise, { steps: 3, seed: 1 });
  const bytes = (await run.artifact()).slice();
  bytes[100] = (bytes[100] as number) ^ 1;
  const { store, done } = watchedStore();
  expect(await codeOfAsync(loadInto(nodeEnvironment({ store }), bytes))).toBe("INVALID_ARTIFACT");
  expect(done).toEqual([]);
});
