import { createHash } from "node:crypto";
import type { TorchGenerator } from "../../../src/random/torch/generator.ts";

/** SHA-256 of bytes, or of the bytes under a typed array. */
export function digest(bytes: ArrayBufferView): string {
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return createHash("sha256").update(view).digest("hex");
}

/** The state as the vector files name it. */
export function stateOf(rng: TorchGenerator): string {
  return digest(rng.getRngState());
}

/** SHA-256 of a list as Python's `json.dumps` writes it, with a space after each comma. */
export function listDigest(list: readonly unknown[]): string {
  const text = JSON.stringify(list).replaceAll(",", ", ");
  return createHash("sha256").update(text).digest("hex");
}
