import { equalBytes } from "../../base/bytes.ts";
import { checkBytes } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { MT_WORDS, Mt19937 } from "../mersenne/mt19937.ts";
import { checkDeviates, type TorchState } from "./state.ts";
import { torchEra, versionCode, versionOfCode } from "./version.ts";

const SEED_AT = 0;
const DRAWN_AT = 8;
const FLAGS_AT = 10;
const VERSION_AT = 11;
const FLOAT_AT = 12;
const NORMAL_AT = 16;
const WORDS_AT = 24;
const COMPACT_BYTES = WORDS_AT + 4 * MT_WORDS;

const FRESH = 1;
const HAS_NORMAL = 2;
const HAS_FLOAT = 4;

/**
 * A state in half the bytes of PyTorch's own form, for checkpoints: the seed, the number of words
 * drawn, flags, the version of PyTorch that is followed, the spare normal deviates and the 624
 * words, all little-endian, 2,520 bytes.
 */
export function writeCompactState(state: TorchState, version: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(COMPACT_BYTES);
  const view = new DataView(bytes.buffer);
  const { seed, twister, fresh, spareNormal, spareFloat } = state;
  view.setBigUint64(SEED_AT, seed, true);
  view.setUint16(DRAWN_AT, twister.drawn, true);
  const spares =
    (spareNormal === undefined ? 0 : HAS_NORMAL) | (spareFloat === undefined ? 0 : HAS_FLOAT);
  view.setUint8(FLAGS_AT, (fresh ? FRESH : 0) | spares);
  view.setUint8(VERSION_AT, versionCode(version));
  view.setFloat32(FLOAT_AT, spareFloat ?? 0, true);
  view.setFloat64(NORMAL_AT, spareNormal ?? 0, true);
  for (let i = 0; i < MT_WORDS; i++)
    view.setUint32(WORDS_AT + 4 * i, twister.words[i] as number, true);
  return bytes;
}

/** Reads the bytes of `writeCompactState`. Throws INVALID_ARGUMENT for any others. */
export function readCompactState(bytes: Uint8Array): { state: TorchState; version: string } {
  checkBytes(bytes, "a torch state", COMPACT_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const drawn = view.getUint16(DRAWN_AT, true);
  const flags = view.getUint8(FLAGS_AT);
  const version = versionOfCode(view.getUint8(VERSION_AT));
  const fresh = (flags & FRESH) !== 0;
  if (drawn < 1 || drawn > MT_WORDS || flags > 7 || (fresh && drawn < MT_WORDS)) {
    throw invalidArgument(
      `expected 1 to ${MT_WORDS} drawn words, got ${drawn} with flags ${flags}`,
    );
  }
  torchEra(version);
  const words = new Uint32Array(MT_WORDS);
  for (let i = 0; i < MT_WORDS; i++) words[i] = view.getUint32(WORDS_AT + 4 * i, true);
  const state = {
    seed: view.getBigUint64(SEED_AT, true),
    twister: Mt19937.restored(words, drawn),
    fresh,
    spareNormal: (flags & HAS_NORMAL) === 0 ? undefined : view.getFloat64(NORMAL_AT, true),
    spareFloat: (flags & HAS_FLOAT) === 0 ? undefined : view.getFloat32(FLOAT_AT, true),
  };
  // One form for each state: without its flag, a deviate is 0.
  if (equalBytes(writeCompactState(checkDeviates(state), version), bytes))
    return { state, version };
  throw invalidArgument("expected each spare deviate whose flag is off to be 0, got another value");
}
