import { test } from "vitest";
import { checkPackage } from "./check-package.ts";
import { FIXTURES } from "./fixtures.ts";

test.each(FIXTURES)("$file: 10,000 steps are recorded, forked, sent and replayed", (fixture) =>
  checkPackage(fixture, 10_000),
);
