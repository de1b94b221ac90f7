import { concatBytes, utf8 } from "../../src/base/bytes.ts";
import { encode } from "../../src/codec/encode.ts";
import { nodeCompression, nodeHash } from "../../src/node/host/platform.ts";
import { encodeBody, idBytes } from "../../src/object/body.ts";
import { type Id, KINDS, type Kind, objectId } from "../../src/object/id.ts";
import { decodeRun, encodeRun, type RunManifest } from "../../src/object/run.ts";
import { openArtifact } from "../../src/store/artifact.ts";
import { encodeContents, type SavedRun } from "../../src/store/artifact-contents.ts";
import type { ArtifactObject } from "../../src/store/artifact-frames.ts";

/** A file with a valid hash that is not a run, or would take too much to read. */
export interface HostileArtifact {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const HEADER = utf8("rewind replay v1");
const MEGABYTE = 1 << 20;

function numbers(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return bytes;
}

function object(kind: Kind, body: Uint8Array, length: number = body.length): Uint8Array {
  return concatBytes([Uint8Array.of(KINDS.indexOf(kind)), numbers(length), body]);
}

function frame(raw: Uint8Array, declared: number = raw.length): Uint8Array {
  const packed = nodeCompression.compress(raw, "fast");
  return concatBytes([numbers(declared, packed.length), packed]);
}

/** The file of a run. */
function artifactOf(run: Id<"run">, ...frames: Uint8Array[]): Uint8Array {
  return artifactWith([run], [], ...frames);
}

/** The file that lists these runs, and requires others. */
function artifactWith(
  runs: readonly Id<"run">[],
  requires: readonly Id<"run">[],
  ...frames: Uint8Array[]
): Uint8Array {
  const [saved, required] = [runs, requires].map((ids) => ids.map((run) => ({ run, names: [] })));
  const list = encodeContents({ runs: saved as SavedRun[], requires: required as SavedRun[] });
  const bytes = concatBytes([HEADER, numbers(list.length), list, ...frames, new Uint8Array(8)]);
  return concatBytes([bytes, nodeHash(bytes)]);
}

/** A chunk of its own for each number: nearly all zeros. */
function chunkOf(number: number, length: number): Uint8Array {
  return concatBytes([numbers(number), new Uint8Array(length - 4)]);
}

/** The file of a run whose last checkpoints have `count` different chunks: each, or all together. */
function withChunks(
  manifest: RunManifest,
  rest: readonly Uint8Array[],
  {
    count,
    length,
    inOne = false,
  }: { readonly count: number; readonly length: number; readonly inOne?: boolean },
): Uint8Array {
  const entries = inOne ? manifest.edge.entries.slice(0, 1) : manifest.edge.entries;
  const each = Math.ceil(count / entries.length);
  const chunk = (entry: number, i: number): Uint8Array => chunkOf(entry * each + i, length);
  const states = entries.map((_, entry) => {
    const ids = Array.from({ length: each }, (_, i) =>
      idBytes(objectId(nodeHash, "chunk", chunk(entry, i))),
    );
    return encodeBody("state", [each * length, ids]);
  });
  const edge = {
    ...manifest.edge,
    entries: manifest.edge.entries.map((entry, i) => {
      const id = objectId(nodeHash, "state", states[i] ?? (states[0] as Uint8Array));
      return { ...entry, state: { id } };
    }),
  };
  const frames: Uint8Array[] = [];
  const run = encodeRun({ ...manifest, edge });
  let objects = [object("run", run), ...rest];
  let bytes = 0;
  for (const [entry, state] of states.entries()) {
    objects.push(object("state", state));
    for (let i = 0; i < each; i++) {
      objects.push(object("chunk", chunk(entry, i)));
      bytes += length;
      if (bytes < 4 * MEGABYTE) continue;
      frames.push(frame(concatBytes(objects)));
      objects = [];
      bytes = 0;
    }
  }
  const last = objects.length > 0 ? [frame(concatBytes(objects))] : [];
  return artifactOf(objectId(nodeHash, "run", run), ...frames, ...last);
}

/** The file of a run with a state in 200,000 chunks of four bytes. */
export async function manyChunks(sound: Uint8Array): Promise<Uint8Array> {
  const { manifest, rest } = await partsOf(sound);
  return withChunks(manifest, rest, { count: 200_000, length: 4, inOne: true });
}

/** Files made from a file that `save` wrote. */
export async function hostileArtifacts(sound: Uint8Array): Promise<HostileArtifact[]> {
  const { run, manifest, rest } = await partsOf(sound);
  const of = (...parts: Uint8Array[]): Uint8Array => {
    const [first = new Uint8Array()] = parts;
    return artifactOf(objectId(nodeHash, "run", first.subarray(5)), frame(concatBytes(parts)));
  };
  const withRun = (changes: object): Uint8Array =>
    of(object("run", encodeRun({ ...manifest, ...changes })), ...rest);
  const [segment] = manifest.segments;
  const found: HostileArtifact[] = [];
  const add = (name: string, bytes: Uint8Array): void => void found.push({ name, bytes });

  for (const kind of KINDS) {
    add(
      `a ${kind} of 100 MB of zeros`,
      of(object("run", encodeRun(manifest)), ...rest, object(kind, new Uint8Array(100 * MEGABYTE))),
    );
    add(
      `a ${kind} of 5 MB of zeros`,
      of(object("run", encodeRun(manifest)), ...rest, object(kind, new Uint8Array(5 * MEGABYTE))),
    );
    add(
      `a ${kind} that declares 4 GB`,
      of(object("run", encodeRun(manifest)), ...rest, object(kind, new Uint8Array(9), 2 ** 32 - 1)),
    );
    add(`a ${kind} in place of the run`, of(object(kind, encode([1, 2, 3])), ...rest));
    const list = encode(new Array(2_000_000).fill(0));
    add(
      `a ${kind} of two million zeros in a list`,
      of(object("run", encodeRun(manifest)), ...rest, object(kind, list)),
    );
  }
  const large = { count: 10_000, length: 50_000 };
  add("half a gigabyte in chunks of 50 kB", withChunks(manifest, rest, large));
  add("20,000 tiny chunks", withChunks(manifest, rest, { count: 20_000, length: 4 }));
  add(
    "a million tiny objects that nothing needs",
    of(
      object("run", encodeRun(manifest)),
      concatBytes(Array.from({ length: 1_000_000 }, (_, i) => object("chunk", chunkOf(i, 4)))),
    ),
  );
  for (const declared of [2 ** 26, 2 ** 27, 2 ** 30, 2 ** 32 - 1]) {
    add(
      `a frame that declares ${declared} bytes`,
      artifactOf(run, frame(new Uint8Array(1000), declared)),
    );
    const frames = Array.from({ length: 40 }, () => frame(new Uint8Array(9), declared));
    add(`forty frames that declare ${declared} bytes each`, artifactOf(run, ...frames));
  }
  add(
    "a run of many segments",
    withRun({
      segments: Array.from({ length: manifest.steps }, (_, start) => ({
        ...segment,
        start: start * manifest.blockSize,
      })).filter(({ start }) => start <= manifest.steps),
    }),
  );
  let deep: unknown = 1;
  for (let i = 0; i < 980; i++) deep = i % 2 === 0 ? [deep] : { a: deep };
  add("a note 980 levels deep", withRun({ meta: { deep } }));
  add("a million zeros in a note", withRun({ meta: { zeros: new Array(1_000_000).fill(0) } }));
  add(
    "a message with terminal controls",
    withRun({
      meta: {
        message: "\u001b[2J\u009b1m\u202e\u200b",
        author: "\u001b]0;x\u0007",
        time: "\u001b[1m",
      },
    }),
  );
  add(
    "notes of the wrong types",
    withRun({
      meta: { message: 5, author: [], time: {}, host: "x", git: 1, replaces: [] },
    }),
  );
  add(
    "seventeen parents",
    (() => {
      const body = encodeRun({
        ...manifest,
        parents: Array.from({ length: 17 }, () => ({ run, step: 0 })),
      });
      return of(object("run", body), ...rest);
    })(),
  );
  const runs = Array.from({ length: 1_000 }, (_, i) =>
    encodeRun({ ...manifest, meta: { i, zeros: "0".repeat(60_000) } }),
  );
  const ids = runs.map((body) => objectId(nodeHash, "run", body));
  const [first = new Uint8Array(), ...others] = runs.map((body) => object("run", body));
  add(
    "a thousand runs with large notes",
    artifactWith(ids, [], frame(concatBytes([first, ...rest, ...others]))),
  );
  add(
    "a run that is listed and missing",
    artifactWith(
      [run, ...ids.slice(1, 3)],
      [],
      frame(concatBytes([object("run", encodeRun(manifest)), ...rest])),
    ),
  );
  add(
    "a run that requires others, and holds nothing but its manifest",
    artifactWith([run], ids.slice(0, 3), frame(object("run", encodeRun(manifest)))),
  );
  for (const at of [0, 15, 16, 40, sound.length - 33, sound.length - 1]) {
    const changed = sound.slice();
    changed[at] = (changed[at] as number) ^ 1;
    add(`a file whose byte ${at} is flipped`, changed);
    add(`a file cut at byte ${at}`, sound.subarray(0, at));
  }
  return found;
}

async function partsOf(sound: Uint8Array): Promise<{
  readonly run: Id<"run">;
  readonly manifest: RunManifest;
  readonly rest: readonly Uint8Array[];
}> {
  const objects: ArtifactObject[] = [];
  const artifact = openArtifact(sound, nodeCompression, nodeHash);
  await artifact.read((object) => void objects.push(object));
  const [{ run }] = artifact.contents.runs as [SavedRun];
  const [first, ...others] = objects as [ArtifactObject, ...ArtifactObject[]];
  const rest = others.map(({ kind, body }) => object(kind, body));
  return { run, manifest: decodeRun(first.body), rest };
}
