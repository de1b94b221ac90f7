import { linkSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { fileRefs } from "../../src/node/store/file-refs.ts";
import { storeFiles } from "../../src/node/store/store-files.ts";
import { emptyStore, quickFiles, refTools, temporaryFolder } from "../support/store-tools.ts";

const isRefused = expect.objectContaining({
  code: "STORE_FAILED",
  message: expect.stringContaining("logs/operations is a hard link"),
});

/** A store whose operation log is a file elsewhere, under another name. */
function linkedStore(text: string) {
  const root = emptyStore();
  const victim = path.join(temporaryFolder(), "victim");
  writeFileSync(victim, text);
  linkSync(victim, path.join(root, "logs/operations"));
  return { root, victim, files: storeFiles(root, quickFiles) };
}

test("a hard link is neither appended to nor cut", () => {
  const { root, victim, files } = linkedStore("mine");
  const log = path.join(root, "logs/operations");
  expect(() => files.open(log, "append")).toThrow(isRefused);
  expect(() => files.truncate(log, 0)).toThrow(isRefused);
  expect(files.readText(log)).toBe("mine");
  expect(readFileSync(victim, "utf8")).toBe("mine");
});

test.each(["mine", "mine\n", "mine\nand more"])("nor by a change of a ref: %j", async (text) => {
  const { root, victim, files } = linkedStore(text);
  const change = { name: "refs/heads/a", from: undefined, to: "a".repeat(64) };
  const refs = fileRefs(root, refTools(files));
  await expect(refs.update([change], "x")).rejects.toThrow(isRefused);
  expect(readFileSync(victim, "utf8")).toBe(text);
  expect(await refs.read("refs/heads/a")).toBeUndefined();
});
