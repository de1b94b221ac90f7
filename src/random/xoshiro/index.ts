export { xoshiroAlgorithm } from "./algorithm.ts";
export type { XoshiroGenerator } from "./generator.ts";
export { xoshiro } from "./xoshiro.ts";
