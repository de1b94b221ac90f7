import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nodeFiles } from "../../../src/node/host/files.ts";
import { storeFiles } from "../../../src/node/store/store-files.ts";

test("of a file that is listed as a ref no more is read than a ref has", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "rewind-refs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "ref");
  for (const letter of ["x", "€"]) {
    writeFileSync(file, letter.repeat(1 << 20));
    expect(nodeFiles.readText(file, true)?.length).toBeLessThanOrEqual(4096);
    expect(nodeFiles.readText(file)).toHaveLength(1 << 20);
    const { readText } = storeFiles(folder, nodeFiles);
    expect(() => readText(file, true)).toThrow("at most 4,096 bytes");
  }
});
