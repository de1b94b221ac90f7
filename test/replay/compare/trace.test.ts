import { describe, expect, test } from "vitest";
import { encode } from "../../../src/codec/encode.ts";
import type { TypeCodec } from "../../../src/codec/state/type-codecs.ts";
import { record } from "../../../src/index.ts";
import { nodeCompression, nodeHash } from "../../../src/node/host/platform.ts";
import type { Run } from "../../../src/replay/run/run.ts";
import { defineSimulation } from "../../../src/replay/simulation.ts";
import {
  decodeTrace,
  digestOf,
  encodeTrace,
  type TracedStretch,
} from "../../../src/store/trace-file.ts";

/** What another machine does otherwise, from step `from` on. */
interface Params {
  readonly change: string;
  readonly from: number;
  readonly by: number;
}

class Herd {
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }
}

/** What the codec has got. */
const decoded: unknown[] = [];

/** Stands for a program whose results depend on the machine. */
const model = defineSimulation({
  name: "model",
  params: { change: "none", from: 0, by: 0 } as Params,
  types: {
    Herd: {
      is: (value: unknown) => value instanceof Herd,
      encode: ({ size }: Herd) => size,
      decode(size: unknown) {
        decoded.push(size);
        return new Herd(size as number);
      },
    },
  },
  init: () => ({ x: 0, name: "a", list: [1, 2], seen: new Map([["a", 1]]), herd: new Herd(1) }),
  step(state: Record<string, unknown>, rng, { step, params }) {
    const [x, size] = [rng.random(), rng.random()];
    const { change, from, by } = params;
    const changes: Readonly<Record<string, object>> = {
      x: { x: x + by },
      herd: { herd: new Herd(size + by) },
      name: { name: "b" },
      list: { list: [1, 2, 3] },
      map: { seen: { a: 1 } },
      key: { late: 1 },
      growing: { x: x + by * 10 ** (step % 10) },
    };
    Object.assign(state, { x, herd: new Herd(size) }, step + 1 < from ? {} : changes[change]);
  },
});

const runWith = (params: Partial<Params> = {}, seed = 1): Promise<Run> =>
  record(model, { steps: 95, blockSize: 10, seed, params }) as Promise<Run>;

