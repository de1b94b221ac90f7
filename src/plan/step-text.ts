import type { PlanLoader, PlanStep } from "./plan.ts";

/** One step as `formatPlan` writes it. */
export function formatStep(step: PlanStep): string {
  switch (step.kind) {
    case "seed":
      return `seed ${step.seed}`;
    case "draws":
      return `draws ${step.count}${step.unit === "words" ? "" : ` ${step.unit}`}`;
    case "permutation":
      return `permutation ${step.length}`;
    case "split":
      return `split ${step.length} ${step.parts.join(" ")}`;
    case "epochs":
      return `epochs ${step.count} of ${formatLoader(step.loader)}${formatBreak(step.breakAfter)}`;
    case "repeat":
      return `repeat ${step.count} { ${step.steps.map(formatStep).join("; ")} }`;
  }
}

/** A loader as `formatPlan` writes it: the same for the same loader. */
export function formatLoader(loader: PlanLoader): string {
  const options = [
    loader.batchSize === undefined ? "" : ` batch ${loader.batchSize}`,
    loader.dropLast ? " drop last" : "",
    loader.numWorkers === undefined ? "" : ` workers ${loader.numWorkers}`,
    loader.prefetchFactor === undefined ? "" : ` prefetch ${loader.prefetchFactor}`,
    loader.persistentWorkers ? " persistent" : "",
    loader.generator === "own" ? " generator own" : "",
    loader.part === undefined ? "" : ` part ${loader.part}`,
  ];
  return `${loader.shuffle ? "shuffle" : "loader"} ${loader.length}${options.join("")}`;
}

/** How a loop over a loader is left, if it is. */
export function formatBreak(breakAfter: number | undefined): string {
  return breakAfter === undefined ? "" : ` break after ${breakAfter}`;
}
