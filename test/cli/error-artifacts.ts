import { createHash } from "node:crypto";
import { brotliCompressSync } from "node:zlib";
import { nodeHash } from "../../src/node/host/platform.ts";
import { type Id, KINDS, type Kind, objectId } from "../../src/object/id.ts";
import { encodeContents } from "../../src/store/artifact-contents.ts";

/** An object as an artifact holds it. */
export interface Part {
  readonly kind: Kind;
  readonly body: Uint8Array;
}

/** The file of these objects, valid in its form whatever they are. */
export function artifactOf(parts: readonly Part[]): Uint8Array {
  const [run] = parts;
  return sealedOf(run as Part, [frame(Buffer.concat(parts.map(packed))), END]);
}

/** Invalid artifacts, by what is wrong with each; `parts` are those of a valid one. */
export function brokenArtifacts(parts: readonly Part[]): Readonly<Record<string, Uint8Array>> {
  const [run, ...others] = parts as [Part, ...Part[]];
  const whole = artifactOf(parts);
  const of = (frames: readonly Uint8Array[]): Uint8Array => sealedOf(run, frames);
  const id = objectId(nodeHash, "run", run.body);
  const other = "5".repeat(64) as Id<"run">;
  const none = Buffer.from([0x80]);
  // The second run has the names of the first, by a reference.
  const twoRuns = Buffer.from([0x82, 0x82, 0x82, 0x58, 0x20]);
  const shared = Buffer.concat([
    Buffer.alloc(32, 1),
    Buffer.from([0xd8, 0x1c, 0x81, 0x61, 0x61, 0x82, 0x58, 0x20]),
    Buffer.alloc(32, 2),
    Buffer.from([0xd8, 0x1d, 0x00]),
  ]);
  const many = Array.from({ length: 1_001 }, (_, i) => {
    const name = Buffer.alloc(32);
    name.writeUInt32LE(i);
    return Buffer.concat([Buffer.from([0x82, 0x58, 0x20]), name, none]);
  });
  const inside = Buffer.concat(parts.map(packed));
  return {
    "no-list": sealed([Buffer.alloc(4, 0xff)]),
    "wrong-list": sealedWith(Buffer.from([0x82, 0x80]), [END]),
    "long-list": sealedWith(Buffer.alloc(2 ** 20 + 1), [END]),
    "lists-none": sealedWith(Buffer.from([0x82, 0x80, 0x80]), [END]),
    "lists-twice": sealedWith(list([id, id], []), [END]),
    "lists-many": sealedWith(
      Buffer.concat([Buffer.from([0x82, 0x99, 0x03, 0xe9]), ...many, none]),
      [END],
    ),
    "other-list": sealedWith(Buffer.concat([twoRuns, shared, none]), [END]),
    thin: sealedWith(list([id], [other]), [frame(packed(run)), END]),
    "no-header": Buffer.from("not a replay file, and long enough to be one if it were one"),
    damaged: whole.map((byte, i) => (i === 100 ? byte ^ 0xff : byte)),
    "no-objects": of([END]),
    "no-run": of([frame(Buffer.concat(others.map(packed))), END]),
    twice: artifactOf([run, ...others, others[0] as Part]),
    incomplete: artifactOf([run, ...others.filter(({ kind }) => kind !== "tile").slice(0, 1)]),
    "without-program": artifactOf([run, ...others.filter(({ kind }) => kind !== "program")]),
    "with-more": artifactOf([...parts, { kind: "chunk", body: Buffer.from("more") }]),
    "ends-in-header": of([frame(inside), Buffer.alloc(3)]),
    "ends-in-frame": of([frame(inside).subarray(0, -1)]),
    "goes-on": of([frame(inside), END, Buffer.from("more")]),
    "huge-frame": of([header(0xffffffff, 10), Buffer.alloc(10)]),
    "no-brotli": of([header(100, 8), Buffer.alloc(8, 0xff), END]),
    "half-an-object": of([frame(inside.subarray(0, -1)), END]),
    "half-a-header": of([frame(Buffer.concat([inside, Buffer.alloc(2)])), END]),
    "unknown-kind": of([frame(Buffer.concat([inside, Buffer.from([99, 0, 0, 0, 0])])), END]),
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

/** The file with these frames that lists the run of this object. */
function sealedOf({ body: run }: Part, frames: readonly Uint8Array[]): Buffer {
  return sealedWith(list([objectId(nodeHash, "run", run)], []), frames);
}

/** The list of runs of a file. */
function list(runs: readonly Id<"run">[], requires: readonly Id<"run">[]): Uint8Array {
  const saved = (run: Id<"run">) => ({ run, names: ["main"] });
  return encodeContents({ runs: runs.map(saved), requires: requires.map(saved) });
}

function sealedWith(list: Uint8Array, frames: readonly Uint8Array[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(list.length);
  return sealed([length, list, ...frames]);
}

function sealed(parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from("rewind replay v1"), ...parts]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}
