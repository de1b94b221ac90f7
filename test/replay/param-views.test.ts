import { describe, expect, test } from "vitest";
import { record } from "../../src/index.ts";
import { ownParams } from "../../src/replay/param-views.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import { emptyProject } from "../support/run-cli.ts";

const weighted = defineSimulation({
  name: "weighted",
  params: { weights: Float64Array.of(1, 2, 3), deep: { counts: BigInt64Array.of(1n) } },
  init: () => 0,
  step: (x: number, _rng, ctx) => x + (ctx.params.weights[ctx.step % 3] ?? 0),
});

describe("typed arrays in params", () => {
  test("are recorded and replayed, and another array of the same kind can be given", async () => {
    const run = await record(weighted, { steps: 30, seed: 1 });
    expect(await run.get(29)).toBe(57);
    expect(run.params.weights).toEqual(Float64Array.of(1, 2, 3));
    expect((await run.verify({ full: true })).ok).toBe(true);
    const params = { weights: Float64Array.of(10, 0, 0) };
    const fork = await run.branch(15, { params });
    expect(await fork.get(30)).toBe(30 + 50);
    params.weights[0] = 99;
    expect(fork.params.weights).toEqual(Float64Array.of(10, 0, 0));
    const wrong = { weights: Float32Array.of(1) as unknown as Float64Array<ArrayBuffer> };
    await expect(record(weighted, { steps: 3, params: wrong })).rejects.toMatchObject({
      code: "INVALID_PARAM",
    });
  });

  test("a change in init or in a step is refused", async () => {
    const inStep = { ...weighted, step: (x: number, _: unknown, ctx: Context) => change(x, ctx) };
    const inInit = { ...weighted, init: (ctx: Context) => change(0, ctx) };
    for (const [simulation, place] of [
      [inStep, "a step"],
      [inInit, "init"],
    ] as const) {
      await expect(record(simulation as typeof weighted, { steps: 9 })).rejects.toMatchObject({
        code: "FORBIDDEN_IN_STEP",
        message: expect.stringContaining(`params.weights was changed in ${place}`),
      });
    }
  });

  test("instances have their own copies; params without typed arrays are shared", () => {
    const params = Object.freeze({ a: Float64Array.of(1), b: Object.freeze([1, 2]) });
    const [one, two] = [ownParams(params), ownParams(params)];
    (one.params.a as Float64Array)[0] = 5;
    expect([one.changed(), two.changed()]).toEqual(["params.a", undefined]);
    expect(params.a[0]).toBe(1);
    expect(one.params.b).toBe(params.b);
    const plain = Object.freeze({ a: 1 });
    expect(ownParams(plain).params).toBe(plain);
  });
});

type Context = { readonly params: { readonly weights: Float64Array } };

function change(x: number, { params }: Context): number {
  params.weights[0] = x + 5;
  return x;
}

describe("on the command line", () => {
  test("a list becomes an array of the default's kind, an element can be set, and a value that does not fit is refused", async () => {
    const project = await emptyProject();
    await project.write(
      "weights.ts",
      `export default { name: "w", params: { weights: new Float32Array([1, 2]), n: new Uint8Array(2) },
        init: (ctx) => ctx.params.weights[0] + ctx.params.n[1], step: (x, rng, ctx) => x + ctx.params.weights[1] };`,
    );
    const line = "record weights.ts --steps 4 --seed 1 -b";
    const words = (text: string): string[] => text.split(" ");
    await project.ok(...words(`${line} a --param weights=[0.5,2,8] --param n[1]=7`));
    expect((await project.ok("get", "a@-1")).stdout).toBe("15.5\n");
    expect((await project.ok("verify", "a", "--full")).status).toBe(0);
    for (const wrong of [
      "weights=[0.1]",
      "n=[256]",
      "n=[1.5]",
      "n[1]=-1",
      "weights=3",
      'n=["a"]',
    ]) {
      const { status, stderr } = await project.run(...words(`${line} b`), "--param", wrong);
      expect([wrong, status, stderr]).toEqual([
        wrong,
        2,
        expect.stringMatching(/^error: expected/),
      ]);
    }
  });
});
