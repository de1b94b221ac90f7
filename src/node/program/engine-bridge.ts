import { generatorFamilies } from "../../random/generators.ts";
import { ownModule } from "../own-files.ts";

const MAIN = "rewind-engine";
const RANDOM = "rewind-engine/random";

/** The engine's entry points, as programs import them. */
export type EngineEntry = typeof MAIN | typeof RANDOM | `${typeof RANDOM}/${string}`;

function entries(): EngineEntry[] {
  return [MAIN, RANDOM, ...generatorFamilies().map((family) => `${RANDOM}/${family}` as const)];
}

/** Whether a program gets the engine for this specifier. */
export function isEngineEntry(specifier: string): specifier is EngineEntry {
  return (entries() as readonly string[]).includes(specifier);
}

/** The modules that programs get for `rewind-engine` and `rewind-engine/random`, as URLs. */
export interface Engine {
  readonly main: string;
  readonly random: string;
}

/** This running engine. */
export function ownEngine(): Engine {
  return { main: ownModule("index"), random: ownModule("random") };
}

/** The names that programs can import from the engine. */
export async function exportsOfEngine(
  entry: EngineEntry,
  engine: Engine,
): Promise<readonly string[]> {
  return Object.keys(await engineModule(entry, engine));
}

/**
 * The engine's modules that `code` asks for, by name: programs get the running modules themselves.
 */
export async function engineModules(
  code: string,
  engine: Engine,
): Promise<ReadonlyMap<string, object>> {
  const found = new Map<string, object>();
  for (const entry of entries()) {
    // Loaded only if requested. A text that merely looks like a request does no harm.
    if (code.includes(`"${entry}"`)) found.set(entry, await engineModule(entry, engine));
  }
  return found;
}

function engineModule(entry: EngineEntry, engine: Engine): Promise<object> {
  return import(/* @vite-ignore */ urlOf(entry, engine));
}

function urlOf(entry: EngineEntry, { main, random }: Engine): string {
  if (entry === MAIN) return main;
  if (entry === RANDOM) return random;
  const extension = random.slice(random.lastIndexOf("."));
  return new URL(`random/${entry.slice(RANDOM.length + 1)}/index${extension}`, random).href;
}
