import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { sha256 } from "../../src/codec/hash.ts";
import type { GeneratorAlgorithm, RandomGenerator } from "../../src/random/generator.ts";
import {
  DEFAULT_GENERATOR,
  generatorNames,
  generatorsWith,
  loadGenerator,
} from "../../src/random/generators.ts";
import { deriveSeed } from "../../src/random/seeds.ts";
import { xoshiroAlgorithm } from "../../src/random/xoshiro/index.ts";
import { generatorNamed } from "../../src/random.ts";

const algorithms: readonly GeneratorAlgorithm[] = await Promise.all(
  generatorNames().map((name) => loadGenerator(name)),
);

test("the default is xoshiro128++, and first in the list", () => {
  expect(DEFAULT_GENERATOR).toBe(xoshiroAlgorithm.name);
  expect(generatorNamed()).toBe(xoshiroAlgorithm);
  expect(generatorNames()[0]).toBe(DEFAULT_GENERATOR);
});

test("the list of names is the caller's own", () => {
  generatorNames().length = 0;
  expect(generatorNames()).toContain(DEFAULT_GENERATOR);
});

describe.each(algorithms.map((algorithm) => [algorithm.name, algorithm] as const))(
  "%s",
  (name, algorithm) => {
    test("is found by its name and current version, loaded or not", async () => {
      expect(Number.isSafeInteger(algorithm.version) && algorithm.version >= 1).toBe(true);
      expect(generatorNamed(name)).toBe(algorithm);
      expect(generatorNamed(name, algorithm.version)).toBe(algorithm);
      expect(await loadGenerator(name, algorithm.version)).toBe(algorithm);
    });

    test("is refused under any other version", async () => {
      for (const version of [0, algorithm.version + 1]) {
        const data = { name, recorded: version, current: algorithm.version };
        const refused = { code: "GENERATOR_CHANGED", data };
        await expect(loadGenerator(name, version)).rejects.toMatchObject(refused);
        expect(thrownBy(() => generatorNamed(name, version))).toMatchObject(refused);
      }
    });

    test("has each method in the table", () => {
      const rng = algorithm.seeded(0n);
      const others = algorithms.flatMap((other) => methodsOf(other.seeded(0n)));
      const listed = others.filter((method) => generatorsWith(method).includes(name as never));
      expect(listed.length).toBeGreaterThan(0);
      for (const method of listed) expect(method in rng, method).toBe(true);
    });

    test("has a state of a unique length", () => {
      const length = (of: GeneratorAlgorithm): number => of.seeded(1n).state().length;
      const same = algorithms.filter((other) => length(other) === length(algorithm));
      expect(same).toEqual([algorithm]);
    });
  },
);

test("an unknown name is refused, and the error lists the known ones", async () => {
  for (const name of ["mersenne", "", "Xoshiro128++", "toString", "__proto__"]) {
    const error = thrownBy(() => generatorNamed(name));
    expect(isRewindError(error, "UNKNOWN_GENERATOR")).toBe(true);
    expect(error).toMatchObject({ data: { name, known: generatorNames() } });
    expect(String(error)).toContain("expected a generator among xoshiro128++");
    await expect(loadGenerator(name)).rejects.toMatchObject({ code: "UNKNOWN_GENERATOR" });
  }
});

describe("one seed, two generators", () => {
  const words = (rng: RandomGenerator): string =>
    Array.from({ length: 8 }, () => rng.uint32()).join();
  const seed = deriveSeed({ hash: sha256, master: 42n, stream: "block", index: 7 });
  const ofSeed = new Map(algorithms.map((each) => [each.name, words(each.fromSeed(seed))]));
  const ofNumber = new Map(algorithms.map((each) => [each.name, words(each.seeded(42n))]));

  test("a block of python draws the words of one of torch, as the README says, and no others do", () => {
    expect(ofSeed.get("torch")).toBe(ofSeed.get("python"));
    expect(new Set(ofSeed.values()).size).toBe(algorithms.length - 1);
  });

  test("seeded by a number, as under continuous, all draw other words", () => {
    const all = new Set([...ofSeed.values(), ...ofNumber.values()]);
    expect(all.size).toBe(2 * algorithms.length - 1);
  });

  test("torch takes the low 32 bits of a number, the others take all of it", () => {
    const same = algorithms.filter(
      (each) => words(each.seeded(42n + 2n ** 32n)) === ofNumber.get(each.name),
    );
    expect(same.map(({ name }) => name)).toEqual(["torch"]);
  });
});

/** The methods of a generator, its own and those that it inherits. */
function methodsOf(rng: RandomGenerator): string[] {
  const names = new Set<string>();
  for (
    let at = Object.getPrototypeOf(rng);
    at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return [...names];
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail("nothing was thrown");
}
