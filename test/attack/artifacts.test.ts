import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hostileArtifacts } from "./artifacts.ts";
import { Stores } from "./commands.ts";
import { complaintAbout } from "./complaints.ts";
import { Lab } from "./lab.ts";

const lab = new Lab();
const stores = new Stores(lab);
let files = 0;

afterAll(() => {
  console.log(`${files} artifacts`);
  lab.close();
});

const MOST_MEMORY_KB = 500_000;
/** Five seconds on a quiet machine. */
const LONGEST_MS = 20_000;

describe("a file that save did not write", () => {
  test("is refused or read, in bounded time and memory, and prints nothing raw", async () => {
    const root = await stores.copy("walk");
    const sound = new Uint8Array(readFileSync(path.join(root, "run.replay")));
    for (const { name, bytes } of await hostileArtifacts(sound)) {
      writeFileSync(path.join(root, "x.replay"), bytes);
      files++;
      const branch = `b${files}`;
      // A process for each: the memory of one is not another's.
      const server = lab.server();
      const lines = [`info x.replay`, `load x.replay -b ${branch}`];
      const after = ["show", "get", "log", "cat-file", "verify"].map((verb) => `${verb} ${branch}`);
      for (const line of [...lines, ...after]) {
        const ended = await server.run(root, line.split(" "), LONGEST_MS);
        const memory = ended.memoryKb > MOST_MEMORY_KB ? `${ended.memoryKb} kB` : undefined;
        expect([name, line, complaintAbout(ended) ?? memory]).toEqual([name, line, undefined]);
        if (line.startsWith("load") && ended.status !== 0) break;
      }
      server.close();
    }
    expect(files).toBeGreaterThan(50);
  });
});
