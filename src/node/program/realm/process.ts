import process from "node:process";
import { INSTEAD } from "../../../replay/guarded.ts";
import { refused } from "./facade.ts";
import type { Gate } from "./gate.ts";
import { PROJECT } from "./paths.ts";
import { microtasksOf } from "./timers.ts";
import type { Variables } from "./variables.ts";

/**
 * The facts about this process that a program may read: the host fingerprint records them with each
 * run.
 */
const HOST = ["version", "versions", "arch", "platform", "release", "features"] as const;

/** The `process` of a realm. */
export function processOf(
  gate: Gate,
  variables: Variables,
  builtin: (name: string) => unknown,
): object {
  const made: Record<string, unknown> = {};
  for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(process))) {
    if (typeof value !== "function" || key.startsWith("_")) continue;
    made[key] = refused(`process.${key}()`, { key, hint: INSTEAD.host, gate });
  }
  for (const key of HOST) made[key] = structuredClone(process[key]);
  Object.assign(made, clocks(gate), listeners(made), structuredClone(IDENTITY), {
    env: variables.proxy(),
    cwd: () => PROJECT,
    nextTick: microtasksOf(gate).nextTick,
    getBuiltinModule: builtin,
    emitWarning: process.emitWarning,
    stdout: output(1),
    stderr: output(2),
    [Symbol.toStringTag]: "process",
  });
  return Object.defineProperties(made, numbers(gate));
}

function clocks(gate: Gate): Record<string, unknown> {
  const call = (key: string, hint: string, still: () => unknown) => (): unknown =>
    gate.deny({ name: `process.${key}()`, hint }, still);
  const { clock, host } = INSTEAD;
  const memory = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };
  return {
    hrtime: Object.assign(
      call("hrtime", clock, () => [0, 0]),
      { bigint: call("hrtime.bigint", clock, () => 0n) },
    ),
    uptime: call("uptime", clock, () => 0),
    cpuUsage: call("cpuUsage", clock, () => ({ user: 0, system: 0 })),
    memoryUsage: Object.assign(
      call("memoryUsage", host, () => ({ ...memory })),
      { rss: call("memoryUsage.rss", host, () => 0) },
    ),
    umask: call("umask", host, () => 0o22),
  };
}

/** Listeners are accepted and never called: a program has no part in the process. */
function listeners(made: object): Record<string, unknown> {
  const names = ["on", "once", "off", "addListener", "prependListener", "removeListener"];
  const same = (): object => made;
  return {
    ...Object.fromEntries(
      [...names, "removeAllListeners", "setMaxListeners"].map((n) => [n, same]),
    ),
    emit: () => false,
    listeners: () => [],
    listenerCount: () => 0,
  };
}

/** The names of this process, replaced by fixed ones. */
const IDENTITY = {
  title: "node",
  argv: ["node", `${PROJECT}/program`],
  argv0: "node",
  execArgv: [],
  execPath: "node",
};

/** Its numbers, which a program may not read. */
function numbers(gate: Gate): PropertyDescriptorMap {
  const number = (key: string): PropertyDescriptor => {
    const call = { name: `process.${key}`, hint: INSTEAD.ids, kind: "read" } as const;
    return { get: () => gate.deny(call, () => 1), enumerable: true, configurable: true };
  };
  return { pid: number("pid"), ppid: number("ppid") };
}

/** A program prints for people, so its output goes to stderr. */
function output(descriptor: number): object {
  return {
    fd: descriptor,
    isTTY: false,
    writable: true,
    write(text: unknown): boolean {
      return process.stderr.write(text as string);
    },
    end: () => undefined,
    on: () => undefined,
    once: () => undefined,
    emit: () => false,
  };
}