describe("a trace", () => {
  test("of the same run is the same, in each block", async () => {
    const run = await runWith();
    for (const block of [0, 3, 9]) {
      const comparison = await run.compareTrace(await run.trace(block));
      const to = Math.min(block * 10 + 10, 95);
      expect(comparison).toEqual({
        ...{ ok: true, run: run.id, block, from: block * 10, to },
        ...{ difference: undefined, causes: [] },
      });
    }
  });

  test.each([
    ["x", 1e-12, "drift", "state.x"],
    ["x", 1e-3, "value", "state.x"],
    ["herd", 1e-12, "drift", "state.herd"],
    ["herd", 1, "value", "state.herd"],
    ["name", 0, "value", "state.name"],
    ["list", 0, "structure", "state.list[2]"],
    ["map", 0, "structure", "state.seen"],
    ["key", 0, "structure", "state.late"],
  ])("names step, field and case: %s by %d is a %s", async (change, by, kind, path) => {
    const there = await runWith();
    const here = await runWith({ change, from: 37, by });
    const { ok, run, difference } = await here.compareTrace(await there.trace(3));
    expect([ok, run]).toEqual([false, there.id]);
    expect(difference).toMatchObject({ step: 37, kind });
    expect(difference?.changes[0]?.path).toBe(path);
    if (kind === "drift") expect(difference?.drift).toBeCloseTo(by, 15);
    // The blocks before are equal, and their traces say so.
    expect((await here.compareTrace(await there.trace(2))).ok).toBe(true);
  });

  test("what lies beyond epsilon is found after a drift", async () => {
    const there = await runWith();
    const here = await runWith({ change: "growing", from: 31, by: 1e-13 });
    const bytes = await there.trace(3);
    const { difference } = await here.compareTrace(bytes, { epsilon: 1e-9 });
    expect(difference).toMatchObject({ step: 31, kind: "drift", exceeds: 36 });
    const wide = await here.compareTrace(bytes, { epsilon: 1 });
    expect(wide.difference).toMatchObject({ step: 31, kind: "drift", exceeds: undefined });
    const exact = await here.compareTrace(bytes, { epsilon: 0 });
    expect(exact.difference).toMatchObject({ step: 31, kind: "value", exceeds: undefined });
  });

  test("holds the states of a fork's block, whose stretches meet", async () => {
    const run = await runWith();
    const fork = await run.branch(34, { params: { change: "x", from: 0, by: 0.5 } });
    const trace = decodeTrace(await fork.trace(3), nodeCompression, nodeHash);
    expect(trace.stretches.map(({ from, states }) => [from, states.length])).toEqual([
      [30, 5],
      [34, 7],
    ]);
    expect((await fork.compareTrace(await fork.trace(3))).ok).toBe(true);
    await expect(run.compareTrace(await fork.trace(3))).rejects.toMatchObject({
      code: "INVALID_TRACE",
    });
  });

  test("of a block with large states holds those from `at`; without a state the case is unknown", async () => {
    const large = defineSimulation({
      name: "large",
      params: { by: 0 },
      init: () => ({ x: 0, bytes: new Uint8Array(4 << 20) }),
      step(state: { x: number; bytes: Uint8Array }, _, { step, params }) {
        state.x = step + 1 > 7 ? params.by : 0;
        state.bytes[0] = step;
      },
    });
    const runOf = (by: number): Promise<Run> =>
      record(large, {
        steps: 10,
        blockSize: 10,
        seed: 1,
        params: { by },
      }) as unknown as Promise<Run>;
    const [there, here] = [await runOf(0), await runOf(1)];
    const first = await there.trace(0);
    expect(first.length).toBeLessThan(10_000);
    expect((await here.compareTrace(first)).difference).toMatchObject({
      ...{ step: 8, kind: "unknown", changes: [], exceeds: undefined },
    });
    const second = await there.trace(0, { at: 8 });
    expect((await here.compareTrace(second)).difference).toMatchObject({
      ...{ step: 8, kind: "value", changes: [{ path: "state.x", a: 0, b: 1 }] },
    });
  });

  test("no code of the program gets what a trace holds", async () => {
    const run = await runWith();
    const trace = decodeTrace(await run.trace(3), nodeCompression, nodeHash);
    const [stretch] = trace.stretches as [TracedStretch];
    const forged = encode(
      { ...((await run.get(30)) as object), herd: new Herd(0) },
      { types: { Herd: { ...model.types?.Herd, encode: () => "forged" } as TypeCodec } },
    );
    const digests = stretch.digests.slice();
    digests.set(digestOf(forged, nodeHash));
    const stretches = [{ ...stretch, digests, states: [forged] }];
    const bytes = encodeTrace({ ...trace, stretches }, nodeCompression, nodeHash);
    const { difference } = await run.compareTrace(bytes);
    expect(difference).toMatchObject({ step: 30, kind: "structure" });
    expect(difference?.changes[0]).toMatchObject({ path: "state.herd", a: "forged" });
    expect(decoded.length).toBeGreaterThan(0);
    expect(decoded).not.toContain("forged");
  });

  test("is refused where the replay is not the recording", async () => {
    let calls = 0;
    const leak = defineSimulation({ name: "leak", init: () => 0, step: () => ++calls });
    const run = await record(leak, { steps: 20, blockSize: 10, seed: 1 });
    await expect(run.trace(1)).rejects.toMatchObject({ code: "REPLAY_MISMATCH" });
  });

  test("wrong arguments are refused", async () => {
    const run = await runWith();
    const bytes = await run.trace(0);
    const refused = { code: "INVALID_ARGUMENT" };
    for (const block of [-1, 10, 0.5, Number.NaN]) {
      await expect(run.trace(block)).rejects.toMatchObject(refused);
    }
    for (const at of [9, 21]) await expect(run.trace(1, { at })).rejects.toMatchObject(refused);
    for (const epsilon of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(run.compareTrace(bytes, { epsilon })).rejects.toMatchObject(refused);
    }
    const other = await record(model, { steps: 95, blockSize: 8, seed: 1 });
    await expect(other.compareTrace(bytes)).rejects.toMatchObject({ code: "INVALID_TRACE" });
  });
});
