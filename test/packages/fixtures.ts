/** A simulation over a public package. */
export interface PackageFixture {
  readonly file: string;
  /** The packages in its program. */
  readonly packages: readonly string[];
  /** A change for a fork. */
  readonly fork: readonly string[];
}

/** `fixtures/packages/`, and how each is forked. */
export const FIXTURES: readonly PackageFixture[] = [
  { file: "matter.js", packages: ["matter-js"], fork: ["--param", "kick=0.05"] },
  { file: "planck.js", packages: ["planck"], fork: ["--param", "every=20"] },
  { file: "cannon.js", packages: ["cannon-es"], fork: ["--set", "gravity.y=-1.6"] },
  { file: "rapier.ts", packages: ["@dimforge/rapier2d-compat"], fork: ["--param", "bounce=1"] },
  { file: "rot.ts", packages: ["rot-js"], fork: ["--param", "clumsy=0.9"] },
  { file: "genetic.js", packages: ["geneticalgorithm"], fork: ["--set", "cities[0].x=3"] },
  { file: "synaptic.js", packages: ["synaptic"], fork: ["--param", "rate=0.1"] },
  { file: "chess.ts", packages: ["chess.js"], fork: ["--param", "greed=0"] },
  { file: "odex.js", packages: ["odex"], fork: ["--set", "prey=20"] },
  { file: "numpy.ts", packages: [], fork: ["--param", "volatility=0.4"] },
];
