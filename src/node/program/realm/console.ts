import { Console } from "node:console";
import process from "node:process";
import type { Gate } from "./gate.ts";

type Methods = Record<string, (...values: unknown[]) => unknown>;

/** The console of a realm. It logs to stderr, because stdout is for results. */
export function consoleOf(gate: Gate): object {
  let made: Console | undefined;
  const real = (): Console => {
    made ??= new Console(process.stderr);
    return made;
  };
  const log: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(console)) {
    if (typeof value !== "function" || key === "Console" || key.startsWith("_")) continue;
    log[key] = (...values: unknown[]): unknown =>
      gate.asRealm(() => (real() as unknown as Methods)[key]?.(...values));
  }
  return log;
}
