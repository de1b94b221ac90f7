export { pythonAlgorithm } from "./algorithm.ts";
export type { PythonGenerator } from "./generator.ts";
export { python } from "./python.ts";
export type { PythonSeed } from "./seed.ts";
export type {
  ChoicesOptions as PythonChoicesOptions,
  Population as PythonPopulation,
} from "./sequences.ts";
export type { PythonState, PythonStateLike } from "./state.ts";
