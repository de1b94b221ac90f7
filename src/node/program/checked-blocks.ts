import path from "node:path";
import { fromHex, toHex } from "../../base/bytes.ts";
import { type Checks, memoryChecks } from "../../replay/environment.ts";
import { appendOwnFile, readOwnFile, writeOwnFile } from "../host/own-file.ts";

/** Bytes of a key, and the most keys that are kept: a file that grows beyond is begun anew. */
const KEY_BYTES = 16;
const MOST_KEYS = 1 << 20;

/** Checks that are remembered in a file, where that can be written. */
export interface CheckedBlocks extends Checks {
  /** Writes what is new. A failure costs no more than another check later. */
  save(): void;
}

/**
 * Remembers checked blocks in the file `checked-<host>` of a folder of the user's own, 16 bytes each;
 * without a folder, for as long as this object lives. `host` is a text that tells hosts apart on which
 * a replay may give other bits.
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

/** For replays by other code than was recorded: there is nothing to compare them with. */
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
