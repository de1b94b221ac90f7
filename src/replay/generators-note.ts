import type { RunMeta } from "../object/run-meta.ts";
import type { StreamStates } from "./streams.ts";

/**
 * The note in a run that ends inside a block before its goal: the states of its generators there, so
 * that a recording can go on without a replay of the block. Nothing is noted if they are too many or
 * too long for a note.
 */
export function generatorsNote(
  streams: StreamStates | undefined,
): Partial<Pick<RunMeta, "generators">> {
  if (streams === undefined) return {};
  const { main, named } = streams;
  const lengthBytes = named.reduce((sum, [, state]) => sum + state.length, main.length);
  if (named.length > MOST_NAMED || lengthBytes > MOST_BYTES) return {};
  return { generators: [main, named.map(([name, state]) => [name, state])] };
}

/** The states in that note; undefined without the note, or if it holds something else. */
export function notedGenerators({ generators }: RunMeta): StreamStates | undefined {
  if (!Array.isArray(generators) || generators.length !== 2) return undefined;
  const [main, named] = generators as readonly unknown[];
  if (!(main instanceof Uint8Array) || !Array.isArray(named)) return undefined;
  return named.every(isNamed) ? { main, named } : undefined;
}

const MOST_NAMED = 100;
const MOST_BYTES = 1 << 14;

function isNamed(value: unknown): value is StreamStates["named"][number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return typeof value[0] === "string" && value[1] instanceof Uint8Array;
}
