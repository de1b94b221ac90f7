import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hostileArtifacts, manyChunks } from "./artifacts.ts";
import { Stores } from "./commands.ts";
import { complaintAboutCost } from "./complaints.ts";
import { Lab } from "./lab.ts";

const lab = new Lab();
const stores = new Stores(lab);
let files = 0;

afterAll(() => {
  console.log(`${files} artifacts`);
  lab.close();
});

describe("a file that save did not write", () => {
  test("is refused or read, in bounded time and memory, and prints nothing raw", async () => {
    const root = await stores.copy("walk");
    const sound = new Uint8Array(readFileSync(path.join(root, "run.replay")));
    for (const { name, bytes } of await hostileArtifacts(sound)) {
      writeFileSync(path.join(root, "x.replay"), bytes);
      files++;
      const branch = `b${files}`;
      // One process each, so that each has its own memory.
      const server = lab.server();
      const lines = [`info x.replay`, `load x.replay -b ${branch}`];
      const after = ["show", "get", "log", "cat-file", "verify"].map((verb) => `${verb} ${branch}`);
      for (const line of [...lines, ...after]) {
        const ended = await server.run(root, line.split(" "));
        expect([name, line, complaintAboutCost(ended)]).toEqual([name, line, undefined]);
        if (line.startsWith("load") && ended.status !== 0) break;
      }
      server.close();
    }
    expect(files).toBeGreaterThan(50);
  });

  test("with 200,000 objects takes info a third of a gigabyte", async () => {
    const root = await stores.copy("walk");
    const sound = new Uint8Array(readFileSync(path.join(root, "run.replay")));
    writeFileSync(path.join(root, "x.replay"), await manyChunks(sound));
    const server = lab.server();
    const ended = await server.run(root, ["info", "x.replay"]);
    server.close();
    expect(ended).toMatchObject({ status: 0, stderr: "" });
    expect(ended.memoryKb).toBeLessThan(350_000);
  });
});
