import { expect, test } from "vitest";
import { scriptCalls } from "../../../src/node/program/script-calls.ts";

const engine = { record: (steps: number) => steps, defineSimulation: (model: object) => model };

test("a script's calls are refused while a module loads, and only then", () => {
  const calls = scriptCalls("m.ts", "export {\n  m\n};\n", engine);
  const seen = calls.engine as typeof engine;
  expect(seen.defineSimulation).toBe(engine.defineSimulation);
  expect(calls.refused()).toBeUndefined();
  expect(() => seen.record(5)).toThrow("m.ts calls record() while it is loaded");
  expect(calls.refused()?.code).toBe("INVALID_SIMULATION");
  calls.loaded();
  expect(seen.record(5)).toBe(5);
});

test.each([
  ["export {\n  m,\n  n as default\n};\n", false],
  ["export default require_m();\n", false],
  ["await record();\n", true],
  ["const text = `\nexport {\n  m\n};\n`;\n", true],
])("a bundle that ends with %j exports nothing: %s", (code, nothing) => {
  const calls = scriptCalls("m.ts", code, engine);
  expect(() => (calls.engine as typeof engine).record(5)).toThrow();
  expect(calls.refused()?.message.includes("exports no simulation")).toBe(nothing);
});
