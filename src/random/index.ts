export type { GeneratorAlgorithm, RandomGenerator } from "./generator.ts";
export { DEFAULT_GENERATOR, generatorNamed, generatorNames } from "./registry.ts";
export { xoshiro } from "./xoshiro128.ts";
