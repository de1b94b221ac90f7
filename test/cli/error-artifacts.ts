import { createHash } from "node:crypto";
import { brotliCompressSync } from "node:zlib";
import type { Kind } from "../../src/object/id.ts";
import { KINDS } from "../../src/object/id.ts";

/** An object as an artifact holds it. */
export interface Part {
  readonly kind: Kind;
  readonly body: Uint8Array;
}

/** The file of these objects, valid in its form whatever they are. */
export function artifactOf(parts: readonly Part[]): Uint8Array {
  return sealed([frame(Buffer.concat(parts.map(packed))), END]);
}

/** Invalid artifacts, by what is wrong with each; `parts` are those of a valid one. */
export function brokenArtifacts(parts: readonly Part[]): Readonly<Record<string, Uint8Array>> {
  const [run, ...others] = parts as [Part, ...Part[]];
  const whole = artifactOf(parts);
  const inside = Buffer.concat(parts.map(packed));
  return {
    "no-header": Buffer.from("not a replay file, and long enough to be one if it were one"),
    damaged: whole.map((byte, i) => (i === 100 ? byte ^ 0xff : byte)),
    "no-objects": sealed([END]),
    "no-run": artifactOf(others),
    twice: artifactOf([run, ...others, others[0] as Part]),
    incomplete: artifactOf([run, ...others.slice(0, -1)]),
    "without-program": artifactOf([run, ...others.filter(({ kind }) => kind !== "program")]),
    "with-more": artifactOf([...parts, { kind: "chunk", body: Buffer.from("more") }]),
    "ends-in-header": sealed([frame(inside), Buffer.alloc(3)]),
    "ends-in-frame": sealed([frame(inside).subarray(0, -1)]),
    "goes-on": sealed([frame(inside), END, Buffer.from("more")]),
    "huge-frame": sealed([header(0xffffffff, 10), Buffer.alloc(10)]),
    "no-brotli": sealed([header(100, 8), Buffer.alloc(8, 0xff), END]),
    "half-an-object": sealed([frame(inside.subarray(0, -1)), END]),
    "half-a-header": sealed([frame(Buffer.concat([inside, Buffer.alloc(2)])), END]),
    "unknown-kind": sealed([frame(Buffer.concat([inside, Buffer.from([99, 0, 0, 0, 0])])), END]),
    "no-valid-run": artifactOf([{ kind: "run", body: Buffer.from([0x80]) }]),
  };
}

const END: Buffer = Buffer.alloc(8);

function packed({ kind, body }: Part): Buffer {
  const head = Buffer.alloc(5);
  head[0] = KINDS.indexOf(kind);
  head.writeUInt32LE(body.length, 1);
  return Buffer.concat([head, body]);
}

function header(rawLength: number, packedLength: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(rawLength, 0);
  head.writeUInt32LE(packedLength, 4);
  return head;
}

function frame(raw: Buffer): Buffer {
  const content = brotliCompressSync(raw);
  return Buffer.concat([header(raw.length, content.length), content]);
}

function sealed(parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from("rewind replay v1"), ...parts]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}
