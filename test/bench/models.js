import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ENGINE = pathToFileURL(path.join(HERE, "../../dist/index.js")).href;

/** The real simulations that are measured, and how many steps of each take a few tenths of a second. */
export const MODELS = [
  {
    name: "SIR",
    file: "simulations/sir.ts",
    steps: 20_000,
    gets: 40,
    rich: true,
    metric: (s) => s.counts.I,
  },
  {
    name: "queue",
    file: "simulations/queue.ts",
    steps: 1_000_000,
    gets: 500,
    metric: (s) => s.customers.length,
  },
  { name: "shock", file: "simulations/shock.ts", steps: 2_000_000, gets: 500, metric: (s) => s.x },
  {
    name: "Lorenz",
    file: "simulations/lorenz.ts",
    steps: 1_000_000,
    gets: 500,
    metric: (s) => s.z,
  },
  { name: "SGD", file: "simulations/sgd.ts", steps: 50_000, gets: 40, metric: (s) => s.loss },
  { name: "Ising", file: "simulations/ising.ts", steps: 5_000, gets: 40, metric: (s) => s.energy },
  {
    name: "matter-js",
    file: "packages/matter.js",
    steps: 5_000,
    gets: 10,
    rich: true,
    metric: (engine) => engine.world.bodies[5].position.y,
  },
];

/**
 * Two copies of a model's module in `folder`: they are different functions to V8, so that what one
 * side of a comparison teaches the compiler does not reach the other.
 */
export async function twoCopies({ file }, folder) {
  const outfile = path.join(folder, `${path.parse(file).name}.mjs`);
  await build({
    entryPoints: [path.join(HERE, "../../fixtures", file)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    plugins: [{ name: "engine", setup: useThisEngine }],
  });
  const { href } = pathToFileURL(outfile);
  const [recorded, bare] = await Promise.all([import(href), import(`${href}?bare`)]);
  return { recorded: recorded.default, bare: bare.default };
}

function useThisEngine({ onResolve }) {
  onResolve({ filter: /^rewind-engine$/ }, () => ({ path: ENGINE, external: true }));
}
