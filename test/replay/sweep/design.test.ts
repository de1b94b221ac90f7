import { describe, expect, test } from "vitest";
import { sha256 } from "../../../src/codec/hash.ts";
import { TypedText } from "../../../src/codec/json/typed-text.ts";
import { type Design, designed } from "../../../src/replay/sweep/design.ts";
import { readDesign } from "../../../src/replay/sweep/design-file.ts";
import { moreRows } from "../../../src/replay/sweep/more-rows.ts";

const BASE = {
  params: { beta: 0.5, gamma: 1, name: "x", net: { size: 10 } },
  seed: 42n,
  hash: sha256,
};

function runs(design: Partial<Design>) {
  const whole = { axes: {}, zip: false, table: undefined, seeds: undefined, replicates: 1 };
  return designed({ ...whole, limit: 100_000, ...design }, BASE);
}

const typed = (...texts: string[]) => texts.map((text) => new TypedText(text));

describe("a grid", () => {
  test("the last param changes first, and the seeds before it", () => {
    const { columns, rows } = runs({
      axes: { beta: typed("0.1:0.2:0.1"), "net.size": [1, 2] },
      seeds: [7, 8n],
    });
    expect(columns).toEqual(["beta", "net.size"]);
    expect(rows.map(({ values, seed }) => [...values, seed])).toEqual([
      [0.1, 1, 7n],
      [0.1, 1, 8n],
      [0.1, 2, 7n],
      [0.1, 2, 8n],
      [0.2, 1, 7n],
      [0.2, 1, 8n],
      [0.2, 2, 7n],
      [0.2, 2, 8n],
    ]);
  });

  test("a text with colons is a range only for a number", () => {
    expect(runs({ axes: { name: typed("1:2", "a") } }).rows.map(({ values }) => values)).toEqual([
      ["1:2"],
      ["a"],
    ]);
  });

  test("under zip the values are taken side by side", () => {
    const axes = { beta: typed("1", "2"), gamma: typed("3:4") };
    expect(runs({ axes, zip: true }).rows.map(({ values }) => values)).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(() => runs({ axes: { ...axes, gamma: [3] }, zip: true })).toThrow(
      "expected equally many values for each param with zip, got 2 for beta and 1 for gamma",
    );
  });

  test("without params it is one point", () => {
    expect(runs({ replicates: 3 }).rows.map(({ replicate }) => replicate)).toEqual([0, 1, 2]);
  });

  test.each([
    ["a param that does not exist", { axes: { betta: [1] } }, "UNKNOWN_PARAM"],
    ["a value of another kind", { axes: { beta: ["a"] } }, "INVALID_PARAM"],
    ["no values", { axes: { beta: [] } }, "INVALID_PARAM"],
    ["a range that leads away", { axes: { beta: typed("1:0:1") } }, "INVALID_PARAM"],
    ["the same value twice", { axes: { beta: typed("1", "1.0") }, seeds: [1] }, "INVALID_DESIGN"],
    ["the same seed twice", { axes: { beta: [1] }, seeds: [1, 1n] }, "INVALID_DESIGN"],
    ["a seed that is not whole", { seeds: [1.5] }, "INVALID_SEED"],
  ])("refuses %s", (_, design, code) => {
    expect(() => runs(design as Partial<Design>)).toThrow(expect.objectContaining({ code }));
  });

  test("too many runs are counted before they are made", () => {
    const axes = { beta: typed("0:1e9:1"), gamma: typed("1:1000") };
    expect(() => runs({ axes })).toThrow(
      "expected at most 16,777,216 runs, got a design of 1,000,000,001,000",
    );
    const fewer = { beta: typed("0:1e6:1") };
    expect(() => runs({ axes: fewer })).toThrow("at most 100,000 runs, got a design of 1,000,001");
    expect(runs({ axes: { gamma: typed("1:10") }, limit: 10 }).rows).toHaveLength(10);
  });
});

