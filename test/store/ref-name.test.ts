import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { nodeHash } from "../../src/node/host/platform.ts";
import { type Blobs, blobRemote } from "../../src/remote/blob-remote.ts";
import { parseHead } from "../../src/store/head.ts";
import { checkBranchName, isRefName } from "../../src/store/ref-name.ts";

/** Combining marks out of order: to normalize them takes time in proportion to their square. */
const MARKS = `a${"\u0301".repeat(5_000)}${"\u0327".repeat(5_000)}`;

describe("the length of a name is checked before it is normalized", () => {
  let normalize: MockInstance<typeof String.prototype.normalize>;

  beforeEach(() => {
    normalize = vi.spyOn(String.prototype, "normalize");
  });

  afterEach(() => {
    const longest = Math.max(0, ...normalize.mock.contexts.map((text) => String(text).length));
    normalize.mockRestore();
    expect(longest).toBeLessThanOrEqual(1024);
  });

  test("in a full name, whole and in parts", () => {
    expect(isRefName(`refs/heads/${MARKS}`)).toBe(false);
    expect(isRefName(`refs/archive/x/${MARKS}/1`)).toBe(false);
    expect(isRefName(`refs/heads/${"a\u0301\u0327/".repeat(5_000)}b`)).toBe(false);
  });

  test("in a name that is typed", () => {
    expect(() => checkBranchName(MARKS)).toThrow("it has over 200 bytes");
  });

  test("in HEAD", () => {
    expect(() => parseHead(`ref: refs/heads/${MARKS}\n`)).toThrow("HEAD");
  });

  test("in the list of a remote", async () => {
    const list = async (): Promise<string[]> => [`refs/heads/${MARKS}~1`, "refs/heads/main~1"];
    const remote = blobRemote({ url: "x", list } as unknown as Blobs, nodeHash);
    expect(await remote.list()).toEqual([{ name: "heads/main", version: "1" }]);
  });

  test("the message of a long name is short", () => {
    expect(() => checkBranchName("a".repeat(10_000))).toThrow(/^.{1,1300}$/);
  });
});
