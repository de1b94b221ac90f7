import { expect, test } from "vitest";
import { maskSecrets, maskUrl } from "../../src/node/remote/mask.ts";

test.each([
  ["https://me:hunter2@host/x", "https://***@host/x"],
  ["https://ghp_TOKEN@host/x", "https://***@host/x"],
  ["git+https://me:p@ss@host/x", "git+https://***@host/x"],
  ["git+ssh://git@host/x", "git+ssh://git@host/x"],
  ["ssh://git:hunter2@host/x", "ssh://***@host/x"],
  ["foo::https://me:hunter2@host/x", "foo::https://***@host/x"],
  [" https://me:hunter2@host/x", " https://***@host/x"],
  ["https://me:hunter2\n@host/x", "https://***@host/x"],
  ["https://host/x@y", "https://host/x@y"],
  ["../runs@home", "../runs@home"],
])("%j is printed as %j", (url, shown) => {
  expect(maskUrl(url)).toBe(shown);
});

test("a text has none of a URL's secrets, and of those of other URLs", () => {
  const url = "https://me:hun%20ter2@host/x";
  const text = "fatal: https://a:b@c/d, 'https://me:hun%20ter2@host/x', hun ter2, https://host/x@y";
  expect(maskSecrets(text, url)).toBe(
    "fatal: https://***@c/d, 'https://***@host/x', ***, https://host/x@y",
  );
  expect(maskSecrets("parse: https://me:hunter2", "https://me:hunter2\n@h")).not.toContain(
    "hunter",
  );
});

test("a long text without URLs takes no longer than it is long", () => {
  const text = "a".repeat(2 ** 20);
  expect(maskSecrets(text, "https://host/x")).toBe(text);
  const slashes = "://@".repeat(2 ** 18);
  expect(maskSecrets(slashes, "https://host/x")).toBe(slashes);
});
