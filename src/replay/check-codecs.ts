import { equalBytes } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { reasonOf } from "../base/reason.ts";
import { decode } from "../codec/decode.ts";
import { type EncodedInstance, encode } from "../codec/encode.ts";
import { compareStates, decodeState, type Environment, encodeState } from "./environment.ts";
import { differentField } from "./same-fields.ts";
import type { AnySimulation } from "./simulation.ts";

/**
 * Checks that the codecs of a simulation lose nothing: decoding `encoded` and encoding the result
 * must give `encoded` again, and each instance must have the fields that it had before. Private and
 * non-enumerable ones cannot be compared. Throws CODEC_LOSSY, which names the type and the path.
 * Does nothing for a simulation without codecs: encoding checks its states already.
 *
 * @example
 * ```ts
 * checkCodecs(encodeState(state, simulation, env), state, simulation, env);
 * ```
 */
export function checkCodecs(
  encoded: Uint8Array,
  state: unknown,
  simulation: AnySimulation,
  env: Environment,
): void {
  if (Object.keys(simulation.types ?? {}).length === 0) return;
  const problem = env.guard(() => roundTrip(encoded, simulation, env));
  if (problem === undefined) {
    const forgotten = env.guard(() => firstForgotten(encoded, state, simulation, env));
    if (forgotten === undefined) return;
    throw lossy(forgotten.name, forgotten.path, forgotten.problem);
  }
  const culprit = env.guard(() => firstLossy(state, simulation, env));
  if (culprit !== undefined) throw lossy(culprit.name, culprit.path, culprit.problem);
  // Each codec alone loses nothing, but together they do: one keeps an object that another made.
  throw lossy(Object.keys(simulation.types ?? {}).join(", "), "state", problem);
}

/** What is wrong with the decoded state; undefined if nothing is. */
function roundTrip(
  encoded: Uint8Array,
  simulation: AnySimulation,
  env: Environment,
): string | undefined {
  try {
    const decoded = decodeState(encoded, simulation);
    const again = encodeState(decoded, simulation, env);
    if (equalBytes(encoded, again)) return undefined;
    // Decoded again, because a codec's encode may have changed its argument.
    const [first] = compareStates(
      decodeState(encoded, simulation),
      decodeState(again, simulation),
      simulation,
    );
    return first === undefined
      ? "it is encoded differently afterwards"
      : `${first.path} differs afterwards`;
  } catch (cause) {
    return reasonOf(cause);
  }
}

interface Lossy {
  readonly name: string;
  readonly path: string;
  readonly problem: string;
}

/**
 * The first instance that its own codec does not restore. Inner instances come before outer ones.
 */
function firstLossy(
  state: unknown,
  simulation: AnySimulation,
  env: Environment,
): Lossy | undefined {
  for (const each of instancesIn(state, simulation, env)) {
    const problem = lossOf(each, simulation);
    if (problem !== undefined) return { name: each.name, path: each.path, problem };
  }
  return undefined;
}

/**
 * The first instance that has another field after it was decoded. The decoded state is encoded as
 * the original is, so that their instances come in the same order.
 */
function firstForgotten(
  encoded: Uint8Array,
  state: unknown,
  simulation: AnySimulation,
  env: Environment,
): Lossy | undefined {
  const before = instancesIn(state, simulation, env);
  const after = instancesIn(decodeState(encoded, simulation), simulation, env);
  for (const [i, { instance, name, path }] of before.entries()) {
    const decoded = after[i];
    if (decoded?.name !== name) continue;
    const field = differentField(instance, decoded.instance, simulation);
    if (field !== undefined) {
      return { name, path, problem: `its field ${field} is another after encode and decode` };
    }
  }
  return undefined;
}

function instancesIn(
  state: unknown,
  { types }: AnySimulation,
  { isProxy }: Environment,
): readonly EncodedInstance[] {
  const instances: EncodedInstance[] = [];
  encode(state, { types, isProxy, onInstance: (instance) => instances.push(instance) });
  return instances;
}

function lossOf(
  { instance: original, name, stored }: EncodedInstance,
  { types = {} }: AnySimulation,
): string | undefined {
  const codec = types[name];
  try {
    const bytes = encode(stored, { types });
    const instance: unknown = codec?.decode(decode(bytes, { types }));
    if (Object.isExtensible(original) && !Object.isExtensible(instance)) {
      return "its decode returns a frozen object for one that was not frozen";
    }
    const recognised = Object.keys(types).find((key) => types[key]?.is(instance) === true);
    if (recognised !== name) return "its is does not accept what its decode returns";
    return equalBytes(bytes, encode(codec?.encode(instance), { types }))
      ? undefined
      : "what its decode returns is encoded differently";
  } catch (cause) {
    return reasonOf(cause);
  }
}

function lossy(name: string, path: string, problem: string): RewindError {
  return new RewindError(
    "CODEC_LOSSY",
    `the codec ${name} does not restore ${path} exactly: ${problem}`,
    { name, path, problem },
  );
}
