import { checkBytes } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { MT_WORDS, Mt19937 } from "../mersenne/mt19937.ts";

/**
 * Everything that the next draws of PyTorch's CPU generator depend on, and the seed that it
 * reports.
 */
export interface TorchState {
  readonly seed: bigint;
  readonly twister: Mt19937;
  /** Whether nothing was drawn since the seeding. */
  readonly fresh: boolean;
  /** The second normal deviate of a pair, if it has not been returned yet. */
  readonly spareNormal: number | undefined;
  /** The same in single precision. No draw on the CPU uses it; it is kept as it came. */
  readonly spareFloat: number | undefined;
}

/** Bytes in what `torch.get_rng_state()` returns. */
export const TORCH_STATE_BYTES = 5056;

const SEED_AT = 0;
const LEFT_AT = 8;
const SEEDED_AT = 12;
const NEXT_AT = 16;
const WORDS_AT = 24;
const NORMAL_AT = 5024;
const NORMAL_VALID_AT = 5040;
const FLOAT_AT = 5048;
const FLOAT_VALID_AT = 5052;

/**
 * A state in PyTorch's own form, little-endian: the seed, the number of words left and the index of
 * the next, the 624 words in 64 bits each, and the spare normal deviates. The words are those of
 * ATen's mt19937, the rest is its older layout, kept so that old checkpoints load.
 */
export function writeTorchState(state: TorchState): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TORCH_STATE_BYTES);
  const view = new DataView(bytes.buffer);
  const { drawn, words } = state.twister;
  view.setBigUint64(SEED_AT, state.seed, true);
  // Drawn words and words left make 625: the twist itself is done when the last one is asked for.
  view.setInt32(LEFT_AT, MT_WORDS + 1 - drawn, true);
  view.setInt32(SEEDED_AT, 1, true);
  view.setUint32(NEXT_AT, state.fresh ? 0 : drawn, true);
  for (let i = 0; i < MT_WORDS; i++) view.setUint32(WORDS_AT + 8 * i, words[i] as number, true);
  if (state.spareNormal !== undefined) {
    view.setFloat64(NORMAL_AT, state.spareNormal, true);
    view.setInt32(NORMAL_VALID_AT, 1, true);
  }
  if (state.spareFloat !== undefined) {
    view.setFloat32(FLOAT_AT, state.spareFloat, true);
    view.setUint8(FLOAT_VALID_AT, 1);
  }
  return bytes;
}

/**
 * The state in the bytes of `torch.get_rng_state()`. Throws INVALID_ARGUMENT for any others. Words
 * that are all zero, which draw only 0, are accepted, as in PyTorch.
 */
export function readTorchState(bytes: Uint8Array): TorchState {
  checkBytes(bytes, "a torch state", TORCH_STATE_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const left = view.getInt32(LEFT_AT, true);
  const next = view.getBigUint64(NEXT_AT, true);
  const fresh = left === 1 && next === 0n;
  const following = left >= 1 && left <= MT_WORDS && Number(next) === MT_WORDS + 1 - left;
  if (view.getInt32(SEEDED_AT, true) === 0 || !(fresh || following)) {
    throw invalidArgument(
      `expected a torch state with words left and next in step, got ${left} left and ${next} next`,
    );
  }
  return checkDeviates({
    seed: view.getBigUint64(SEED_AT, true),
    twister: Mt19937.restored(readWords(view), MT_WORDS + 1 - left),
    fresh,
    spareNormal:
      view.getInt32(NORMAL_VALID_AT, true) === 0 ? undefined : view.getFloat64(NORMAL_AT, true),
    spareFloat: view.getUint8(FLOAT_VALID_AT) === 0 ? undefined : view.getFloat32(FLOAT_AT, true),
  });
}

/** Checks that the spare deviates are finite: PyTorch never keeps others, and would return them. */
export function checkDeviates(state: TorchState): TorchState {
  const { spareNormal = 0, spareFloat = 0 } = state;
  if (Number.isFinite(spareNormal) && Number.isFinite(spareFloat)) return state;
  throw invalidArgument(
    `expected a torch state whose normal deviate is finite, got ${spareNormal} and ${spareFloat}`,
  );
}

function readWords(view: DataView): Uint32Array {
  // PyTorch keeps a word of 32 bits in 64, and uses the low half.
  return Uint32Array.from({ length: MT_WORDS }, (_, i) => view.getUint32(WORDS_AT + 8 * i, true));
}
