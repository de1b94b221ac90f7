import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { messageWithin } from "../../base/reason.ts";

/**
 * How to store instances of one class: recognise them, encode them as values that the state
 * encoding supports, and decode them. `decode` gets the whole stored value, so an instance cannot
 * be part of a cycle: see `LinkedTypeCodec`.
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

/**
 * How to store instances that may lead back to themselves, such as a body whose world lists it.
 * `create` makes an empty instance before its stored value is read, and `fill` gives it that value.
 * In a cycle, `fill` sees objects that are not filled yet: it should keep them, and not look into
 * them.
 *
 * @example
 * ```ts
 * const types: TypeCodecs = {
 *   Body: {
 *     is: (value) => value instanceof Body,
 *     encode: (body: Body) => ({ mass: body.mass(), world: body.world }),
 *     create: () => new Body(),
 *     fill: (body: Body, { mass, world }) => body.restore(mass, world),
 *   },
 * };
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: each codec has its own class; only `any` holds them all.
export interface LinkedTypeCodec<T = any, Stored = any> {
  is(value: unknown): boolean;
  encode(instance: T): Stored;
  create(): T;
  fill(instance: T, stored: Stored): void;
}

/** A class whose instances hold nothing but their own enumerable properties. */
export interface PlainClass {
  readonly prototype: object;
}

/**
 * The classes whose instances a state may hold, by the name that is stored with each instance. A
 * class is enough if its instances hold nothing but their own properties: they are stored in order,
 * and restored without a call of the constructor. Any other class needs a codec. A subclass is
 * another class.
 *
 * @example
 * ```ts
 * const types: TypeCodecs = { Body, World };
 * ```
 */
export type TypeCodecs = Readonly<Record<string, TypeCodec | LinkedTypeCodec | PlainClass>>;

/** One entry of `types`, in the one form that the encoding works with. */
export interface InstanceType {
  readonly name: string;
  /** The prototype of its instances, if they are stored as their own properties. */
  readonly plain: object | undefined;
  is(value: unknown): boolean;
  /** The instance as it is stored. */
  encode(instance: object): unknown;
  /** Makes an instance before its contents are known; undefined if `decode` needs them. */
  readonly create: (() => object) | undefined;
  /** Gives a created instance its contents, or makes one from them; returns the instance. */
  finish(created: object | undefined, stored: unknown): object;
}

/** The first type that recognises `value`; undefined if none does. */
export function typeOf(types: TypeCodecs | undefined, value: unknown): InstanceType | undefined {
  if (types === undefined) return undefined;
  const { codecs, plain } = knownTypes(types);
  const found =
    typeof value === "object" && value !== null
      ? plain.get(Object.getPrototypeOf(value))
      : undefined;
  for (const codec of found?.codecsBefore ?? codecs) if (codec.is(value)) return codec;
  return found?.type;
}

/** The type with a stored name; undefined if there is no such type. */
export function typeNamed(types: TypeCodecs | undefined, name: unknown): InstanceType | undefined {
  if (types === undefined) return undefined;
  return instanceTypes(types).find((type) => type.name === name);
}

/** An instance made from what `encode` of its type gave. */
export function restored(type: InstanceType, stored: unknown): object {
  return type.finish(type.create?.(), stored);
}

/** Whether an entry of `types` is a class, not a codec. */
export function isClass(entry: TypeCodecs[string]): entry is PlainClass {
  return typeof entry === "function";
}

/** The entries of `types`, in their order. */
export function instanceTypes(types: TypeCodecs): readonly InstanceType[] {
  return knownTypes(types).entries;
}

/** The entries of a `types`, also arranged so that the type of an instance is found quickly. */
interface KnownTypes {
  readonly entries: readonly InstanceType[];
  readonly codecs: readonly InstanceType[];
  /** The plain types by their prototypes, each with the codecs that come first and may take it. */
  readonly plain: ReadonlyMap<unknown, PlainEntry>;
}

interface PlainEntry {
  readonly type: InstanceType;
  readonly codecsBefore: readonly InstanceType[];
}

/** Made once for each `types`: states have many instances. */
const known = new WeakMap<TypeCodecs, KnownTypes>();

function knownTypes(types: TypeCodecs): KnownTypes {
  let found = known.get(types);
  if (found === undefined) {
    found = arranged(
      Object.entries(types).map(([name, entry]) =>
        isClass(entry) ? plainType(name, entry.prototype) : codecType(name, entry),
      ),
    );
    known.set(types, found);
  }
  return found;
}

function arranged(entries: readonly InstanceType[]): KnownTypes {
  const codecs: InstanceType[] = [];
  const plain = new Map<unknown, PlainEntry>();
  for (const type of entries) {
    if (type.plain === undefined) codecs.push(type);
    else if (!plain.has(type.plain)) plain.set(type.plain, { type, codecsBefore: [...codecs] });
  }
  return { entries, codecs, plain };
}

function plainType(name: string, prototype: object): InstanceType {
  return {
    name,
    plain: prototype,
    is: (value) =>
      typeof value === "object" && value !== null && Object.getPrototypeOf(value) === prototype,
    encode: (instance) => ({ ...instance }),
    create: () => Object.create(prototype) as object,
    finish: (created, stored) =>
      // Defined, not assigned: the prototype may have a setter of that name.
      Object.defineProperties(created as object, Object.getOwnPropertyDescriptors(Object(stored))),
  };
}

function codecType(name: string, codec: TypeCodec | LinkedTypeCodec): InstanceType {
  const common = {
    name,
    plain: undefined,
    is: (value: unknown) => recognises(codec, value, name),
    encode: (instance: object): unknown => codec.encode(instance),
  };
  if ("decode" in codec) {
    return { ...common, create: undefined, finish: (_, stored) => codec.decode(stored) as object };
  }
  return {
    ...common,
    create: () => created(codec),
    finish(instance, stored) {
      codec.fill(instance, stored);
      return instance as object;
    },
  };
}

function created(codec: LinkedTypeCodec): object {
  const instance: unknown = codec.create();
  if (typeof instance === "object" && instance !== null) return instance;
  throw new TypeError(`expected create to return an object, got ${describe(instance)}`);
}

function recognises(codec: TypeCodec | LinkedTypeCodec, value: unknown, name: string): boolean {
  try {
    return codec.is(value) === true;
  } catch (cause) {
    const problem = cause instanceof Error ? messageWithin(cause) : String(cause);
    const message = `is of the codec ${name} failed: ${problem}`;
    throw new RewindError("FUNCTION_FAILED", message, { name }, { cause });
  }
}
