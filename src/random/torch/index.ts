export { torchAlgorithm } from "./algorithm.ts";
export type { DtypeOption as TorchDtypeOption, TorchGenerator } from "./generator.ts";
export type { TorchDataLoader, TorchEpoch } from "./loader.ts";
export type { LoaderOptions as TorchLoaderOptions } from "./loader-options.ts";
export { torch } from "./torch.ts";
