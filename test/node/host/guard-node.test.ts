import * as namespace from "node:crypto";
import crypto, { getRandomValues, randomBytes, randomInt, webcrypto } from "node:crypto";
import { performance } from "node:perf_hooks";
import { hrtime } from "node:process";
import { describe, expect, test } from "vitest";
import { nodeGuard } from "../../../src/node/host/guard-node.ts";

const CALLS: readonly (readonly [string, () => unknown])[] = [
  ["crypto.randomBytes()", () => randomBytes(4)],
  ["crypto.randomBytes()", () => crypto.randomBytes(4)],
  ["crypto.randomBytes()", () => namespace.randomBytes(4)],
  ["crypto.randomInt()", () => randomInt(4)],
  ["crypto.randomUUID()", () => crypto.randomUUID()],
  ["crypto.randomFillSync()", () => crypto.randomFillSync(new Uint8Array(4))],
  ["crypto.generatePrimeSync()", () => crypto.generatePrimeSync(16)],
  ["crypto.getRandomValues()", () => getRandomValues(new Uint8Array(4))],
  ["crypto.getRandomValues()", () => webcrypto.getRandomValues(new Uint8Array(4))],
  ["crypto.randomUUID()", () => webcrypto.randomUUID()],
  ["process.hrtime()", () => hrtime()],
  ["process.hrtime()", () => process.hrtime()],
  ["process.hrtime.bigint()", () => process.hrtime.bigint()],
  ["process.hrtime.bigint()", () => hrtime.bigint()],
  ["process.uptime()", () => process.uptime()],
  ["performance.now()", () => performance.now()],
  ["Math.random()", () => Math.random()],
];

describe("in a step", () => {
  test.each(CALLS)("%s is refused, and works again after it: %s", (name, call) => {
    const guard = nodeGuard();
    expect(() => guard(call)).toThrow(`${name} was called in a step`);
    expect(call()).toBeDefined();
  });
});

test("there is one guard in a process", () => {
  expect(nodeGuard()).toBe(nodeGuard());
});

test("what is replaced for good keeps its name, its length and its callbacks", async () => {
  nodeGuard();
  expect([randomBytes.name, randomBytes.length, hrtime.name]).toEqual(["randomBytes", 2, "hrtime"]);
  const bytes = await new Promise((resolve) => randomBytes(4, (_, bytes) => resolve(bytes)));
  expect(bytes).toHaveLength(4);
});
