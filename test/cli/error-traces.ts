import { concatBytes, utf8 } from "../../src/base/bytes.ts";
import { encode } from "../../src/codec/encode.ts";
import { nodeCompression, nodeHash } from "../../src/node/host/platform.ts";
import { decodeTrace, digestOf, encodeTrace } from "../../src/store/trace-file.ts";

/** The file of a trace with this content, whose hash is right. */
export function traceFile(content: Uint8Array, declared: number = content.length): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, declared, true);
  const packed = nodeCompression.compress(content, "small");
  const bytes = concatBytes([utf8("rewind trace v1\n"), length, packed]);
  return concatBytes([bytes, nodeHash(bytes)]);
}

/** Invalid traces, by what is wrong with each; `whole` is a valid one. */
export function brokenTraces(whole: Uint8Array): Readonly<Record<string, Uint8Array>> {
  const trace = decodeTrace(whole, nodeCompression, nodeHash);
  const state = Uint8Array.of(0xff);
  const stretches = trace.stretches.map((stretch) => {
    const digests = stretch.digests.slice();
    digests.set(digestOf(state, nodeHash));
    return { ...stretch, digests, states: [state] };
  });
  return {
    "no-header": utf8("not a trace, and long enough to be one if it were one, more or less"),
    damaged: whole.map((byte, i) => (i === 40 ? byte ^ 0xff : byte)),
    large: traceFile(encode(5), 2 ** 32 - 1),
    content: traceFile(encode(5)),
    "no-state": encodeTrace({ ...trace, stretches }, nodeCompression, nodeHash),
  };
}
