import { checkBytes, describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { checkOptions } from "../../base/options.ts";
import type { Pcg64State } from "./pcg64.ts";

/** Differs from the length of every other generator's state. */
const STATE_BYTES = 37;
const INCREMENT_AT = 16;
const HAS32_AT = 32;
const SPARE32_AT = 33;

/**
 * Everything that the next draws depend on: state and increment, 16 bytes each, and the spare 32
 * bits.
 */
export function packState({ state, increment, has32, spare32 }: Pcg64State): Uint8Array {
  const bytes = new Uint8Array(STATE_BYTES);
  const view = new DataView(bytes.buffer);
  writeWide(view, 0, state);
  writeWide(view, INCREMENT_AT, increment);
  view.setUint8(HAS32_AT, has32);
  // A spare that was already drawn is left out, so that equal futures have equal states.
  view.setUint32(SPARE32_AT, has32 === 1 ? spare32 : 0, true);
  return bytes;
}

/** What `packState` packed. Throws INVALID_ARGUMENT for any other bytes. */
export function unpackState(bytes: Uint8Array): Pcg64State {
  checkBytes(bytes, "a numpy state", STATE_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, STATE_BYTES);
  const has32 = view.getUint8(HAS32_AT);
  const spare32 = view.getUint32(SPARE32_AT, true);
  const increment = readWide(view, INCREMENT_AT);
  if (has32 > 1 || (has32 === 0 && spare32 !== 0) || (increment & 1n) === 0n) {
    throw invalidArgument("expected a numpy state, got other bytes");
  }
  return { state: readWide(view, 0), increment, has32: has32 as 0 | 1, spare32 };
}

/**
 * The state in the JSON of numpy's `bit_generator.state`, whose numbers are too long for
 * JavaScript's own reader. Throws INVALID_ARGUMENT for any other text.
 */
export function parseState(text: string): Pcg64State {
  const kind = /"bit_generator": *"(\w*)"/.exec(text)?.[1];
  if (kind !== undefined && kind !== "PCG64") {
    throw invalidArgument(`expected the state of a PCG64, got one of ${kind}`);
  }
  const number = (name: string): bigint => {
    const digits = new RegExp(`"${name}": *(\\d{1,39})[,}\\s]`).exec(text)?.[1];
    if (kind !== undefined && digits !== undefined) return BigInt(digits);
    throw invalidArgument(
      `expected what json.dumps(rng.bit_generator.state) prints in Python, got ${describe(text)}`,
    );
  };
  return checkState({
    state: number("state"),
    increment: number("inc"),
    has32: Number(number("has_uint32")) as 0 | 1,
    spare32: Number(number("uinteger")),
  });
}

/** Checks a state in JavaScript's own terms. Throws INVALID_ARGUMENT. */
export function checkState(given: Pcg64State): Pcg64State {
  checkOptions(given, ["state", "increment", "has32", "spare32"]);
  const { state, increment, has32, spare32 } = given;
  const check = (isRight: boolean, name: string, expected: string, value: unknown): void => {
    if (isRight) return;
    throw invalidArgument(
      `expected ${name} of a numpy state to be ${expected}, got ${describe(value)}`,
    );
  };
  check(isWide(state), "state", "a bigint in 0..2^128 - 1", state);
  check(
    isWide(increment) && (increment & 1n) === 1n,
    "increment",
    "an odd bigint in 0..2^128 - 1",
    increment,
  );
  check(has32 === 0 || has32 === 1, "has32", "0 or 1", has32);
  check(spare32 >>> 0 === spare32, "spare32", "a whole number in 0..2^32 - 1", spare32);
  return given;
}

function isWide(value: unknown): value is bigint {
  return typeof value === "bigint" && BigInt.asUintN(128, value) === value;
}

function writeWide(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, BigInt.asUintN(64, value), true);
  view.setBigUint64(at + 8, value >> 64n, true);
}

function readWide(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n);
}
