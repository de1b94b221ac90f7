import { describe, expect, onTestFinished, test, vi } from "vitest";
import { hostDifferences, hostFingerprint } from "../../../src/node/host/host.ts";

test("the host's fingerprint is the same every time, and tells Math apart", () => {
  const here = hostFingerprint();
  expect(here).toEqual({
    node: process.versions.node,
    v8: process.versions.v8,
    arch: process.arch,
    platform: process.platform,
    math: expect.stringMatching(/^[0-9a-f]{64}$/),
    icu: process.versions.icu,
    tz: process.versions.tz,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
  });
  expect(hostFingerprint()).toEqual(here);
  const { sin } = Math;
  const other = vi.spyOn(Math, "sin").mockImplementation((x) => sin(x) * (1 + Number.EPSILON));
  onTestFinished(() => other.mockRestore());
  expect(hostFingerprint().math).not.toBe(here.math);
});

describe("hostDifferences", () => {
  const here = hostFingerprint();

  test("names the differences, if there are any", () => {
    expect(hostDifferences(here)).toEqual([]);
    expect(hostDifferences({ ...here, node: "18.0.0", math: "0" })).toEqual([
      expect.stringContaining("Math functions"),
      `it was recorded with Node 18.0.0, this is ${here.node}`,
    ]);
    expect(hostDifferences({ ...here, tz: "1999a" })).toHaveLength(1);
  });

  test("zone and locale are not causes if they are pinned; invalid hosts are ignored", () => {
    const elsewhere = { ...here, zone: "Mars/Base", locale: "xx" };
    expect(hostDifferences(elsewhere)).toHaveLength(2);
    expect(hostDifferences(elsewhere, { isPinned: true })).toEqual([]);
    for (const none of [undefined, null, 5, {}]) expect(hostDifferences(none)).toEqual([]);
  });
});
