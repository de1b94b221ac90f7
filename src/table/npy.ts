/**
 * The beginning of a .npy file, before the values: NEP 1, version 1.0, or 2.0 if the header takes
 * 65,536 bytes or more. `descr` is numpy's name of the type of values.
 */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const lengthBytes = text.length + 1 < 1 << 16 ? 2 : 4;
  const before = MAGIC.length + 2 + lengthBytes;
  // The values begin at a multiple of 64, for those who map the file into memory.
  const total = Math.ceil((before + text.length + 1) / 64) * 64;
  const header = `${text.padEnd(total - before - 1)}\n`;
  const bytes = new Uint8Array(total);
  bytes.set(MAGIC);
  bytes[MAGIC.length] = lengthBytes === 2 ? 1 : 2;
  const view = new DataView(bytes.buffer);
  if (lengthBytes === 2) view.setUint16(MAGIC.length + 2, header.length, true);
  else view.setUint32(MAGIC.length + 2, header.length, true);
  for (let i = 0; i < header.length; i++) bytes[before + i] = header.charCodeAt(i);
  return bytes;
}

const MAGIC: Uint8Array = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
