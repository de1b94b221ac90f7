import { expect, test } from "vitest";
import { continuesEnsemble, type EnsembleManifest } from "../../src/object/ensemble.ts";
import type { Id } from "../../src/object/id.ts";

const ensemble: EnsembleManifest = {
  program: "1".repeat(64) as Id<"program">,
  steps: 10,
  blockSize: undefined,
  rule: "block",
  seed: 42n,
  params: { inline: { p: 0.5 } },
  columns: ["p"],
  meta: { time: "2026-01-01T00:00:00.000Z" },
  rows: { count: 3, top: "2".repeat(64) as Id<"rows"> },
  results: { count: 3, top: undefined },
  done: 1,
  failed: 1,
};

test("an ensemble goes on from another with the same parts, and no fewer rows and finished runs", () => {
  expect(continuesEnsemble(ensemble, ensemble)).toBe(true);
  expect(continuesEnsemble({ ...ensemble, done: 2, failed: 0 }, ensemble)).toBe(true);
  const more = { ...ensemble, rows: { ...ensemble.rows, count: 5 } };
  expect(continuesEnsemble(more, ensemble)).toBe(true);
  expect(continuesEnsemble(ensemble, more)).toBe(false);
  expect(continuesEnsemble({ ...ensemble, done: 0 }, ensemble)).toBe(false);
  expect(continuesEnsemble({ ...ensemble, seed: 43n }, ensemble)).toBe(false);
  expect(continuesEnsemble({ ...ensemble, meta: {} }, ensemble)).toBe(false);
});
