import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { type Located, locate } from "../../src/plan/locate.ts";
import { orderOf } from "../../src/plan/reconstruct.ts";

const split = "seed 1; split 1806 0.8";
const plan = `${split}; epochs 9 of shuffle 1444`;

/** The first samples of a real epoch. */
function started(truth: string, epoch: number): number[] {
  return orderOf(truth, { epoch }).order.slice(0, 5);
}

describe("locate", () => {
  test.each([
    ["as written", plan, 5],
    ["as written", plan, 90],
    ["as written", `${plan} generator own`, 17],
    ["as written", `${split}; repeat 3 { epochs 1 of shuffle 1444; draws 77 }`, 33],
    ["as written", "generator numpy; seed 1; split 1806 0.8; epochs 1 of shuffle 1444", 12],
    ["as written", "generator python; seed 1; epochs 1 of shuffle 1444", 12],
  ])("finds an epoch %s of %s", (hypothesis, written, epoch) => {
    const [found] = locate(written, { order: started(written, epoch) });
    expect(found).toMatchObject({ hypothesis, epoch, as: "order" });
  });

  test.each([
    ["with the split made twice", `${split}; permutation 1806; epochs 1 of shuffle 1444`],
    ["with a generator of the loader's own", `${split}; epochs 1 of shuffle 1444 generator own`],
    ["with persistent workers", `${split}; epochs 1 of shuffle 1444 workers 2 persistent`],
    [
      "with a validation loop after each epoch",
      `${split}; repeat 1 { epochs 1 of shuffle 1444; epochs 1 of loader 362 }`,
    ],
    ["by torch 1.6", `generator torch 1.6; ${split}; epochs 1 of shuffle 1444`],
    ["by torch 1.8", `generator torch 1.8; ${split}; epochs 1 of shuffle 1444`],
  ])("finds an epoch %s", (hypothesis, truth) => {
    const order = started(truth, 6);
    const found = locate(plan, { order }).filter((located) => located.hypothesis === hypothesis);
    expect(found).toHaveLength(1);
    const [{ epoch, plan: explanation }] = found as [Located];
    expect(epoch).toBe(6);
    expect(started(explanation, epoch)).toEqual(order);
  });

  test("without the split the samples are positions of the loader", () => {
    const truth = "seed 1; epochs 1 of shuffle 1444";
    const [found] = locate(plan, { order: started(truth, 3) });
    expect(found).toMatchObject({ hypothesis: "without the split", epoch: 3, as: "order" });
    const { positions } = orderOf(plan, { epoch: 3 });
    const [second] = locate(plan, { order: positions.slice(0, 5) });
    expect(second).toMatchObject({ hypothesis: "as written", epoch: 3, as: "positions" });
  });

  test.each([
    ["", "1.13"],
    ["", "1.8"],
    ["", "1.6"],
    [" generator own", "1.13"],
  ])("finds how many draws came before an epoch of shuffle 1444%s of torch %s", (own, version) => {
    const named = `generator torch ${version}; ${split}`;
    const truth = `${named}; draws 12345; epochs 1 of shuffle 1444${own}`;
    const order = started(truth, 1);
    const found = locate(`${named}; epochs 1 of shuffle 1444${own}`, {
      order,
      upTo: 3,
      draws: 20_000,
    });
    const located = found.find(({ hypothesis }) => hypothesis === "after 12345 draws") as Located;
    expect(located).toMatchObject({ epoch: 1, as: "order" });
    expect(started(located.plan, 1)).toEqual(order);
  });

  test.each([1, 2, 6])("whole permutations of %i samples, the last one too", (length) => {
    for (let draws = 1; draws < 100; draws++) {
      const truth = `seed 8; draws ${draws}; epochs 1 of shuffle ${length}`;
      const { order } = orderOf(truth, { epoch: 1 });
      const found = locate(`seed 8; epochs 1 of shuffle ${length}`, { order, upTo: 1, draws: 99 });
      expect(found.map(({ hypothesis }) => hypothesis)).toContain(`after ${draws} draws`);
    }
  });

  test("redundant explanations are left out, and the simplest comes first", () => {
    const found = locate(plan, { order: started(plan, 9) });
    expect(found.map(({ hypothesis, epoch }) => [hypothesis, epoch])).toEqual([
      ["as written", 9],
      // Within the nine epochs of the plan, before one that lies beyond them.
      ["with a validation loop at the start and after each epoch", 6],
      ["with persistent workers", 17],
    ]);
  });

  const model = "draws 352; ";
  test.each([
    ["1.6", ""],
    ["1.8", ""],
    ["1.13", ""],
    ["2.13", ""],
    ["1.13", " generator own"],
  ])("finds how many draws a model took before the split: torch %s%s", (version, own) => {
    const start = `generator torch ${version}; seed 1; `;
    const rest = `split 606 400 206; draws 5; epochs 3 of shuffle 206${own}`;
    const order = started(`${start}${model}${rest}`, 1);
    expect(locate(`${start}${rest}`, { order, upTo: 3, draws: 2000 })).toEqual([
      {
        hypothesis: "with 352 draws after the seed",
        epoch: 1,
        as: "order",
        plan: expect.stringContaining("seed 1; draws 352; split 606 400 206"),
      },
    ]);
  });

  test.each([1, 2, 5])(
    "draws before a split of %i, all of whose items are told apart",
    (length) => {
      for (let draws = 1; draws < 60; draws++) {
        const rest = `split ${length} 0 ${length}; epochs 1 of shuffle ${length}`;
        const { order } = orderOf(`seed 8; draws ${draws}; ${rest}`, { epoch: 1 });
        const found = locate(`seed 8; ${rest}`, { order, upTo: 1, draws: 59 });
        expect(found.map(({ hypothesis }) => hypothesis)).toContain(
          `with ${draws} draws after the seed`,
        );
        for (const { plan: each, epoch, as } of found) {
          expect(orderOf(each, { epoch })[as]).toEqual(order);
        }
      }
    },
  );

  test("takes many samples, also of a part", () => {
    const long = "seed 1; split 30000 25000 5000; epochs 1 of shuffle 25000";
    const { order } = orderOf(long, { epoch: 2 });
    expect(locate(long, { order, upTo: 2 })[0]).toMatchObject({ epoch: 2, as: "order" });
  });

  test("looks only as far as requested, and at the named loader", () => {
    expect(locate(plan, { order: started(plan, 11), upTo: 5 })).toEqual([]);
    const found = locate(plan, { order: started(plan, 4), upTo: 3 });
    expect(
      found.filter(({ epoch, hypothesis }) => epoch > 3 || hypothesis === "as written"),
    ).toEqual([]);
    const two = "seed 1; repeat 9 { epochs 1 of shuffle 50; epochs 1 of shuffle 40 }";
    const order = orderOf(two, { epoch: 4, loader: 2 }).order.slice(0, 6);
    expect(locate(two, { order, loader: 2 })[0]).toMatchObject({
      hypothesis: "as written",
      epoch: 4,
    });
    expect(locate(two, { order }).filter(({ hypothesis }) => hypothesis === "as written")).toEqual(
      [],
    );
    expect(locate(plan, { order: [1444, 1445, 1446] })).toEqual([]);
  });

  test.each([
    ["no samples", { order: [] }],
    ["a fractional sample", { order: [0.5] }],
    ["no list", { order: undefined as never }],
    ["no epochs", { order: [1], upTo: 0 }],
    ["too many draws", { order: [1], draws: 1e9 }],
    ["another loader", { order: [1], loader: 2 }],
    ["too many epochs", { order: [1], upTo: 1e9 }],
    ["too many samples", { order: { length: 1e9 } }],
    ["a sample that is out of range", { order: [1806] }],
    ["a sample that comes twice", { order: [3, 4, 3] }],
    ["a text", { order: "12" as never }],
    ["an unknown key", { order: [1], upto: 3 } as never],
    ["no options", undefined as never],
  ])("refuses %s", (_, options) => {
    expect(() => locate(plan, options)).toThrow(
      expect.toSatisfy((e: unknown) => isRewindError(e, "INVALID_ARGUMENT"), "INVALID_ARGUMENT"),
    );
  });

  test("tries draws only for torch", () => {
    const refusal = (): unknown =>
      locate("generator numpy; seed 1; epochs 1 of shuffle 5", { order: [1], draws: 5 });
    expect(refusal).toThrow("expected a plan of torch to try draws, got one of numpy");
  });
});
