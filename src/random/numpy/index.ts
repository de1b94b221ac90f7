export { numpyAlgorithm } from "./algorithm.ts";
export type { ChoiceOptions as NumpyChoiceOptions } from "./choice.ts";
export type { NumpyGenerator } from "./generator.ts";
export type {
  IntegerArray as NumpyIntegerArray,
  IntegersOptions as NumpyIntegersOptions,
  IntegerType as NumpyIntegerType,
} from "./integers.ts";
export { numpy } from "./numpy.ts";
export type { Pcg64State as NumpyState } from "./pcg64.ts";
export type { NumpySeed } from "./seed-sequence.ts";
