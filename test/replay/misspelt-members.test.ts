import { describe, expect, test } from "vitest";
import { asMeant, checkNewSimulation } from "../../src/replay/misspelt-members.ts";

const init = (): number => 0;
const step = (x: number): number => x;
const walk = { name: "walk", init, step };

describe("a simulation that is about to be recorded", () => {
  test.each<[string, object, string, string]>([
    ["chance", { ...walk, chanse: "run" }, "chanse", "chance"],
    ["clock", { ...walk, clocks: { start: 1 } }, "clocks", "clock"],
    ["params", { ...walk, parameters: { p: 0.5 } }, "parameters", "params"],
    ["rng", { ...walk, r_ng: "numpy" }, "r_ng", "rng"],
    ["streams", { ...walk, stream: "continuous" }, "stream", "streams"],
    ["types", { ...walk, type: {} }, "type", "types"],
    ["types, by another word", { ...walk, codec: {} }, "codec", "types"],
    ["rng, by another word", { ...walk, generator: "numpy" }, "generator", "rng"],
    ["name", { nmae: "walk", init, step }, "nmae", "name"],
    ["init", { name: "walk", intial: init, step }, "intial", "init"],
    ["step", { name: "walk", init, setp: step }, "setp", "step"],
    ["a class's", new (class { name = "w"; init = init; step = step; parms = {}; })(), "parms", "params"], // biome-ignore format: one line
  ])("may not misspell %s", (_, simulation, member, meant) => {
    expect(() => checkNewSimulation(simulation, "m.ts#default")).toThrow(
      expect.objectContaining({
        code: "INVALID_SIMULATION",
        message: `expected m.ts#default to be a simulation: unexpected member "${member}"; did you mean ${meant}?`,
        data: expect.objectContaining({ member, meant }),
      }),
    );
  });

  test.each<[string, object]>([
    ["another name", { ...walk, description: "a walk", version: 3, helper: init }],
    ["a name near one that is given", { ...walk, steps: step, initial: init, naem: "x" }],
    ["a near name, but another type", { ...walk, type: "SIR", range: [0, 1], paramsFor: init }],
    ["a near name without a value", { ...walk, chanse: undefined, param: null }],
    ["methods of a class", new (class { name = "w"; init = init; step = step; initialise() {} })()], // biome-ignore format: one line
  ])("may have further members: %s", (_, simulation) => {
    expect(checkNewSimulation(simulation, "m.ts#default")).toBe(simulation);
  });
});

test("what was meant has its members under their right names, and inherits the others", () => {
  const meant = asMeant({ name: "walk", intial: init, step, chanse: "run" });
  const { name, init: first, step: next, chance } = meant as Record<string, unknown>;
  expect([name, first, next, chance]).toEqual(["walk", init, step, "run"]);
  expect(asMeant(walk)).toBe(walk);
  expect(asMeant(5)).toBe(5);
});
