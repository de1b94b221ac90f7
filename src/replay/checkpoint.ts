import { concatBytes, equalBytes, utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { fromLeb128, toLeb128 } from "../base/leb128.ts";
import type { Standing } from "./advance.ts";
import { type Environment, encodeState } from "./environment.ts";
import type { LiveSegment } from "./segment.ts";
import type { StreamStates } from "./streams.ts";

/** The part of a place in a run that is stored. */
export interface Checkpoint {
  /** The encoded state. */
  readonly encoded: Uint8Array;
  /** The states of the generators; undefined if they are seeded again at this step. */
  readonly streams: StreamStates | undefined;
}

/** The stored bytes of a live position. Throws UNSUPPORTED_STATE. */
export function checkpointOf(position: Standing, env: Environment): Uint8Array {
  const { state, segment } = position;
  return encodeCheckpoint(position, encodeState(state, segment.simulation, env));
}

/**
 * The same for a state that is encoded already. In most runs these bytes are the encoding alone. In
 * a continuous run the generators come first: the main one's state, the number of named ones, then
 * the name and state of each. Each name and each state follows its length.
 */
export function encodeCheckpoint(
  { streams, segment }: Pick<Standing, "streams" | "segment">,
  encoded: Uint8Array,
): Uint8Array {
  if (segment.source.rule !== "continuous") return encoded;
  return concatBytes([encodeStreams(streams.states()), encoded]);
}

function encodeStreams({ main, named }: StreamStates): Uint8Array {
  return concatBytes([
    ...withLength(main),
    numberBytes(named.length),
    ...named.flatMap(([name, state]) => [...withLength(utf8(name)), ...withLength(state)]),
  ]);
}

/** Reads what `encodeCheckpoint` gave. Throws OBJECT_INVALID. */
export function decodeCheckpoint(bytes: Uint8Array, segment: LiveSegment): Checkpoint {
  if (segment.source.rule !== "continuous") return { encoded: bytes, streams: undefined };
  let at = 0;
  const number = (): number => {
    const found = fromLeb128(bytes, at, 5);
    if (found === undefined) throw invalid();
    at = found.end;
    return Number(found.value);
  };
  const part = (): Uint8Array => {
    const length = number();
    if (length > bytes.length - at) throw invalid();
    at += length;
    return bytes.slice(at - length, at);
  };
  const main = part();
  const named = Array.from({ length: checkedCount(number(), bytes) }, () => {
    return [UTF8.decode(part()), part()] as const;
  });
  const streams = { main, named };
  const isSorted = named.every(([name], i) => i === 0 || (named[i - 1] as Named)[0] < name);
  // One meaning has one form: refuse a length in too many bytes, and a name that is not UTF-8.
  if (!isSorted || !equalBytes(encodeStreams(streams), bytes.subarray(0, at))) throw invalid();
  return { encoded: bytes.subarray(at), streams };
}

/** Keeps U+FEFF at the beginning of a name: a decoder drops it by default. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

type Named = StreamStates["named"][number];

function withLength(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  return [numberBytes(bytes.length), bytes];
}

function numberBytes(value: number): Uint8Array {
  return Uint8Array.from(toLeb128(value));
}

/**
 * Each named generator takes at least two bytes: refuse a larger count before allocating for it.
 */
function checkedCount(count: number, bytes: Uint8Array): number {
  if (count > bytes.length / 2) throw invalid();
  return count;
}

function invalid(): RewindError {
  return new RewindError(
    "OBJECT_INVALID",
    "not a valid checkpoint: expected the states of its generators before the state",
  );
}
