import { equalBytes } from "../base/bytes.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { reasonOf } from "../base/reason.ts";
import { decode } from "../codec/decode.ts";
import { type EncodedInstance, encode } from "../codec/encode.ts";
import {
  type InstanceType,
  instanceTypes,
  restored,
  type TypeCodec,
  type TypeCodecs,
  typeOf,
} from "../codec/state/type-codecs.ts";
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
  // The encoding itself checks instances that are stored as their properties.
  if (instanceTypes(simulation.types ?? {}).every(({ plain }) => plain !== undefined)) return;
  const problem = env.guard(() => roundTrip(encoded, simulation, env));
  if (problem === undefined) {
    const forgotten = env.guard(() => firstForgotten(encoded, state, simulation, env));
    if (forgotten === undefined) return;
    throw lossy(forgotten.name, forgotten.path, forgotten.problem);
  }
  const culprit = env.guard(() => firstLossy(state, simulation, env));
  if (culprit !== undefined) throw lossy(culprit.name, culprit.path, culprit.problem);
  // Each codec alone loses nothing, but together they do: one keeps an object that another made.
  const codecs = instanceTypes(simulation.types ?? {}).filter(({ plain }) => plain === undefined);
  throw lossy(codecs.map(({ name }) => name).join(", "), "state", problem);
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
    if (problem !== undefined) return { name: each.type.name, path: each.path, problem };
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
  const { types = {} } = simulation;
  for (const [i, { instance, type, path }] of before.entries()) {
    const decoded = after[i];
    if (decoded?.type !== type || type.plain !== undefined) continue;
    const field = differentField(instance, decoded.instance, types);
    if (field !== undefined) {
      return {
        name: type.name,
        path,
        problem: `its field ${field} is another after encode and decode`,
      };
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
  { instance: original, type, stored }: EncodedInstance,
  { types = {} }: AnySimulation,
): string | undefined {
  if (type.plain !== undefined) return undefined;
  try {
    const instance = restored(type, decode(encode(stored, { types }), { types }));
    if (Object.isExtensible(original) && !Object.isExtensible(instance)) {
      return `its ${makes(type)} a frozen object for one that was not frozen`;
    }
    if (typeOf(types, instance) !== type) return `its is does not accept what its ${makes(type)}`;
    // Of the instances inside, only which they are: what they hold is a matter of their own types.
    const shallow = (value: unknown): Uint8Array => encode(value, { types: ordinals(types) });
    return equalBytes(shallow(stored), shallow(type.encode(instance)))
      ? undefined
      : `what its ${makes(type)} is encoded differently`;
  } catch (cause) {
    return isOfOther(cause, type) ? undefined : reasonOf(cause);
  }
}

function makes({ create }: InstanceType): string {
  return create === undefined ? "decode returns" : "create and fill make";
}

/** Codecs that store each instance as its type and a number, in order of appearance. */
function ordinals(types: TypeCodecs): TypeCodecs {
  const seen = new Map<unknown, number>();
  const ordinal: TypeCodec = {
    is: (value) => typeOf(types, value) !== undefined,
    encode(instance) {
      if (!seen.has(instance)) seen.set(instance, seen.size);
      return [typeOf(types, instance)?.name, seen.get(instance)];
    },
    decode: () => undefined,
  };
  return { instance: ordinal };
}

/** Whether the codec of another type failed, which is told of that type. */
function isOfOther(cause: unknown, { name }: InstanceType): boolean {
  return isRewindError(cause, "FUNCTION_FAILED") && cause.data.name !== name;
}

function lossy(name: string, path: string, problem: string): RewindError {
  return new RewindError(
    "CODEC_LOSSY",
    `the codec ${name} does not restore ${path} exactly: ${problem}`,
    { name, path, problem },
  );
}
