import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineSimulation, load, record } from "rewind-engine";
import { expect, test } from "vitest";
import { encode } from "../../../src/codec/encode.ts";

const table = Array.from({ length: 20_000 }, (_, i) => ({ id: i, weight: i / 7 }));
const lookup = defineSimulation({
  name: "lookup",
  params: { table, p: 0.5 },
  init: (): number => 0,
  step: (x, rng, { params }) => {
    const row = params.table[rng.integer(0, params.table.length)];
    return x + (row?.weight ?? 0) * params.p;
  },
});

test("large params are stored once: manifests and forks are small, and every run replays", async () => {
  const run = await record(lookup, { steps: 100, seed: 1 });
  expect(encode(run.manifest).length).toBeLessThan(2_000);
  expect(run.params.table).toHaveLength(20_000);
  expect((await run.verify({ full: true })).ok).toBe(true);
  const changed = await run.branch(50, { mutate: (x) => x + 1 });
  expect(changed.manifest.segments[1]?.params).toEqual(run.manifest.segments[0]?.params);
  const other = await run.branch(50, { params: { p: 0.75 } });
  expect(other.params.p).toBe(0.75);
  expect(encode(other.manifest).length).toBeLessThan(2_000);
  const { inputs } = await run.diff(other);
  expect(inputs.map(({ path, a, b }) => [path, a, b])).toEqual([["params.p", 0.5, 0.75]]);
  const file = path.join(mkdtempSync(path.join(tmpdir(), "rewind-")), "other.replay");
  await other.save(file);
  const same = await load(file, lookup);
  expect(await same.get(100)).toBe(await other.get(100));
  expect(same.params).toEqual(other.params);
  // Both sets of params are in the file, and share the chunks of the table.
  expect(statSync(file).size).toBeLessThan(400_000);
});
