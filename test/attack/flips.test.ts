import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Stores } from "./commands.ts";
import { complaintAbout } from "./complaints.ts";
import { Lab } from "./lab.ts";
import { SEED, sample } from "./seeds.ts";
import { filesOf } from "./view.ts";

const lab = new Lab();
const stores = new Stores(lab);
const server = lab.server();
let flips = 0;

afterAll(() => {
  console.log(`${flips} flipped bytes`);
  lab.close();
});

const ASKED = ["get main@150", "get side@250", "get v1"];

describe("a store in which a byte is flipped", () => {
  test("prints no wrong state, and ends no command in a stack trace", async () => {
    const root = await stores.copy("walk");
    const right = new Map<string, string>();
    for (const line of ASKED) right.set(line, (await server.run(root, line.split(" "))).stdout);
    const places = filesOf(path.join(root, ".rewind"))
      .filter(([name]) => !name.endsWith("/"))
      .flatMap(([name, bytes]) => Array.from(bytes, (_, at) => ({ name, at })));
    for (const { name, at } of sample(places, 250)) {
      const file = path.join(root, ".rewind", name);
      const whole = readFileSync(file);
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      writeFileSync(file, changed);
      flips++;
      for (const line of [...ASKED, "log --all"]) {
        const ended = await server.run(root, line.split(" "));
        const where = [SEED, name, at, line];
        expect([...where, complaintAbout(ended)]).toEqual([...where, undefined]);
        const isWrong = right.has(line) && ![right.get(line), ""].includes(ended.stdout);
        expect([...where, isWrong ? ended.stdout : "right"]).toEqual([...where, "right"]);
      }
      writeFileSync(file, whole);
    }
  });
});