describe("derived seeds", () => {
  const seeds = (design: Partial<Design>) =>
    new Map(
      runs(design).rows.map(({ values, replicate, seed }) => [`${values} ${replicate}`, seed]),
    );

  test("depend on the ensemble's seed, the params and the repetition alone", () => {
    const all = seeds({ axes: { beta: [0.1, 0.2], gamma: [1, 2] }, replicates: 2 });
    expect(new Set(all.values()).size).toBe(8);
    // Frozen: a later version must find the same runs.
    expect(all.get("0.1,1 0")).toBe(FROZEN);
    const turned = seeds({ axes: { gamma: [2, 1], beta: [0.2, 0.1] }, replicates: 5 });
    expect(turned.get("1,0.1 0")).toBe(FROZEN);
    // A param that is no column counts with its value.
    expect(seeds({ axes: { beta: [0.1] } }).get("0.1 0")).toBe(FROZEN);
  });

  test("are numbers", () => {
    for (const seed of seeds({ axes: { beta: typed("1:100") } }).values()) {
      expect(seed).toBeLessThan(2n ** 53n);
    }
  });

  test("more repetitions continue the count of each point", () => {
    const { columns, rows } = runs({ axes: { beta: [0.1, 0.2] }, replicates: 2 });
    const more = moreRows(rows, columns, BASE, { addReplicates: 1 });
    const whole = seeds({ axes: { beta: [0.1, 0.2] }, replicates: 3 });
    expect(more.map(({ values, seed }) => [...values, seed])).toEqual([
      [0.1, whole.get("0.1 2")],
      [0.2, whole.get("0.2 2")],
    ]);
    expect(() => moreRows(rows, columns, BASE, { addSeeds: [1] })).toThrow("add replicates");
    const given = runs({ axes: { beta: [0.1] }, seeds: [1] });
    expect(() => moreRows(given.rows, columns, BASE, { addReplicates: 1 })).toThrow("add seeds");
  });
});

const FROZEN = 1_083_438_242_733_917n;

describe("a design file", () => {
  const table = (text: string) => readDesign("d.csv", text);

  test("CSV: a header, quotes, empty lines, line ends of two bytes", () => {
    const text = '\ufeffbeta,"name", seed\r\n0.1,"a ""b"",\nc",1\r\n\r\n 2e-1 ,x,2.0\r\n';
    const { columns, rows } = runs({ table: table(text) });
    expect(columns).toEqual(["beta", "name"]);
    expect(rows).toEqual([
      { values: [0.1, 'a "b",\nc'], seed: 1n, replicate: undefined },
      { values: [0.2, "x"], seed: 2n, replicate: undefined },
    ]);
  });

  test("JSON: an array of objects", () => {
    const text = '[{"beta": 0.1, "net": {"size": 3}}, {"beta": 0.2, "net": {"size": 4}}]';
    const { columns, rows } = runs({ table: table(text), replicates: 2 });
    expect(columns).toEqual(["beta", "net"]);
    expect(rows.map(({ values, replicate }) => [...values, replicate])).toEqual([
      [0.1, { size: 3 }, 0],
      [0.1, { size: 3 }, 1],
      [0.2, { size: 4 }, 0],
      [0.2, { size: 4 }, 1],
    ]);
  });

  test("a column replicate says which seed is derived", () => {
    const { rows } = runs({ table: table("beta,replicate\n0.1,0\n0.1,1\n") });
    expect(rows.map(({ replicate }) => replicate)).toEqual([0, 1]);
    expect(rows[0]?.seed).toBe(FROZEN);
  });

  test.each([
    ["beta,seed\n0.1\n", "d.csv, line 2, column seed: the value is missing"],
    ["beta,seed\n0.1,\n", "d.csv, line 2, column seed: the value is missing"],
    ["beta\n0.1\n0.2,3\n", "d.csv, line 3: expected 1 values, got 2"],
    ["beta,beta\n1,2\n", "d.csv, line 1, column beta: there are two columns of this name"],
    ["beta,\n1,2\n", "d.csv, line 1: expected a header with the name of each column"],
    ["", "d.csv: expected a header with the name of each column"],
    ["beta\n", "d.csv: expected at least one row"],
    ['beta\n"0.1"x\n', "d.csv, line 2: expected a comma or the end of the line after a quote"],
    ["seed,replicate\n1,1\n", "d.csv: expected a column seed or a column replicate, got both"],
    [
      "beta,seed\n1,-1\n",
      'd.csv, line 2, column seed: expected a whole number, at least 0, got "-1"',
    ],
    [
      "beta,seed\n1,1.5\n",
      'd.csv, line 2, column seed: expected a whole number, at least 0, got "1.5"',
    ],
    ["[1]", "d.csv, row 0: expected an object, got 1"],
    ["{}", "d.csv: expected an array of objects, got an object"],
    ["[", "d.csv: expected JSON, got other text"],
    ['[{"beta":1},{}]', "d.csv, row 1, column beta: the value is missing"],
    ['[{"beta":1},{"beta":2,"x":1}]', "d.csv, row 1, column x: the first row lacks this column"],
  ])("refuses %j", (text, message) => {
    expect(() => table(text)).toThrow(message);
  });

  test.each([
    ["betta\n1\n", "UNKNOWN_PARAM", "d.csv, column betta: "],
    [
      "beta\n1\nx\n",
      "INVALID_PARAM",
      "d.csv, line 3, column beta: expected param beta to be a number",
    ],
    ["beta,seed\n1,1\n2,1\n1.0,1\n", "INVALID_DESIGN", "d.csv, line 4: the same run as line 2"],
  ])("%j does not fit the simulation", (text, code, message) => {
    expect(() => runs({ table: table(text) })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
