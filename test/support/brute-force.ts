import { toHex } from "../../src/base/bytes.ts";
import { encode } from "../../src/codec/encode.ts";
import { sha256 } from "../../src/codec/hash.ts";
import { parsePath } from "../../src/codec/path/parse.ts";
import { setAt } from "../../src/codec/state/access.ts";
import type { SeedRule } from "../../src/object/seeds.ts";
import type { RandomGenerator } from "../../src/random/generator.ts";
import { deriveSeed, streamSeed } from "../../src/random/seeds.ts";
import { xoshiroAlgorithm } from "../../src/random/xoshiro/index.ts";
import { generatorNamed } from "../../src/random.ts";
import type { Form, Knobs } from "./simulation-forms.ts";

/** The changes of a fork, and its step. */
export interface Change {
  readonly at: number;
  readonly amount?: number | undefined;
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  readonly params?: Partial<Knobs> | undefined;
  readonly seed?: number | bigint | undefined;
}

/**
 * A description of a run: how it was recorded, and the changes of its forks, in the order of their
 * steps.
 */
export interface Lineage {
  readonly form: Form;
  readonly steps: number;
  readonly blockSize: number | undefined;
  readonly seed: number | bigint;
  readonly params: Partial<Knobs>;
  /** The generator's name, and how generators are seeded; the defaults unless given. */
  readonly rng?: string | undefined;
  readonly streams?: SeedRule | undefined;
  readonly changes: readonly Change[];
}

/**
 * The block size of a lineage; its default comes from the steps of its first recording, and from the
 * size of a first state over 4 KiB.
 */
export function blockSizeOf(lineage: Lineage): number {
  if (lineage.blockSize !== undefined) return lineage.blockSize;
  const { length } = encodingOf(lineage.form, begun(lineage).state);
  const byState = Math.min(Math.ceil((length - 4096) / 16), 4096);
  return Math.max(1, Math.ceil(Math.sqrt(lineage.steps)), byState);
}

/** The first state of a lineage, and the generators that made it. */
function begun({ form, seed, params, rng: name, streams }: Lineage): {
  readonly state: unknown;
  readonly drawn: ReturnType<typeof generatorsOf>;
} {
  const { simulation } = form;
  const place: Place = streams === "continuous" ? [streams, 0] : ["init", 0];
  const drawn = generatorsOf(name, BigInt(seed), place);
  const all = { ...(simulation.params as Knobs), ...params };
  const { rng, stream } = drawn;
  return { state: simulation.init({ params: all, step: 0, rng, stream, log: () => {} }), drawn };
}

/**
 * The encoded states at steps 0, 1, … of a lineage, and the metric of each, by a simple loop. It
 * goes through every step once, with one live state, and knows nothing about src/replay.
 */
export function bruteForce(lineage: Lineage): { bytes: Uint8Array[]; metrics: number[] } {
  const { form, steps } = lineage;
  const { simulation } = form;
  const blockSize = blockSizeOf(lineage);
  const { rng: name, streams: rule = "block" } = lineage;
  const place = (step: number): Place =>
    rule === "block" ? ["block", Math.floor(step / blockSize)] : [rule, step];
  let master = BigInt(lineage.seed);
  let params = { ...(simulation.params as Knobs), ...lineage.params };
  let { state, drawn } = begun(lineage);
  const bytes: Uint8Array[] = [];
  const metrics: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const isFresh = rule === "step" || (rule === "block" && step % blockSize === 0);
    if (isFresh) drawn = generatorsOf(name, master, place(step));
    for (const change of lineage.changes.filter(({ at }) => at === step)) {
      if (change.seed !== undefined) {
        master = BigInt(change.seed);
        drawn = generatorsOf(name, master, place(step));
      }
      params = { ...params, ...change.params };
      state = changed(form, state, change);
    }
    bytes.push(encodingOf(form, state));
    metrics.push(form.metric(state));
    if (step === steps) break;
    const { rng, stream } = drawn;
    const next = simulation.step(state, rng, { step, params, stream, log: () => {} });
    // Not `??`, because null is a state too.
    if (next !== undefined) state = next;
  }
  return { bytes, metrics };
}

/** Bytes that differ for different states of a form. */
export function encodingOf(form: Form, state: unknown): Uint8Array {
  return encode(state, { types: form.simulation.types });
}

/** A place where generators are seeded: the kind of stream, and the number of the block or step. */
type Place = readonly [stream: string, index: number];

/** Fresh generators: the one that steps get, and the named ones. */
function generatorsOf(
  name: string | undefined,
  master: bigint,
  [stream, index]: Place,
): { readonly rng: RandomGenerator; stream(name: string): RandomGenerator } {
  const algorithm = generatorNamed(name);
  const named = new Map<string, RandomGenerator>();
  const seeded = (of: bigint): RandomGenerator =>
    algorithm.fromSeed(deriveSeed({ hash: sha256, master: of, stream, index }));
  return {
    rng: stream === "continuous" ? algorithm.seeded(master) : seeded(master),
    stream(wanted) {
      const seed = streamSeed(sha256, master, wanted);
      const known =
        named.get(wanted) ??
        (stream === "continuous" ? algorithm.fromSeed(seed) : seeded(BigInt(`0x${toHex(seed)}`)));
      named.set(wanted, known);
      return known;
    },
  };
}

/** The generator of one stream of a run. */
export function generator(master: bigint, stream: string, index: number): RandomGenerator {
  return xoshiroAlgorithm.fromSeed(deriveSeed({ hash: sha256, master, stream, index }));
}

function changed(form: Form, before: unknown, { amount, set }: Change): unknown {
  let state = before;
  if (amount !== undefined) {
    const next = form.change(state, amount);
    if (next !== undefined) state = next;
  }
  for (const [path, value] of Object.entries(set ?? {})) {
    state = setAt(state, parsePath(path), structuredClone(value));
  }
  return state;
}
