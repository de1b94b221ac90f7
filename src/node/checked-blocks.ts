import fs from "node:fs";
import path from "node:path";
import { fromHex, toHex } from "../base/bytes.ts";
import { type Checks, memoryChecks } from "../replay/checks.ts";

/** Bytes of a key, and the most keys that are kept: a file that grows beyond is begun anew. */
const KEY_BYTES = 16;
const MOST_KEYS = 1 << 20;

/** Checks that are remembered in a file, where it can be written. */
export interface CheckedBlocks extends Checks {
  /** Writes what is new. A failure costs no more than another check later. */
  save(): void;
}

/**
 * Remembers checked blocks in `.rewind/local/checked-<host>`, 16 bytes each; `host` is a text that
 * tells hosts apart on which a replay may give other bits.
 */
export function checkedBlocks(options: {
  readonly folder: string;
  host(): string;
  readonly limitMs?: number | undefined;
  readonly onUnchecked?: Checks["leftUnchecked"] | undefined;
}): CheckedBlocks {
  const { limitMs = Number.POSITIVE_INFINITY, onUnchecked = () => undefined } = options;
  const added: string[] = [];
  let file: string | undefined;
  let keys: Set<string> | undefined;
  const load = (): Set<string> => {
    file ??= path.join(options.folder, `checked-${options.host()}`);
    keys ??= readKeys(file);
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
      writeKeys(file, added.splice(0), { anew: load().size > MOST_KEYS });
    },
  };
}

/** For replays by other code than was recorded: there is nothing to compare them with. */
export function noChecks(): Checks {
  return { ...memoryChecks(), has: () => true, add: () => undefined };
}

// A link in a cloned store must lead nowhere; Windows has no such flag.
const { O_NOFOLLOW = 0, O_RDONLY, O_WRONLY, O_CREAT, O_APPEND, O_TRUNC } = fs.constants;

function readKeys(file: string): Set<string> {
  const keys = new Set<string>();
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(file, O_RDONLY | O_NOFOLLOW);
    const { size } = fs.fstatSync(descriptor);
    const isOurs = fs.fstatSync(descriptor).isFile() && size <= (MOST_KEYS + 1) * KEY_BYTES;
    const bytes = isOurs ? fs.readFileSync(descriptor) : new Uint8Array(0);
    for (let at = 0; at + KEY_BYTES <= bytes.length; at += KEY_BYTES) {
      keys.add(toHex(bytes.subarray(at, at + KEY_BYTES)));
    }
  } catch {
    // Without the file every block is checked again.
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
  return keys;
}

function writeKeys(
  file: string,
  keys: readonly string[],
  { anew }: { readonly anew: boolean },
): void {
  let descriptor: number | undefined;
  try {
    const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (anew ? O_TRUNC : O_APPEND);
    descriptor = fs.openSync(file, flags, 0o644);
    fs.writeSync(descriptor, fromHex(keys.join("")));
  } catch {
    // The store may be read-only.
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}
