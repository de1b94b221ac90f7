import type { GeneratorAlgorithm } from "../random/generator.ts";
import { generatorsWith } from "../random/generators.ts";

/**
 * What helps where a step called a method that its generator does not have: how it is spelled here, or
 * which generators have it. Undefined where the error is another one.
 */
export function missingDraw(error: unknown, algorithm: GeneratorAlgorithm): string | undefined {
  const called = error instanceof TypeError ? NOT_A_FUNCTION.exec(error.message)?.[1] : undefined;
  if (called === undefined || has(algorithm, called)) return undefined;
  const spelled = called.replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (has(algorithm, spelled)) return `its name here is ${spelled}`;
  const others = generatorsWith(called, spelled);
  if (others.length === 0) return undefined;
  const names = others.join(" and of ");
  const change = `record with --rng ${others[0]}, or say rng: "${others[0]}" in the simulation`;
  return `${spelled} is a method of ${names}, and this run draws from ${algorithm.name}: ${change}`;
}

/** Of a variable, of what a call gave, or of a member called rng: no list within a state is a generator. */
const NOT_A_FUNCTION = /^(?:\w+|.*\)|.*\.rng)\.(\w+) is not a function/;

function has(algorithm: GeneratorAlgorithm, method: string): boolean {
  return method in algorithm.seeded(0n);
}
