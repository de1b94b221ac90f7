import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { outputNameFault } from "./output-name.ts";
import type { AnySimulation, Output } from "./simulation.ts";

/** An output as a simulation declares it. */
export interface DeclaredOutput {
  readonly name: string;
  readonly every: number;
  readonly output: Output;
}

/** More would take too many open files. */
const MOST_OUTPUTS = 100;

/**
 * The outputs that a simulation declares, in the order of its declaration. Throws
 * INVALID_SIMULATION, which names the output.
 */
export function outputsOf(simulation: AnySimulation, where: string): readonly DeclaredOutput[] {
  const { outputs } = simulation as { readonly outputs?: unknown };
  if (outputs === undefined) return [];
  const refuse = (problem: string): never => {
    const hint = 'write outputs: { "name.csv": { header, row } }, with names of plain files';
    throw new RewindError(
      "INVALID_SIMULATION",
      `expected ${where} to be a simulation: ${problem}`,
      { where, hint },
    );
  };
  if (typeof outputs !== "object" || outputs === null) {
    return refuse(`expected outputs to be an object, got ${describe(outputs)}`);
  }
  const entries = Object.entries(outputs as Record<string, unknown>);
  if (entries.length > MOST_OUTPUTS) {
    refuse(`expected at most ${count(MOST_OUTPUTS)} outputs, got ${count(entries.length)}`);
  }
  const taken: string[] = [];
  return entries.map(([name, output]) => {
    const fault = outputNameFault(name, taken) ?? outputFault(output);
    if (fault !== undefined) refuse(`the output ${JSON.stringify(name)}: ${fault}`);
    taken.push(name);
    const { every = 1 } = output as Output;
    return { name, every, output: output as Output };
  });
}

/**
 * The outputs of a program that was recorded, perhaps before there were outputs: whatever else has
 * that name in it is ignored.
 */
export function recordedOutputs(simulation: AnySimulation): readonly DeclaredOutput[] {
  try {
    return outputsOf(simulation, "the program");
  } catch (error) {
    if (isRewindError(error, "INVALID_SIMULATION")) return [];
    throw error;
  }
}

/** What is wrong with the declaration of an output; undefined if nothing is. */
function outputFault(output: unknown): string | undefined {
  if (typeof output !== "object" || output === null) {
    return `expected an object with row, got ${describe(output)}`;
  }
  const { row, header, every } = output as Record<string, unknown>;
  if (typeof row !== "function") return `expected row to be a function, got ${describe(row)}`;
  if (header !== undefined && typeof header !== "string" && typeof header !== "function") {
    return `expected header to be a text or a function, got ${describe(header)}`;
  }
  if (every !== undefined && !(Number.isSafeInteger(every) && Number(every) >= 1)) {
    return `expected every to be a whole number, at least 1, got ${describe(every)}`;
  }
  return undefined;
}
