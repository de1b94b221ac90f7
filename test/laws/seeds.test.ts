import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { deriveSeed, seeder, streamSeed } from "../../src/random/seeds.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { recordInto } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import { fractions, lineages, recorded } from "../support/arbitraries.ts";
import { bruteForce, encodingOf, generator } from "../support/brute-force.ts";
import { slicedEnvironment } from "../support/environments.ts";
import { runs } from "../support/runs.ts";

/** SHA-256 of fields of fixed width, with Node only. */
function hashOf(master: bigint, stream: string, index: number): string {
  const message = Buffer.alloc(72);
  message.write("rewind/seed/1", 0, "ascii");
  message.write(master.toString(16).padStart(64, "0"), 16, "hex");
  message.write(stream, 48, "ascii");
  message.writeBigUInt64BE(BigInt(index), 64);
  return createHash("sha256").update(message).digest("hex");
}

const masters = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.bigInt(0n, 99n));

/** SHA-256 of the fields of a named stream, with Node only. */
function streamHashOf(master: bigint, name: string): string {
  const head = Buffer.alloc(48);
  head.write("rewind/stream/1", 0, "ascii");
  head.write(master.toString(16).padStart(64, "0"), 16, "hex");
  return createHash("sha256").update(head).update(name, "utf8").digest("hex");
}

/** Each state holds the numbers drawn in the step before it. */
const draws = defineSimulation({
  name: "draws",
  init: (ctx) => [ctx.rng.uint32(), ctx.rng.uint32()],
  step: (_: number[], rng) => [rng.uint32(), rng.uint32()],
});

function drawing(seed: number | bigint, blockSize: number): Promise<Run<number[]>> {
  return recordInto<number[], Record<string, unknown>>(nodeEnvironment(), codeOf(draws), {
    steps: 12 * blockSize,
    blockSize,
    seed,
  });
}

describe("seeds: hashed from separate fields, never added", () => {
  test("a seed is SHA-256 of master seed, stream and index in fields of fixed width", () => {
    fc.assert(
      fc.property(masters, fc.maxSafeNat(), (master, index) => {
        for (const stream of ["block", "init"]) {
          const seed = deriveSeed({ hash: nodeHash, master, stream, index });
          expect(toHex(seed)).toBe(hashOf(master, stream, index));
        }
        expect(toHex(streamSeed(nodeHash, master, `é ${index}`))).toBe(
          streamHashOf(master, `é ${index}`),
        );
        expect(toHex(seeder(nodeHash, master, "block")(index))).toBe(
          hashOf(master, "block", index),
        );
      }),
    );
  });

  test("block seeds are distinct over a grid of masters and blocks", () => {
    const seen = new Set<string>();
    const grid = [...Array(60).keys()].flatMap((n) => [BigInt(n), BigInt(n) << 64n]);
    for (const master of grid) {
      for (const stream of ["block", "init"]) {
        for (let index = 0; index < 60; index++) {
          seen.add(toHex(deriveSeed({ hash: nodeHash, master, stream, index })).slice(0, 32));
        }
      }
    }
    // 0n << 64n is 0n.
    expect(seen.size).toBe((grid.length - 1) * 2 * 60);
  });

  test("(seed, k) and (seed + 1, k - 1) draw different numbers, in a run too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2 ** 40), fc.integer({ min: 1, max: 5 }), async (seed, blockSize) => {
        const [a, b] = await Promise.all([drawing(seed, blockSize), drawing(seed + 1, blockSize)]);
        const firsts = new Set<string>();
        for (let block = 0; block < 12; block++) {
          for (const [run, master] of [
            [a, seed],
            [b, seed + 1],
          ] as const) {
            const drawn = await run.get(block * blockSize + 1);
            const rng = generator(BigInt(master), "block", block);
            expect(drawn).toEqual([rng.uint32(), rng.uint32()]);
            firsts.add(drawn.join());
          }
        }
        firsts.add((await a.get(0)).join());
        firsts.add((await b.get(0)).join());
        expect(firsts.size).toBe(2 * 12 + 2);
      }),
      { numRuns: runs(15) },
    );
  });
});

describe("results never depend on order", () => {
  test("of get calls: in any order, any number at once, once or twice", async () => {
    await fc.assert(
      fc.asyncProperty(
        lineages,
        fc.array(fc.tuple(fractions, fc.boolean()), {
          minLength: 2,
          maxLength: 30,
        }),
        async (lineage, calls) => {
          const run = await recorded(nodeEnvironment(), lineage);
          const { bytes } = bruteForce(lineage);
          const waiting: Promise<void>[] = [];
          for (const [place, wait] of calls) {
            const step = Math.round(place * run.steps);
            const call = run.get(step).then((state) => {
              const actual = encodingOf(lineage.form, state);
              if (Buffer.compare(actual, bytes[step]!) !== 0) expect.fail(`step ${step}`);
            });
            if (wait) await call;
            else waiting.push(call);
          }
          await Promise.all(waiting);
        },
      ),
      { numRuns: runs(40) },
    );
  });

  test("of slices: recordings in slices of any length give the same root", async () => {
    await fc.assert(
      fc.asyncProperty(
        lineages,
        fc.array(fc.constantFrom(0, 1, 16, 40, 100, 1_500), { minLength: 1, maxLength: 6 }),
        async (lineage, elapsed) => {
          let at = 0;
          const env = slicedEnvironment(() => elapsed[at++ % elapsed.length]!);
          const sliced = await recorded(env, lineage);
          const whole = await recorded(nodeEnvironment(), lineage);
          expect(sliced.root).toBe(whole.root);
        },
      ),
      { numRuns: runs(40) },
    );
  });

  test("of concurrent recordings, in one store or several", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lineages, { minLength: 2, maxLength: 5 }), async (all) => {
        const env = slicedEnvironment(() => 100);
        const pausing = { ...env, pause: () => new Promise<void>((done) => setImmediate(done)) };
        const together = await Promise.all(all.map((lineage) => recorded(pausing, lineage)));
        for (const [i, lineage] of all.entries()) {
          const alone = await recorded(nodeEnvironment(), lineage);
          expect(together[i]!.root).toBe(alone.root);
        }
      }),
      { numRuns: runs(15) },
    );
  });

  test("of verifying: every block of every recording replays by itself", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, async (lineage) => {
        const run = await recorded(nodeEnvironment(), lineage);
        const { ok, blocksChecked } = await run.verify({ full: true });
        expect(ok).toBe(true);
        expect(blocksChecked).toBe(run.checkpoints);
      }),
      { numRuns: runs(40) },
    );
  });
});
