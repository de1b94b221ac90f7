import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { memoryFolder } from "./memory-folder.ts";
import { temporaryFolder } from "./run-cli.ts";

test("a folder serves if programs can be started from it, and stays empty", async () => {
  const folder = await temporaryFolder();
  expect(memoryFolder(folder)).toBe(folder);
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that does not exist, or takes no files, does not serve", () => {
  for (const folder of ["/nowhere", "/proc/self"]) expect(memoryFolder(folder)).toBeUndefined();
});
