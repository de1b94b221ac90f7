import fs from "node:fs";

/** What a user's file is, as far as that decides whether another file may take its place. */
export type FileKind =
  | "an empty file"
  | "a saved run"
  | "a trace"
  | "JSON"
  | "text"
  | "binary data";

/** How much of a file is looked at, from its start and from its end. */
const LOOK_BYTES = 4096;

/** What an existing file is. */
export function kindOfFile(file: string): FileKind {
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY);
  try {
    const { size } = fs.fstatSync(descriptor);
    const read = (offset: number): Uint8Array => {
      const bytes = new Uint8Array(LOOK_BYTES);
      return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, LOOK_BYTES, offset));
    };
    return kindOfEnds(read(0), read(Math.max(0, size - LOOK_BYTES)));
  } finally {
    fs.closeSync(descriptor);
  }
}

/** What these bytes are as a file. */
export function kindOfBytes(bytes: Uint8Array): FileKind {
  return kindOfEnds(bytes.subarray(0, LOOK_BYTES), bytes.subarray(-LOOK_BYTES));
}

function kindOfEnds(start: Uint8Array, end: Uint8Array): FileKind {
  if (start.length === 0) return "an empty file";
  const text = Buffer.from(start).toString("latin1");
  if (text.startsWith("rewind replay v")) return "a saved run";
  if (text.startsWith("rewind trace v")) return "a trace";
  if (start.includes(0) || !isText(start)) return "binary data";
  return isJson(start, end) ? "JSON" : "text";
}

/** Whether bytes are UTF-8, of which the last character may be cut. */
function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether it is JSON: a long one is an object or a list, by its ends. */
function isJson(start: Uint8Array, end: Uint8Array): boolean {
  const [first, last] = [start, end].map((bytes) => Buffer.from(bytes).toString("latin1").trim());
  if (start.length === LOOK_BYTES) return /^[[{]/.test(first ?? "") && /[\]}]$/.test(last ?? "");
  try {
    JSON.parse(first ?? "");
    return true;
  } catch {
    return false;
  }
}
