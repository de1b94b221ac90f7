import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encode } from "../../src/codec/encode.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { encodeRun } from "../../src/object/run.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { openRun, recordInto } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { scatter, Watch } from "../../src/replay/watch.ts";
import { crc32 } from "../../src/store/crc32.ts";

const env = nodeEnvironment();

/** The steps that a watch digests when `advance` drives it. */
function stepsOf(start: number, lengthBytes: number, blockSize: number): number[] {
  const watch = Watch.from(start, lengthBytes, { blockSize }, env);
  const steps: number[] = [];
  while (Number.isFinite(watch.next)) {
    steps.push(watch.next);
    watch.take(0, { simulation: { name: "none" } } as never);
  }
  return steps;
}

describe("the digested states", () => {
  test("are the first, and at most three more if states are small, all inside the block", () => {
    for (const blockSize of [1, 2, 3, 4, 5, 8, 100, 1_000]) {
      for (let start = 0; start < 3 * blockSize; start++) {
        const end = start - (start % blockSize) + blockSize;
        for (const [bytes, most] of [
          [1, 4],
          [64, 4],
          [65, 2],
          [1_024, 2],
          [1_025, 1],
        ] as const) {
          const steps = stepsOf(start, bytes, blockSize);
          if (start + 1 === end) expect(steps).toEqual([]);
          else expect(steps[0]).toBe(start + 1);
          expect(steps.length).toBeLessThanOrEqual(most);
          expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
          expect(steps.every((step) => step > start && step < end)).toBe(true);
        }
      }
    }
  });

  test("scatter has not changed, and spreads over a block", () => {
    expect([
      scatter(0, 0),
      scatter(1, 0),
      scatter(0, 1),
      scatter(2 ** 33, 2),
    ]).toMatchInlineSnapshot(`
      [
        3930713850,
        3073912308,
        960108072,
        120762667,
      ]
    `);
    const places = new Set(Array.from({ length: 1_000 }, (_, block) => scatter(block, 0) % 998));
    expect(places.size).toBeGreaterThan(580);
  });
});

test("a witness is the CRC-32 of the encodings in a row, with ff for a state without one", () => {
  const crc = zlibCrc32 ?? crc32;
  const watch = Watch.from(0, 1, { blockSize: 50 }, env);
  const segment = { simulation: { name: "none" } } as never;
  watch.take({ x: 1.5 }, segment);
  const copy = watch.copy();
  watch.take(() => 1, segment);
  expect(copy.witness).toBe(crc(encode({ x: 1.5 })));
  expect(watch.witness).toBe(crc(Buffer.concat([encode({ x: 1.5 }), Uint8Array.of(0xff)])));
  expect(watch.next).toBeGreaterThan(copy.next);
});

const drift = {
  name: "drift",
  params: { by: 1 },
  init: () => 0,
  step: (x: number, rng: { random(): number }, ctx: { params: { by: number } }) =>
    x + ctx.params.by * rng.random(),
};

const record = (steps: number, at: Environment = nodeEnvironment()) =>
  recordInto<number, { by: number }>(at, codeOf(drift as never), { steps, seed: 3, blockSize: 11 });

describe("witnesses do not depend on the path", () => {
  // The cuts are at every step of three blocks: before, at and after digested states.
  const STEPS = 33;

  test("extended and cut at every step", async () => {
    const whole = await record(STEPS);
    for (let cut = 0; cut <= STEPS; cut++) {
      const short = await record(cut);
      expect((await short.branch(cut, { steps: STEPS })).root, `extended at ${cut}`).toBe(
        whole.root,
      );
      const reset = await whole.branch(cut, { steps: cut });
      expect(reset.root, `cut at ${cut}`).toBe(short.root);
      expect((await reset.branch(cut, { steps: STEPS })).root).toBe(whole.root);
    }
  });

  test("a changed fork, and a fork of it in the same block, cut and extended at every step", async () => {
    const whole = await record(STEPS);
    for (const [at, then] of [
      [3, 5],
      [3, 3],
      [4, 10],
      [11, 13],
      [12, 12],
      [21, 22],
    ] as const) {
      const fork = await whole.branch(at, { params: { by: 2 } });
      const again = await fork.branch(then, { params: { by: 3 } });
      for (let cut = then; cut <= STEPS; cut++) {
        const short = await again.branch(cut, { steps: cut });
        const long = await short.branch(cut, { steps: STEPS });
        expect(long.root, `${at}, ${then}, ${cut}`).toBe(again.root);
        expect(long.manifest.segments).toEqual(again.manifest.segments);
        const direct = await (await whole.branch(at, { params: { by: 2 }, steps: then })).branch(
          then,
          { params: { by: 3 }, steps: cut },
        );
        expect(direct.root).toBe(short.root);
        expect(direct.manifest.segments).toEqual(short.manifest.segments);
      }
      for (const run of [fork, again]) expect((await run.verify({ full: true })).ok).toBe(true);
    }
  });
});

describe("a wrong witness is found", () => {
  /** The run with a changed manifest, in the same store, without earlier replays. */
  async function changed(
    run: Run<number, { by: number }>,
    change: (manifest: Run["manifest"]) => Run["manifest"],
  ) {
    const { store } = run.replayer.env;
    const writer = await store.writer();
    const id = writer.put("run", encodeRun(change(run.manifest)));
    await writer.commit();
    await writer.close();
    const other = nodeEnvironment({ store });
    other.programs.supply(drift as never);
    return openRun<number, { by: number }>(id, other);
  }

  test("in each block, by get, find, branch and verify; the other blocks still pass", async () => {
    const run = await record(33);
    for (const block of [0, 1, 2]) {
      const wrong = await changed(run, (manifest) => ({
        ...manifest,
        edge: {
          ...manifest.edge,
          entries: manifest.edge.entries.map((entry, k) =>
            k === block ? { ...entry, witness: (entry.witness ^ 1) >>> 0 } : entry,
          ),
        },
      }));
      const mismatch = { code: "REPLAY_MISMATCH" };
      const step = block * 11 + 5;
      await expect(wrong.get(step)).rejects.toMatchObject(mismatch);
      expect(await wrong.get(step, { check: false })).toBe(await run.get(step));
      await expect(wrong.branch(step)).rejects.toMatchObject(mismatch);
      await expect(wrong.find(() => false)).rejects.toMatchObject(mismatch);
      expect(await wrong.get(((block + 1) % 3) * 11 + 5)).toBeTypeOf("number");
      const found = await wrong.verify({ full: true });
      expect(found).toMatchObject({ ok: false, mismatch: { block, changes: [] } });
    }
  });

  test("in a segment that begins inside a block", async () => {
    const fork = await (await record(33)).branch(14, { params: { by: 2 } });
    const wrong = await changed(fork, (manifest) => ({
      ...manifest,
      segments: manifest.segments.map((segment) =>
        segment.begin === undefined
          ? segment
          : { ...segment, begin: { ...segment.begin, witness: 7 } },
      ),
    }));
    await expect(wrong.get(16)).rejects.toMatchObject({ code: "REPLAY_MISMATCH" });
    expect(await wrong.get(13)).toBe(await fork.get(13));
    expect((await wrong.verify({ full: true })).mismatch?.block).toBe(1);
  });
});
