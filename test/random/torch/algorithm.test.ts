import { torchAlgorithm } from "../../../src/random/torch/algorithm.ts";
import { testGenerator } from "../laws.ts";

testGenerator(torchAlgorithm);
