import { Decoder } from "cbor-x/decode";

// int64AsNumber: integers beyond 32 bits come back as numbers, not as bigints.
// copyBuffers: what is decoded must not be a view of the input.
const options = {
  useRecords: false,
  mapsAsObjects: true,
  int64AsNumber: true,
  copyBuffers: true,
};
const decoder = new Decoder(options);

/**
 * The value of well-formed CBOR without tags; whoever calls has scanned the bytes. Tags never come
 * here: cbor-x's table of tag handlers is shared by the whole process and open to every program in
 * it, some of its handlers evaluate code or expand without bound, and others lose data.
 */
export function decodePlain(bytes: Uint8Array): unknown {
  // A view of our own: cbor-x leaves a property on its input, and gives Buffers for a Buffer.
  return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}
