import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tablesOf } from "./blocks.ts";
import { pageUrl, readPage } from "./pages.ts";
import { testPage } from "./run-page.ts";

testPage("docs/plans.md", {});

describe("the table of functions", () => {
  const rows = tablesOf(readPage("docs/plans.md")).get("function gives") ?? [];

  test("names functions and types that rewind-engine/random exports", async () => {
    const random: Record<string, unknown> = { ...(await import("rewind-engine/random")) };
    const index = readFileSync(new URL("../src/random.ts", pageUrl("docs/plans.md")), "utf8");
    expect(rows.length).toBeGreaterThan(5);
    for (const [functions = "", gives = ""] of rows) {
      for (const [, name = ""] of functions.matchAll(/`(\w+)\(/g)) {
        expect(random[name], name).toBeTypeOf("function");
      }
      for (const [, type] of gives.matchAll(/`([A-Z]\w+)`/g)) expect(index).toContain(type);
    }
  });
});
