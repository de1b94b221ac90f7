import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Stores, WRITING } from "./commands.ts";
import { type Call, CUTS, Disk } from "./crash-images.ts";
import { Lab } from "./lab.ts";
import { SEED, sample, upTo } from "./seeds.ts";
import { digest, isPart, shown, viewOf } from "./view.ts";

const lab = new Lab();
const stores = new Stores(lab);
const server = lab.server();
let images = 0;

afterAll(() => {
  console.log(`${images} distinct images of power cuts`);
  lab.close();
});

/** Commands that write only into `.rewind`, by synchronous calls. */
const TRACED = WRITING.filter(({ line, store }) => store !== "bare" && !line.startsWith("save"));

describe("a power cut at a call of a command that writes", () => {
  test.each(TRACED.map((one) => [one.line, one] as const))("%s", async (_, writing) => {
    const { line, store, ctrlC, records } = writing;
    const before = await viewOf(server, await stores.original(store));
    const traced = await stores.copy(store);
    const { report } = await lab.strike(traced, line.split(" "), { mode: "trace", ctrlC });
    const after = await viewOf(server, traced);
    const calls = report
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as Call);
    const seen = new Set<string>();
    const cases = [...sample(upTo(calls.length - 1), 6), calls.length];
    for (const count of cases) {
      // The paths of the trace are in the folder in which it was made.
      const start = await stores.copy(store);
      rmSync(path.join(traced, ".rewind"), { recursive: true });
      cpSync(path.join(start, ".rewind"), path.join(traced, ".rewind"), { recursive: true });
      const disk = new Disk(traced);
      for (const call of calls.slice(0, count)) disk.apply(call);
      for (const cut of CUTS) {
        const root = await stores.copy(store);
        rmSync(path.join(root, ".rewind"), { recursive: true });
        disk.write(root, cut);
        const image = digest(root);
        if (seen.has(image)) continue;
        seen.add(image);
        images++;
        const where = [SEED, line, count, JSON.stringify(cut)];
        const view = await viewOf(server, root);
        const isSound =
          shown(view) === shown(after) ||
          (count < calls.length &&
            (shown(view) === shown(before) || isPart(view, before, after, records)));
        expect([...where, isSound ? "sound" : shown(view)]).toEqual([...where, "sound"]);
        if (!before.refs.has("main")) continue;
        // The next writer recovers everything, and then no complaint is left.
        const tagged = await server.run(root, ["tag", "later", "main"]);
        expect([...where, tagged.status, tagged.stderr]).toEqual([...where, 0, tagged.stderr]);
        const { stderr } = await server.run(root, ["log", "--all"]);
        expect([...where, stderr]).toEqual([...where, ""]);
      }
    }
  });
});
