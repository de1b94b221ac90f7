import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { type ErrorCode, RewindError } from "../../base/errors.ts";
import { type Files, replaceFile } from "./files.ts";
import { lock } from "./lock.ts";
import type { Seal } from "./machine-seal.ts";
import { problemOf } from "./system-error.ts";

/** A file of settings: one JSON object. */
export interface SettingsFile {
  readonly file: string;
  /** Its name in messages. */
  readonly name: string;
  /** A folder on the same file system, for the lock and the temporary file. */
  readonly scratch: string;
  /** The code of an error in the file's contents. */
  readonly damage: ErrorCode;
  /** Marks what it holds as this user's; what is not so marked counts as not there. */
  readonly seal?: Seal;
}

/** How long a change waits for another process that is changing settings. */
const PATIENCE_MS = 5_000;

/** The settings in the file, including unknown ones; empty if there is no file. */
export function readSettingsFile(
  files: Files,
  { file, name, damage, seal }: SettingsFile,
): Readonly<Record<string, unknown>> {
  const text = onSettings("read", name, () => files.readText(file));
  if (text === undefined) return {};
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (cause) {
    throw new RewindError(damage, `${name}: expected JSON`, { file: name }, { cause });
  }
  if (typeof settings === "object" && settings !== null && !Array.isArray(settings)) {
    if (seal === undefined) return settings as Record<string, unknown>;
    const { seal: given, ...sealed } = settings as Record<string, unknown>;
    return seal.isOurs(sealedText(sealed), String(given)) ? sealed : {};
  }
  const message = `${name}: expected an object of settings, got ${describe(settings)}`;
  throw new RewindError(damage, message, { file: name });
}

/**
 * Sets or removes one setting and leaves the others unchanged, including those of a later version.
 * The write is atomic.
 */
export async function changeSettingsFile(
  files: Files,
  settings: SettingsFile,
  key: string,
  value: string | undefined,
): Promise<void> {
  const { file, name, scratch } = settings;
  const inScratch = (suffix: string): string => path.join(scratch, `config.${suffix}`);
  onSettings("write", name, () => {
    for (const folder of [path.dirname(file), scratch]) files.makeFolder(folder);
  });
  const release = await lock(files, inScratch("lock"), PATIENCE_MS).catch((error) =>
    onSettings("write", name, () => {
      throw error;
    }),
  );
  try {
    const { [key]: _, ...others } = readSettingsFile(files, settings);
    const changed = value === undefined ? others : { ...others, [key]: value };
    const { seal } = settings;
    const text = JSON.stringify(
      seal === undefined ? changed : { ...changed, seal: seal.make(sealedText(changed)) },
    );
    onSettings("write", name, () => replaceFile(files, file, inScratch("new"), utf8(`${text}\n`)));
  } finally {
    release();
  }
}

/** In no other form, so that a seal of something else never fits. */
function sealedText(settings: object): string {
  return `settings ${JSON.stringify(settings)}`;
}

function onSettings<T>(verb: string, name: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RewindError) throw cause;
    const text = `cannot ${verb} ${name}: ${problemOf(cause)}`;
    throw new RewindError("FILE_FAILED", text, { file: name }, { cause });
  }
}
