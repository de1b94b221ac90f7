import path from "node:path";
import { toHex } from "../../base/bytes.ts";
import { type Files, withFile } from "../host/files.ts";
import { runningHash } from "../host/platform.ts";
import type { OutputNotes, OutputPlace } from "./output-notes.ts";
import { checkOutputFile, onOutput } from "./output-place.ts";

/** A file of an output, as it is found. */
export interface FoundFile {
  readonly size: number;
  /** The number of its names: another one may be a user's backup. */
  readonly links: number;
  /** Whether it holds what was left there, and nothing of anybody else. */
  readonly isOurs: boolean;
  /** Whether the bytes up to a noted place are as noted. */
  has(place: OutputPlace): boolean;
}

/** Compares a file with the notes of its folder; undefined if it does not exist. */
export function foundFile(
  files: Files,
  folder: string,
  name: string,
  notes: OutputNotes | undefined,
): FoundFile | undefined {
  const there = checkOutputFile(files, folder, name);
  if (there === undefined) return undefined;
  const { size, links } = there;
  const file = path.join(folder, ...name.split("/"));
  const noted = (notes?.places ?? []).flatMap(({ at }) => (at[name] ? [at[name]] : []));
  const lengths = noted.map(([bytes]) => bytes).filter((bytes) => bytes <= size);
  const digests = onOutput(file, name, () => digestsOf(files, file, lengths));
  const agrees = ([bytes, digest]: readonly [number, string]) => digests.get(bytes) === digest;
  const inside = noted.filter(([bytes]) => bytes <= size);
  const matched = Math.max(-1, ...inside.filter(agrees).map(([bytes]) => bytes));
  const isWhole = inside.every(agrees) && notes?.names.includes(name) === true;
  return {
    ...{ size, links },
    // A recording that was killed may have written more than it noted.
    isOurs: size === 0 || (isWhole && (size === matched || notes?.isOpen === true)),
    has: ({ at }) => at[name] === undefined || (at[name][0] <= size && agrees(at[name])),
  };
}

const PART_BYTES = 1 << 20;

/** The SHA-256 of the first bytes of a file, for each of these lengths, in rising order. */
export function digestsOf(
  files: Files,
  file: string,
  lengths: readonly number[],
): ReadonlyMap<number, string> {
  const digests = new Map<number, string>();
  withFile(files, file, "read", (descriptor) => {
    const hash = runningHash();
    let done = 0;
    for (const length of [...lengths].sort((a, b) => a - b)) {
      while (done < length) {
        const part = files.read(descriptor, done, Math.min(PART_BYTES, length - done));
        if (part.length === 0) return;
        hash.update(part);
        done += part.length;
      }
      if (!digests.has(length)) digests.set(length, toHex(hash.digest()));
    }
  });
  return digests;
}

/** Reads the first bytes of a file, part by part. */
export function readParts(
  files: Files,
  file: string,
  length: number,
  take: (part: Uint8Array) => void,
): void {
  withFile(files, file, "read", (descriptor) => {
    for (let done = 0; done < length; ) {
      const part = files.read(descriptor, done, Math.min(PART_BYTES, length - done));
      if (part.length === 0) throw new Error("it became shorter while it was read");
      take(part);
      done += part.length;
    }
  });
}
