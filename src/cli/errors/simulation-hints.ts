import type { SimulationErrors } from "../../base/error-data.ts";
import type { DataOf } from "../../base/errors.ts";
import { someOf } from "../../base/some-of.ts";
import { continues } from "./ensemble-hints.ts";
import type { Hints } from "./hint.ts";
import { fixHint, keptHint, lookHint } from "./kept.ts";

/** Hints for errors of simulations and of their steps. */
export const simulationHints: Hints<keyof SimulationErrors> = {
  INVALID_SIMULATION: ({ hint }) =>
    hint ??
    "write `export default defineSimulation({ name, init, step })`, with defineSimulation from rewind-engine",
  INIT_FAILED: ({ hint }) => hint ?? "init(ctx) makes the first state, from ctx.params and ctx.rng",
  STEP_FAILED: (data, argv) =>
    [data.hint, fixHint(data, argv)].filter(Boolean).join("; ") ||
    "fix the step, then run the command again",
  STEP_RETURNED_PROMISE: () => "before recording, load what it needs into params or the state",
  STEP_RETURNED_NOTHING: () =>
    "return the next state, or make the state an object and change it in place",
  FORBIDDEN_IN_STEP: (data) => [data.hint, lookHint(data)].filter(Boolean).join("; ") || undefined,
  FUNCTION_FAILED: (data, argv) => functionHint(data, argv.join(" ")),
  OBSERVER_FAILED: (data, argv) =>
    fixHint(data, argv) ?? "fix the observer, then run the command again",
  OBSERVER_EXISTS: () => "give the new observer another name",
  OBSERVER_NOT_FOUND: ({ known }) =>
    known.length === 0
      ? "its simulation declares none: `observe: { NAME: (state) => … }`"
      : `its observers: ${someOf(known)}`,
  SELF_CHECK_FAILED: (data, argv) =>
    fixHint(data, argv) ??
    "the step uses something that is not in its state: a variable outside, or a cache",
  REPLAY_MISMATCH: ({ causes }, argv) =>
    argv.includes("working")
      ? "`rewind verify REV --full --program working` says where"
      : causes.length > 0
        ? "`rewind verify REV --full` says where; `--force` of `get` and `show` prints the state all the same"
        : "`rewind verify REV --full` says where, and `rewind record --self-check` finds it while recording",
  WORKER_FAILED: () =>
    "a step may not end its process, and it needs memory for each job: --jobs 1 replays on one thread",
  INTERRUPTED: (data) => {
    if (data.goOn !== undefined) return `\`${data.goOn}\` continues from there`;
    // An interrupted recording keeps its committed part for the next command.
    if (data.ensemble !== undefined) return continues(data.ensemble);
    if (data.torn === true) return "the next command restores what was committed, if anything";
    return keptHint(data) ?? "nothing has changed: run the command again";
  },
};

function functionHint(
  { step, reason = "", assigned, name, column, hint }: DataOf<"FUNCTION_FAILED">,
  line: string,
): string {
  if (hint !== undefined) return hint;
  if (name !== undefined) return "fix that codec in the simulation's types";
  if (column !== undefined && reason === "") {
    return 'an expression may give NaN where there is no number, and "" where there is no text';
  }
  const refused = /^TypeError: (Assignment to constant|Cannot assign to read only)/;
  if (assigned === true || refused.test(reason)) return "to compare, write === and not =";
  if (reason.startsWith("ReferenceError")) {
    return "an expression sees state, step, params and previous, and JavaScript's own functions";
  }
  if (step === 0 && /\bprevious\b/.test(line)) {
    return "there is no previous state at step 0: begin with --from 1, or write previous?.";
  }
  return "the state at that step is shown by `rewind get REV@STEP`";
}
