import { equalBytes, fromHex, toHex } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { MAJOR, Writer } from "../codec/cbor/writer.ts";
import { type DecodeLimits, decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import type { Id, Kind } from "./id.ts";

/**
 * The longest body of each kind, in bytes. A file of a few kilobytes can unpack to
 * gigabytes, and a decoded list takes a hundred times as much memory.
 */
const LONGEST_BODY: Readonly<Record<Kind, number>> = {
  ...{ state: 1 << 26, params: 1 << 26, tile: 1 << 20 },
  ...{ program: 1 << 22, seeds: 1 << 16, run: 1 << 22, tag: 1 << 20, chunk: 1 << 27 },
  // Both hold up to 64 sketches for each level of the tree, of a few kilobytes each.
  ...{ observed: 1 << 26, summary: 1 << 26 },
  ...{ ensemble: 1 << 22, rows: 1 << 22, results: 1 << 20 },
};

/** The longest body that an object of this kind can have, in bytes. */
export function longestBody(kind: Kind): number {
  return LONGEST_BODY[kind];
}

/** The bytes of an object whose content is `value`, an array of a fixed schema. Throws TOO_LONG. */
export function encodeBody(kind: Kind, value: readonly unknown[]): Uint8Array {
  const out = new Writer();
  const body = writeFlat(out, value) ? out.take() : encode(unshared(value), { root: kind });
  const most = LONGEST_BODY[kind];
  if (body.length <= most) return body;
  throw new RewindError("TOO_LONG", lengthProblem(kind, body.length, most), { kind });
}

function lengthProblem(kind: Kind, length: number, most: number): string {
  const [got, limit] = [length, most].map(count);
  return `expected a ${kind} of at most ${limit} bytes, got ${got}`;
}

/**
 * Writes arrays of numbers and byte strings as `encode` would, without the checks that a state
 * needs: tiles and states consist of these. Returns false for anything else.
 */
function writeFlat(out: Writer, value: unknown): boolean {
  if (value instanceof Uint8Array) out.byteString(value);
  else if (typeof value === "number") out.number(value);
  else if (Array.isArray(value)) {
    out.head(MAJOR.ARRAY, value.length);
    return value.every((item) => writeFlat(out, item));
  } else return false;
  return true;
}

/**
 * A copy in which no object occurs twice: the state encoding shows which objects are shared and which
 * views show part of a buffer, but the body of an object must depend on its content alone.
 */
export function unshared(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(unshared);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  // fromEntries keeps "__proto__" a key.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unshared(item)]));
}

/**
 * Reads the body of an object: decodes it, lets `parse` check the schema, and refuses bytes that are
 * not the one canonical form. Throws OBJECT_INVALID, which names what was expected.
 */
export function decodeBody<T>(
  kind: Kind,
  body: Uint8Array,
  parse: (fields: Fields) => T,
  format: (value: T) => readonly unknown[],
): T {
  const most = LONGEST_BODY[kind];
  if (body.length > most) throw invalid(kind, lengthProblem(kind, body.length, most));
  try {
    const content = decode(body, { limits: limitsOf(kind, body) });
    const parsed = parse(new Fields(content, kind));
    if (!equalBytes(encodeBody(kind, format(parsed)), body)) {
      throw invalid(kind, "expected the canonical encoding, got another one of the same content");
    }
    return parsed;
  } catch (error) {
    if (error instanceof RewindError && error.code !== "INVALID_ENCODING") throw error;
    throw new RewindError(
      "OBJECT_INVALID",
      `${notValid(kind)}: ${(error as Error).message}`,
      { kind },
      { cause: error },
    );
  }
}

/** Far above any real body: a few bytes can stand for a value that takes a hundred. */
function limitsOf(kind: Kind, body: Uint8Array): Partial<DecodeLimits> {
  // Their lists of chunks are read without this.
  if (kind === "state" || kind === "params") return { items: 10_000 };
  const items = 10_000 + Math.floor(body.length / BYTES_PER_ITEM);
  return kind === "run" ? { items, depth: 64, bigintBytes: 125 } : { items };
}

/** A body consists mostly of ids, of 32 bytes each. */
const BYTES_PER_ITEM = 4;

function invalid(kind: string, problem: string): RewindError {
  return new RewindError("OBJECT_INVALID", `${notValid(kind)}: ${problem}`, { kind });
}

function notValid(kind: string): string {
  if (kind === "observed") return "not valid observations";
  return PLURAL.has(kind) ? `not valid ${kind}` : `not a valid ${kind}`;
}

const PLURAL: ReadonlySet<string> = new Set(["seeds", "params", "rows", "results"]);

/** An array whose elements are read in order, each checked for its type. */
export class Fields {
  readonly #values: readonly unknown[];
  readonly #kind: string;
  /** The element of the body that this array is, such as `7.0`; undefined for the body itself. */
  readonly #place: string | undefined;
  #next = 0;

  constructor(value: unknown, kind: string, place?: string) {
    this.#kind = kind;
    this.#place = place;
    if (!Array.isArray(value)) {
      throw this.#invalid("expected an array", place === undefined ? "" : ` as element ${place}`);
    }
    this.#values = value;
  }

  get length(): number {
    return this.#values.length;
  }

  /** Refuses an array of any other length. */
  expectLength(...lengths: number[]): this {
    if (!lengths.includes(this.length)) {
      const inside = this.#place === undefined ? "" : ` in element ${this.#place}`;
      throw this.#invalid(
        `expected ${lengths.join(" or ")} elements${inside}, got ${count(this.length)}`,
        "",
      );
    }
    return this;
  }

  raw(): unknown {
    return this.#values[this.#next++];
  }

  integer(low = 0, high: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.raw();
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= low && value <= high) {
      // -0 becomes 0, and is then refused as not canonical.
      return value + 0;
    }
    throw this.#invalid(`expected a whole number in ${low}..${high}`);
  }

  /** A number between these, which need not be whole. */
  number(low: number, high: number): number {
    const value = this.raw();
    // -0 becomes 0, and is then refused as not canonical.
    if (typeof value === "number" && value >= low && value <= high) return value + 0;
    throw this.#invalid(`expected a number in ${low}..${high}`);
  }

  /** Any number, NaN and infinities included. */
  double(): number {
    const value = this.raw();
    if (typeof value === "number") return value;
    throw this.#invalid("expected a number");
  }

  text(): string {
    const value = this.raw();
    if (typeof value === "string") return value;
    throw this.#invalid("expected a text");
  }

  bytes(length?: number): Uint8Array {
    const value = this.raw();
    if (value instanceof Uint8Array && (length === undefined || value.length === length))
      return value;
    throw this.#invalid(`expected ${length === undefined ? "some" : count(length)} bytes`);
  }

  bigint(): bigint {
    const value = this.raw();
    if (typeof value === "bigint") return value;
    throw this.#invalid("expected a big integer");
  }

  id<K extends Kind>(): Id<K> {
    return toHex(this.bytes(32)) as Id<K>;
  }

  /** The element as `read` reads it; undefined if it is null. */
  optional<T>(read: (fields: Fields) => T): T | undefined {
    if (this.#values[this.#next] !== null) return read(this);
    this.#next++;
    return undefined;
  }

  /** The element as an array, of `length` elements if given, each of which `read` reads. */
  list<T>(read: (elements: Fields) => T, length?: number): T[] {
    const elements = new Fields(this.raw(), this.#kind, this.#last());
    if (length !== undefined) elements.expectLength(length);
    return Array.from({ length: elements.length }, () => read(elements));
  }

  /** The element, itself an array of fields. */
  nested(): Fields {
    return new Fields(this.raw(), this.#kind, this.#last());
  }

  /** The element, a plain object. */
  record(): Record<string, unknown> {
    const value = this.raw();
    if (
      typeof value === "object" &&
      value !== null &&
      Object.getPrototypeOf(value) === Object.prototype
    ) {
      return value as Record<string, unknown>;
    }
    throw this.#invalid("expected an object");
  }

  /** Where the element is that was read last: `7.0.2` is element 2 of element 0 of element 7. */
  #last(): string {
    return `${this.#place === undefined ? "" : `${this.#place}.`}${this.#next - 1}`;
  }

  #invalid(problem: string, where = ` as element ${this.#last()}`): RewindError {
    return invalid(this.#kind, `${problem}${where}`);
  }
}

/** An id as stored in a body: its 32 bytes. */
export function idBytes(id: Id): Uint8Array {
  return fromHex(id);
}
