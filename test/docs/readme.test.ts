import { expect, test } from "vitest";
import { readPage } from "./pages.ts";
import type { Playground } from "./playground.ts";
import { testPage } from "./run-page.ts";

const notRun = {
  "npm ci && npm run demo": "installs packages; .ci/run runs it",
  "npm ci && npm pack": "installs packages",
};

/** The reader's project is a Git repository with a remote. */
const prepare = (place: Playground): void => {
  const { status } = place.shell(
    "git init --quiet && git init --quiet --bare ../origin.git && git remote add origin ../origin.git",
  );
  expect(status).toBe(0);
};

testPage("README.md", { notRun, prepare }, (place) => {
  test("the file of a million steps of a random walk is as large as the page says", () => {
    const { output } = place().shell(
      "rewind record walk.mts --steps 1_000_000 --seed 42 -b sized && rewind save sized -o sized.replay",
    );
    const [, said] =
      /a million steps of a random walk are (\d+\.\d) kB/.exec(readPage("README.md")) ?? [];
    const [, bytes = ""] = /sized\.replay, (\d+\.\d+) kB/.exec(output) ?? [];
    // The notes on a run, such as the time, make a few bytes of difference.
    expect(Math.abs(Number(bytes) - Number(said))).toBeLessThan(0.1);
  });

  test("it has at most 12 KB", () => {
    expect(Buffer.byteLength(readPage("README.md"))).toBeLessThanOrEqual(12 * 1024);
  });
});
