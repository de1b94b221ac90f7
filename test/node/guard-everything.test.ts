import child from "node:child_process";
import crypto, { generateKeyPairSync } from "node:crypto";
import dns from "node:dns";
import fs, { readFileSync } from "node:fs";
import fsPromises from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import os, { hostname } from "node:os";
import { performance as hooks } from "node:perf_hooks";
import timers from "node:timers";
import v8 from "node:v8";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { nodeGuard } from "../../src/node/host/guard-node.ts";

const guard = nodeGuard();
guard(() => undefined);
const { env } = process;

interface Waits {
  waitAsync(...values: unknown[]): unknown;
}

/** Each is refused in a step, and works outside unless `works` says otherwise. */
const CALLS: readonly (readonly [name: string, call: () => unknown, works?: false])[] = [
  // the language
  ["Intl.DateTimeFormat.format()", () => Intl.DateTimeFormat().format()],
  ["Intl.DateTimeFormat.format()", () => [undefined].map(new Intl.DateTimeFormat("de").format)],
  ["Intl.DateTimeFormat.formatToParts()", () => Intl.DateTimeFormat().formatToParts()],
  ["new WeakRef()", () => new WeakRef({})],
  [
    "Atomics.waitAsync()",
    () =>
      (Atomics as unknown as Waits).waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0),
  ],
  // clocks
  ["performance.timeOrigin", () => performance.timeOrigin],
  ["performance.mark()", () => performance.mark("a")],
  ["performance.measure()", () => performance.measure("a")],
  ["performance.toJSON()", () => performance.toJSON()],
  [
    "performance.eventLoopUtilization()",
    () => (performance as unknown as typeof hooks).eventLoopUtilization(),
  ],
  ["performance.eventLoopUtilization()", () => hooks.eventLoopUtilization()],
  ["performance.getEntries()", () => performance.getEntries()],
  ["Event.timeStamp", () => new Event("x").timeStamp],
  ["File.lastModified", () => new File([], "x").lastModified],
  ["process.cpuUsage()", () => process.cpuUsage()],
  ["process.uptime()", () => process.uptime()],
  ["process.hrtime()", () => process.hrtime()],
  // the process
  ["process.memoryUsage()", () => process.memoryUsage()],
  ["process.memoryUsage.rss()", () => process.memoryUsage.rss()],
  ["process.resourceUsage()", () => process.resourceUsage()],
  ["process.constrainedMemory()", () => process.constrainedMemory()],
  ["process.getActiveResourcesInfo()", () => process.getActiveResourcesInfo()],
  ["process.pid", () => process.pid],
  ["process.ppid", () => process.ppid],
  ["process.argv", () => process.argv],
  ["process.cwd()", () => process.cwd()],
  ["process.env", () => process.env.PATH],
  ["process.env", () => Object.keys(process.env)],
  // the host
  ["os.hostname()", () => os.hostname()],
  ["os.hostname()", () => hostname()],
  ["os.loadavg()", () => os.loadavg()],
  ["os.cpus()", () => os.cpus()],
  ["v8.getHeapStatistics()", () => v8.getHeapStatistics()],
  // chance
  ["crypto.generateKeyPairSync()", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
  ["crypto.generateKeySync()", () => crypto.generateKeySync("aes", { length: 128 })],
  ["crypto.createDiffieHellman()", () => crypto.createDiffieHellman(64), false],
  ["crypto.createECDH()", () => crypto.createECDH("secp256k1")],
  ["crypto.subtle.digest()", () => globalThis.crypto.subtle.digest("SHA-256", new Uint8Array())],
  ["URL.createObjectURL()", () => URL.createObjectURL(new Blob([]))],
  // work that continues after the step
  ["setTimeout()", () => clearTimeout(setTimeout(() => undefined, 0))],
  ["setInterval()", () => clearInterval(setInterval(() => undefined, 9))],
  ["setImmediate()", () => setImmediate(() => undefined)],
  ["queueMicrotask()", () => queueMicrotask(() => undefined)],
  ["timers.setTimeout()", () => clearTimeout(timers.setTimeout(() => undefined, 0))],
  ["AbortSignal.timeout()", () => AbortSignal.timeout(5)],
  // files, the network and other processes
  ["fs.readFileSync()", () => fs.readFileSync(import.meta.filename)],
  ["fs.readFileSync()", () => readFileSync(import.meta.filename)],
  ["fs.existsSync()", () => fs.existsSync(import.meta.filename)],
  ["fs.promises.readFile()", () => fsPromises.readFile(import.meta.filename)],
  ["http.request()", () => http.request("http://127.0.0.1:1"), false],
  ["net.connect()", () => net.connect(1), false],
  ["dns.lookup()", () => dns.lookup("localhost", () => undefined)],
  ["fetch()", () => fetch("http://127.0.0.1:1"), false],
  ["child_process.spawnSync()", () => child.spawnSync("true")],
  ["worker_threads.Worker()", () => new Worker("", { eval: true }), false],
];

