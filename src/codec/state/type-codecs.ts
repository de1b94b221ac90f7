import { RewindError } from "../../base/errors.ts";
import { messageWithin } from "../../base/reason.ts";
/**
 * How to store instances of one class: recognise them, encode them as values that the state
 * encoding supports, and decode them.
 *
 * @example
 * ```ts
 * const types: TypeCodecs = {
 *   Agent: {
 *     is: (value) => value instanceof Agent,
 *     encode: (agent: Agent) => ({ x: agent.x }),
 *     decode: ({ x }: { x: number }) => new Agent(x),
 *   },
 * };
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: each codec has its own class; only `any` holds them all.
export interface TypeCodec<T = any, Stored = any> {
  is(value: unknown): boolean;
  encode(instance: T): Stored;
  decode(stored: Stored): T;
}

/** Codecs by the name that is stored with each instance. */
export type TypeCodecs = Readonly<Record<string, TypeCodec>>;

/** A codec and its name. */
export interface NamedCodec {
  readonly name: string;
  readonly codec: TypeCodec;
}

/** The first codec that recognises `value`; undefined if no codec does. */
export function codecFor(types: TypeCodecs | undefined, value: unknown): NamedCodec | undefined {
  for (const [name, codec] of Object.entries(types ?? {})) {
    if (recognises(codec, value, name)) return { name, codec };
  }
  return undefined;
}

function recognises(codec: TypeCodec, value: unknown, name: string): boolean {
  try {
    return codec.is(value) === true;
  } catch (cause) {
    const problem = cause instanceof Error ? messageWithin(cause) : String(cause);
    const message = `is of the codec ${name} failed: ${problem}`;
    throw new RewindError("FUNCTION_FAILED", message, { name }, { cause });
  }
}

/** The codec with a stored name; undefined if there is no such codec. */
export function codecNamed(types: TypeCodecs | undefined, name: unknown): TypeCodec | undefined {
  const isKnown = typeof name === "string" && types !== undefined && Object.hasOwn(types, name);
  return isKnown ? types[name] : undefined;
}
