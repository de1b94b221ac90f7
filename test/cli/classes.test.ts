import { expect, test } from "vitest";
import { emptyProject } from "../support/run-cli.ts";

test("a model of classes with back links is recorded, forked, compared, printed and verified", async () => {
  const project = await emptyProject("chain.ts");
  await project.ok("record", "chain.ts", "--steps", "200", "--seed", "42", "-b", "chain");

  const { state } = (await project.ok("get", "chain@100", "--json")).json as {
    state: { $type: string; value: { beads: readonly unknown[]; stretch: number } };
  };
  expect(state.$type).toBe("Chain");
  expect(state.value.beads).toHaveLength(24);
  const [first, second] = state.value.beads;
  expect(first).toMatchObject({
    $type: "Bead",
    value: {
      chain: { $ref: "state" },
      bonds: [{ $type: "Bond", value: { a: { $ref: "state.beads[0]" } } }],
    },
  });
  expect(second).toEqual({ $ref: "state.beads[0].bonds[0].b" });
  const at = async (revision: string): Promise<unknown> =>
    (await project.ok("get", revision, "--path", "beads[7].at[1]", "--json")).json.state;
  const before = await at("chain@100");
  expect(await at("chain@150")).not.toBe(before);

  const fork = ["branch", "moved", "chain@100", "--set", "beads[7].at[1]=9"];
  await project.ok(...fork);
  expect(await at("moved@100")).toBe(9);
  const { json } = await project.run("diff", "chain", "moved", "--json");
  expect(json).toMatchObject({
    firstDifferentStep: 100,
    changes: [{ path: "state.beads[7].at[1]", a: before, b: 9 }],
  });

  // A step moves each bead by its own draws; the classes are those of the stored code.
  await project.ok("branch", "cold", "chain@100", "--param", "temperature=0");
  for (const branch of ["chain", "moved", "cold"]) {
    const verified = await project.ok("verify", branch, "--full", "--json");
    expect(verified.json).toMatchObject({ ok: true });
  }
  const found = await project.ok(
    ...["find", "chain", "state.beads[3].chain !== state || state.stretch > 1", "--json"],
  );
  expect(found.json.step).toBeGreaterThan(0);
});
