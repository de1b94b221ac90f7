import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openDuckDb } from "../../src/node/host/duckdb.ts";
import { projectAt } from "../support/run-cli.ts";
import { blocksOf } from "./blocks.ts";
import { readPage } from "./pages.ts";
import { testPage } from "./run-page.ts";

const SHOCK = readFileSync(new URL("../../fixtures/simulations/shock.ts", import.meta.url), "utf8");

const hasDuckDb = (await openDuckDb()) !== undefined;
if (!hasDuckDb) console.warn("SKIPPED: the queries of docs/tables.md need @duckdb/node-api");

const QUERIES = "$ rewind sql 'select branch, clamp, steps from runs order by branch'";

testPage(
  "docs/tables.md",
  {
    prepare: (place) => place.write("shock.ts", SHOCK),
    notRun: {
      "import pandas as pd": "needs pandas",
      "Rscript -e 'x <- read.csv(\"steps.csv\", check.names = FALSE); summary(x$x)'":
        "needs R and DuckDB",
      "npm install @duckdb/node-api": "installs packages",
      [QUERIES]: "needs @duckdb/node-api; a test runs it where that is installed",
    },
  },
  (place) => {
    test.skipIf(!hasDuckDb)("the queries give what the page shows", async () => {
      const block = blocksOf(readPage("docs/tables.md")).find(({ text }) =>
        text.startsWith(QUERIES),
      );
      const lines = block?.text.split("\n").filter((line) => line.startsWith("$ ")) ?? [];
      expect(lines.length).toBe(2);
      const shown = block?.text.split(/^\$ .*\n/m).slice(1);
      // In this process, since the packed files stand without the packages of the tests.
      const project = projectAt(place().folder);
      const outputs: string[] = [];
      for (const line of lines) {
        const [, , ...words] = line.match(/'[^']*'|\S+/g) ?? [];
        const argv = words.map((word) => word.replaceAll("'", ""));
        outputs.push((await project.ok(...argv, "--trust")).stdout);
      }
      expect(outputs).toEqual(shown);
    });
  },
);
