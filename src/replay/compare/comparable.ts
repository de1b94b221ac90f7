import { decode } from "../../codec/decode.ts";
import type { LinkedTypeCodec, TypeCodecs } from "../../codec/state/type-codecs.ts";
import { type Environment, encodeState } from "../environment.ts";
import type { AnySimulation } from "../simulation.ts";

/** Two states that can be compared and printed, and the codecs of the instances in them. */
export interface ComparableStates {
  readonly a: unknown;
  readonly b: unknown;
  readonly types: TypeCodecs | undefined;
}

/**
 * Makes states of two simulations comparable. Two programs each have their own class of a name, so
 * their instances both become instances of one class, which holds only the name and the stored
 * value.
 */
export function comparable(
  a: { readonly state: unknown; readonly simulation: AnySimulation },
  b: { readonly state: unknown; readonly simulation: AnySimulation },
  env: Environment,
): ComparableStates {
  const types = comparableTypes(a.simulation.types, b.simulation.types);
  if (a.simulation.types === b.simulation.types) return { a: a.state, b: b.state, types };
  const stored = (side: typeof a): unknown =>
    decode(encodeState(side.state, side.simulation, env), types && { types });
  return { a: stored(a), b: stored(b), types };
}

/** The codecs of the instances in the states that `comparable` returns for simulations with these codecs. */
export function comparableTypes(
  a: TypeCodecs | undefined,
  b: TypeCodecs | undefined,
): TypeCodecs | undefined {
  if (a === b) return a;
  const names = [...Object.keys(a ?? {}), ...Object.keys(b ?? {})];
  return Object.fromEntries(names.map((name) => [name, storedCodec(name)]));
}

/** An instance as it is stored. */
class Stored {
  readonly type: string;
  value: unknown;

  constructor(type: string) {
    this.type = type;
  }
}

function storedCodec(type: string): LinkedTypeCodec<Stored> {
  return {
    is: (value) => value instanceof Stored && value.type === type,
    encode: ({ value }) => value,
    create: () => new Stored(type),
    fill(instance, value) {
      instance.value = value;
    },
  };
}
