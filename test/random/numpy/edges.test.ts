import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../../src/base/bytes.ts";
import { sha256 } from "../../../src/codec/hash.ts";
import { numpy } from "../../../src/random/numpy/index.ts";
import { readVectors } from "../../support/vectors.ts";
import { fromHex } from "../hex.ts";

/** From numpy 2.4.6: thresholds between algorithms, and calls that draw nothing. */
interface Edges {
  readonly choice: readonly {
    readonly n: number;
    readonly size: number;
    readonly shuffle: boolean;
    readonly sha256: string;
    readonly next: string;
  }[];
  readonly binomial: readonly {
    readonly n: number;
    readonly p: number;
    readonly sha256: string;
    readonly next: string;
  }[];
  readonly nothing: { readonly values: readonly number[]; readonly next: string };
  readonly advance: { readonly first: number; readonly after: readonly number[] };
}

const edges = readVectors<Edges>("numpy-edges");

/** As Python: `hashlib.sha256(json.dumps(values).encode())`. */
function digest(values: ArrayLike<number>): string {
  return toHex(sha256(utf8(`[${Array.from(values).join(", ")}]`)));
}

describe("numpy, on either side of each threshold", () => {
  test.each(edges.choice)("choice($n, $size, shuffle $shuffle)", (vector) => {
    const rng = numpy(3);
    const { n, size, shuffle } = vector;
    expect(digest(rng.choice(n, { size, replace: false, shuffle }))).toBe(vector.sha256);
    expect(rng.random()).toBe(fromHex(vector.next));
  });

  test.each(edges.binomial)("binomial($n, $p)", (vector) => {
    const rng = numpy(5);
    expect(digest(rng.binomial(vector.n, vector.p, 200))).toBe(vector.sha256);
    expect(rng.random()).toBe(fromHex(vector.next));
  });

  test("certain results draw nothing, except normal and exponential deviates", () => {
    const rng = numpy(7);
    const drawn = [rng.standardGamma(0), rng.gamma(0, 2), rng.normal(1, 0), rng.exponential(0)];
    drawn.push(rng.poisson(0), rng.binomial(0, 0.5), rng.binomial(5, 0));
    expect(drawn).toEqual(edges.nothing.values);
    expect(rng.random()).toBe(fromHex(edges.nothing.next));
  });

  test("advance drops the half of an output that is left", () => {
    const rng = numpy(9);
    expect(rng.integers(0, 1000, { dtype: "int32" })).toBe(edges.advance.first);
    rng.advance(3);
    expect(rng.bitGenerator).toMatchObject({ has32: 0, spare32: 0 });
    const after = edges.advance.after.map(() => rng.integers(0, 1000, { dtype: "int32" }));
    expect(after).toEqual(edges.advance.after);
  });

  test.each([
    [1e-9, true],
    [1e-8, true],
    [2e-8, false],
    [1e-7, false],
  ])("probabilities that are %d off 1: %s", (off, isTaken) => {
    const call = () => numpy(1).choice(2, { p: [0.5, 0.5 + off] });
    if (isTaken) expect(call()).toBeTypeOf("number");
    else expect(call).toThrow("to sum to 1");
  });
});
