/**
 * How instances of one class are stored: recognised, taken apart into a value that the state
 * encoding knows, and put together again.
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