describe("a step that uses what differs between two runs is refused", () => {
  test.each(CALLS.map((row) => [...row] as const))("%s, as %s", (...[name, call, works]) => {
    const verb = name.endsWith(")") ? "called" : "read";
    expect(() => guard(call)).toThrow(`${name} was ${verb} in a step`);
    if (works !== false) expect(call).not.toThrow();
  });

  test("also if it was made or kept before", () => {
    const ref = new WeakRef({});
    const { format } = Intl.DateTimeFormat();
    const event = new Event("x");
    expect(() => guard(() => ref.deref())).toThrow("WeakRef.deref() was called in a step");
    expect(() => guard(() => format())).toThrow("Intl.DateTimeFormat.format()");
    expect(() => guard(() => event.timeStamp)).toThrow("Event.timeStamp was read in a step");
  });
});

describe("functions that give the same result in every run are allowed", () => {
  test.each<readonly [string, () => unknown, unknown]>([
    [
      "the format of a date",
      () => Intl.DateTimeFormat("en", { timeZone: "UTC" }).format(0),
      "1/1/1970",
    ],
    ["a hash", () => crypto.createHash("md5").update("").digest("hex").slice(0, 4), "d41d"],
    ["a range of dates", () => typeof Intl.DateTimeFormat("en").formatRange(0, 9e9), "string"],
    ["memory", () => Buffer.allocUnsafe(2000).every((byte) => byte === 0), true],
    ["an event", () => new Event("x").type, "x"],
    ["an AbortController", () => new AbortController().signal.aborted, false],
    [
      "a registry of what goes",
      () => new FinalizationRegistry(() => undefined).register({}, 1),
      undefined,
    ],
    ["structuredClone", () => structuredClone({ x: 1 }).x, 1],
    ["an IP address", () => net.isIP("::1"), 6],
  ])("%s", (_, call, value) => {
    expect(guard(call)).toBe(value);
  });

  test("the getter `format` gives the same function each time", () => {
    const format = new Intl.DateTimeFormat();
    expect(format.format).toBe(format.format);
  });
});

describe("the stack of an error", () => {
  const deep = (n: number): string => (n === 0 ? String(new RangeError("x").stack) : deep(n - 1));

  test("says in a step what went wrong, but not where", () => {
    const stacks = [0, 3, 30].map((n) => guard(() => deep(n)));
    expect(new Set(stacks)).toEqual(new Set(["RangeError: x\n    at step (rewind)"]));
    const captured = guard(() => {
      const holder: { stack?: string } = {};
      Error.captureStackTrace(holder);
      return holder.stack;
    });
    expect(captured).not.toContain("guard-everything");
  });

  test("is complete outside, also for an error that a step threw", () => {
    const thrown = (): unknown => {
      try {
        return guard(() => JSON.parse("{"));
      } catch (error) {
        return (error as Error).stack;
      }
    };
    expect(thrown()).toContain("guard-everything");
    expect(deep(1)).toContain("guard-everything");
  });
});

test("process.env is the process' own outside of steps", () => {
  process.env.REWIND_TEST_VARIABLE = "1";
  expect(process.env).toBe(env);
  expect(process.env.REWIND_TEST_VARIABLE).toBe("1");
  delete process.env.REWIND_TEST_VARIABLE;
});
