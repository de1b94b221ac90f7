import path from "node:path";
import { fromHex, toHex } from "../../base/bytes.ts";
import { type Checks, memoryChecks } from "../../replay/environment.ts";
import { appendOwnFile, readOwnFile, writeOwnFile } from "../host/own-file.ts";

/** The bytes of a key, and the most keys in a file: a longer one starts again from empty. */
const KEY_BYTES = 16;
const MOST_KEYS = 1 << 20;

/** Checks that are remembered in a file, if it can be written. */
export interface CheckedBlocks extends Checks {
  /** Writes new entries. A failure only costs another check later. */
  save(): void;
}

/**
 * Remembers checked blocks in the file `checked-<host>` of a user's folder, 16 bytes each; without
 * a folder, as long as this object lives. `host` is a text that differs between hosts whose replays
 * may give different bits.
 */
export function checkedBlocks(options: {
  readonly folder: string | undefined;
  host(): string;
  readonly limitMs?: number | undefined;
  readonly onUnchecked?: Checks["leftUnchecked"] | undefined;
}): CheckedBlocks {
  const { limitMs = Number.POSITIVE_INFINITY, onUnchecked = () => undefined } = options;
  const added: string[] = [];
  let file: string | undefined;
  let keys: Set<string> | undefined;
  const load = (): Set<string> => {
    if (keys === undefined) {
      file = options.folder && path.join(options.folder, `checked-${options.host()}`);
      keys = readKeys(file);
    }
    return keys;
  };
  return {
    limitMs,
    leftUnchecked: onUnchecked,
    has: (key) => load().has(key),
    add(key) {
      if (load().has(key)) return;
      load().add(key);
      added.push(key);
    },
    save() {
      if (file === undefined || added.length === 0) return;
      const write = load().size > MOST_KEYS ? writeOwnFile : appendOwnFile;
      write(file, fromHex(added.splice(0).join("")));
    },
  };
}

/** For replays by code other than the recorded one, which cannot be compared. */
export function noChecks(): Checks {
  return { ...memoryChecks(), has: () => true, add: () => undefined };
}

function readKeys(file: string | undefined): Set<string> {
  const bytes = file && readOwnFile(file, (MOST_KEYS + 1) * KEY_BYTES);
  const keys = new Set<string>();
  if (!bytes) return keys;
  for (let at = 0; at + KEY_BYTES <= bytes.length; at += KEY_BYTES) {
    keys.add(toHex(bytes.subarray(at, at + KEY_BYTES)));
  }
  return keys;
}
