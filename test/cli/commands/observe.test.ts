import { describe, expect, test } from "vitest";
import { emptyProject, type Project } from "../../support/run-cli.ts";
import { words } from "../../support/shared-projects.ts";

const COUNTER = `export default {
  name: "counter", params: { by: 2 },
  init: () => ({ n: 0 }), step: (s, rng, { params }) => ({ n: s.n + params.by }),
  observe: { n: { value: (s) => s.n, unit: "items", title: "Items" }, isLarge: (s) => s.n > 10 },
};
export const half = { value: (s) => s.n / 2, unit: "pairs" };`;

async function project(): Promise<Project> {
  const made = await emptyProject();
  await made.write("counter.ts", COUNTER);
  await made.ok(...words("record counter.ts --steps 20 --block-size 5 --seed 1 -b main"));
  return made;
}

describe("observe", () => {
  test("lists the observers of a run", async () => {
    const { ok } = await project();
    expect((await ok("observe", "main")).stdout).toBe(
      "isLarge  boolean\nn        number   items  Items\n",
    );
    const { json } = await ok("observe", "main", "--json");
    expect(json.observers).toEqual([
      { name: "isLarge", kind: "boolean", unit: null, title: null },
      { name: "n", kind: "number", unit: "items", title: "Items" },
    ]);
  });

  test("adds an expression and an export, which the run then has", async () => {
    const { ok } = await project();
    const { run } = (await ok("show", "main", "--json")).json;
    const { json } = await ok(..."observe main square=state.n**2 --json".split(" "));
    expect(json.observers[0]).toMatchObject({ name: "square", kind: "number", replayed: 21 });
    expect((await ok("observe", "main", "half=counter.ts#half")).stdout).toBe(
      "half: observed 21 steps\n",
    );
    expect((await ok("observe", "main", "half=counter.ts#half")).stdout).toBe(
      "half was observed before\n",
    );
    expect((await ok("observe", "main")).stdout).toContain("half     number   pairs\n");
    expect((await ok("show", "main", "--json")).json.run).toBe(run);
  });

  test("stores what it observes of many blocks while it replays them", async () => {
    const { ok } = await project();
    await ok(...words("record counter.ts --steps 200 --block-size 2 --seed 1 -b long -q"));
    expect((await ok("observe", "long", "square=state.n**2")).stdout).toBe(
      "square: observed 201 steps\n",
    );
  });

  test("of a fork replays only its own blocks", async () => {
    const { ok } = await project();
    await ok("observe", "main", "square=state.n**2");
    await ok(..."branch fix main@12 --param by=3 -q".split(" "));
    expect((await ok("observe", "fix", "square=state.n**2")).stdout).toBe(
      "square: observed 11 steps, 10 were known\n",
    );
  });
});
