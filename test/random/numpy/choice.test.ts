import { describe, expect, test } from "vitest";
import { shuffle } from "../../../src/random/numpy/choice.ts";
import { numpy } from "../../../src/random/numpy/index.ts";
import { Pcg64 } from "../../../src/random/numpy/pcg64.ts";
import { SeedSequence } from "../../../src/random/numpy/seed-sequence.ts";

describe("populations beyond 2^32, as numpy 2.4 draws from them", () => {
  // numpy.random.default_rng(42).choice(n, 6, replace=False), and .choice(n, 3)
  test.each([
    [
      2 ** 32,
      [2811363263, 3324115913, 1859786275, 3687649986, 1884968544, 383329927],
      [383329928, 3324115917, 2811363265],
    ],
    [
      2 ** 32 + 5,
      [383329928, 1884968546, 3687649988, 4190266098, 2995172880, 404488629],
      [3324115920, 1884968547, 3687649990],
    ],
    [
      2 ** 33,
      [6648231830, 3769937089, 8380532187, 7375299970, 5990345754, 808977258],
      [6648231834, 3769937091, 7375299972],
    ],
    [
      2 ** 53 - 1,
      [
        6971176343755552, 3953065555456573, 8787624918571241, 7733562544347967, 6281332791623694,
        848274137707120,
      ],
      [6971176343755556, 3953065555456575, 7733562544347969],
    ],
  ])("%i", (population, sample, choices) => {
    const rng = numpy(42);
    expect([...rng.choice(population, { size: 6, replace: false })]).toEqual(sample);
    expect([...numpy(42).choice(population, { size: 3 })]).toEqual(choices);
  });

  test("what follows is in step", () => {
    const rng = numpy(42);
    rng.choice(2 ** 33, { size: 3, replace: false });
    expect([...rng.integers(0, 1000, { size: 3 })]).toEqual([201, 94, 526]);
  });

  test("a shuffle draws 64 bits for places beyond 2^32, and takes as many as they have", () => {
    const source = Pcg64.seeded(SeedSequence.of(42));
    const twin = Pcg64.seeded(SeedSequence.of(42));
    const drawn: number[] = [];
    // Only the first of its 2^32 + 1 swaps is looked at.
    const stop = new Error("enough");
    const items = new Proxy({ length: 2 ** 32 + 2 } as { length: number; [at: number]: unknown }, {
      set: (_target, at) => {
        drawn.push(Number(at));
        if (drawn.length === 2) throw stop;
        return true;
      },
    });
    expect(() => shuffle(source, items)).toThrow(stop);
    let expected = twin.uint64() & 0x1_ffff_ffffn;
    while (expected > 2n ** 32n + 1n) expected = twin.uint64() & 0x1_ffff_ffffn;
    expect(drawn).toEqual([2 ** 32 + 1, Number(expected)]);
  });
});

describe("probabilities", () => {
  const single = (last: number): Float32Array => Float32Array.of(0.3, 0.3, last);

  test("of single precision may be off by as much more, as in numpy", () => {
    expect(numpy(1).choice(3, { p: single(0.4003) })).toBeLessThan(3);
    expect(() => numpy(1).choice(3, { p: single(0.4005) })).toThrow("probabilities to sum to 1");
    expect(() => numpy(1).choice(3, { p: [0.3, 0.3, 0.4001] })).toThrow(
      "probabilities to sum to 1",
    );
    expect(numpy(1).choice(3, { p: [0.3, 0.3, 0.4 + 1e-8] })).toBeLessThan(3);
  });

  test("of 200,000 items, of which most are taken", () => {
    const p = new Float64Array(200_000).fill(1 / 200_000);
    const chosen = numpy(1).choice(p.length, { size: 150_000, replace: false, p });
    expect(new Set(chosen).size).toBe(150_000);
  });
});
