import { checkBytes } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { Pcg64State } from "./pcg64.ts";

/** Differs from the length of every other generator's state. */
const STATE_BYTES = 37;
const INCREMENT_AT = 16;
const HAS32_AT = 32;
const SPARE32_AT = 33;

/** All that the next draws depend on: state and increment, 16 bytes each, and the 32 bits left. */
export function packState({ state, increment, has32, spare32 }: Pcg64State): Uint8Array {
  const bytes = new Uint8Array(STATE_BYTES);
  const view = new DataView(bytes.buffer);
  writeWide(view, 0, state);
  writeWide(view, INCREMENT_AT, increment);
  view.setUint8(HAS32_AT, has32);
  // A spare that was drawn is left out, so that equal futures have equal states.
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
    throw new RewindError("INVALID_ARGUMENT", "expected a numpy state, got bytes that are none");
  }
  return { state: readWide(view, 0), increment, has32: has32 as 0 | 1, spare32 };
}

function writeWide(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, BigInt.asUintN(64, value), true);
  view.setBigUint64(at + 8, value >> 64n, true);
}

function readWide(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n);
}
