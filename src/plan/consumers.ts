import { DEFAULT_TORCH_VERSION } from "../random/torch/version.ts";
import type { Consumer } from "./consumer.ts";
import { NumpyConsumer } from "./numpy-consumer.ts";
import type { PlanGenerator } from "./plan.ts";
import { PythonConsumer } from "./python-consumer.ts";
import { TorchConsumer } from "./torch-consumer.ts";
import { XoshiroConsumer } from "./xoshiro-consumer.ts";

/** The generator that a plan names, not seeded yet. */
export function consumerOf({ name, version }: PlanGenerator): Consumer {
  switch (name) {
    case "torch":
      return new TorchConsumer(version ?? DEFAULT_TORCH_VERSION);
    case "numpy":
      return new NumpyConsumer();
    case "python":
      return new PythonConsumer();
    case "xoshiro":
      return new XoshiroConsumer();
  }
}
