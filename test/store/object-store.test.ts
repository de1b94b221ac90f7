import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { FileStore } from "../../src/node/store/file-store.ts";
import type { Id } from "../../src/object/id.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { codeOfAsync } from "../support/code-of.ts";
import { hash, noise } from "../support/memory-objects.ts";
import { emptyStore, storeTools } from "../support/store-tools.ts";
import { testObjectStore } from "./object-store.suite.ts";

testObjectStore("memory", () => {
  const store = memoryStore(hash);
  return { store, reopen: () => store };
});

testObjectStore("files", () => {
  const root = emptyStore();
  const store = new FileStore(root, storeTools());
  return {
    store,
    reopen: () => new FileStore(root, storeTools()),
    damage: (id) => damageRecord(path.join(root, "objects"), id),
  };
});

test("memory: an object that no longer has its id is refused when it is read", async () => {
  let damaged = false;
  const store = memoryStore((bytes) => (damaged ? new Uint8Array(32) : hash(bytes)));
  const writer = await store.writer();
  const id = writer.put("chunk", noise(9, 1));
  await writer.close();
  expect((await store.get(id))?.body).toEqual(noise(9, 1));
  damaged = true;
  expect(await codeOfAsync(store.get(id))).toBe("OBJECT_CORRUPT");
});

/** Flips the last bit of the object's record in whichever file has it. */
function damageRecord(folder: string, id: Id): void {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".pack"))) {
    const bytes = readFileSync(path.join(folder, name));
    const at = bytes.indexOf(Buffer.from(id, "hex"));
    if (at === -1) continue;
    const last = at + 36 + bytes.readUInt32LE(at - 4) - 1;
    bytes[last] = (bytes[last] as number) ^ 1;
    writeFileSync(path.join(folder, name), bytes);
  }
}
