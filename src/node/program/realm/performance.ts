import { FROM_RUN, INSTEAD } from "../../../replay/guarded.ts";
import type { Gate } from "./gate.ts";

/**
 * The `performance` of a realm: a clock that stands still while packages load, and is refused
 * afterwards.
 */
export function performanceOf(gate: Gate): Record<string, unknown> {
  const hint = INSTEAD.clock;
  const now = { name: "performance.now()", hint, fromRun: FROM_RUN.elapsed };
  const call = (key: string, still: unknown) => (): unknown =>
    gate.deny({ name: `performance.${key}()`, hint }, () => still);
  const made: Record<string, unknown> = {
    now: () => gate.deny(now, () => 0),
    mark: call("mark", undefined),
    measure: call("measure", undefined),
    clearMarks: () => undefined,
    clearMeasures: () => undefined,
    getEntries: call("getEntries", []),
    getEntriesByName: call("getEntriesByName", []),
    getEntriesByType: call("getEntriesByType", []),
    eventLoopUtilization: call("eventLoopUtilization", { idle: 0, active: 0, utilization: 0 }),
    timerify: call("timerify", undefined),
    toJSON: call("toJSON", {}),
  };
  for (const [key, fromRun] of [["timeOrigin", FROM_RUN.origin], ["nodeTiming"]] as const) {
    const call = {
      name: `performance.${key}`,
      hint,
      kind: "read",
      ...(fromRun && { fromRun }),
    } as const;
    Object.defineProperty(made, key, {
      get: () => gate.deny(call, () => 0),
      configurable: true,
    });
  }
  return made;
}
