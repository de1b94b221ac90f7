import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import { generatorNames } from "../../random/generators.ts";
import type { Files } from "../host/files.ts";
import { readSettingsFile, type SettingsFile } from "../host/settings-file.ts";
import { STORE_FOLDER } from "./find-project.ts";
import { storeFolders } from "./store-folders.ts";

/** The version of the store's format that this code reads and writes. */
export const STORE_FORMAT = 1;

/** The settings that a store at `root` shares with all of its users. */
export function storeConfigFile(root: string): SettingsFile {
  return {
    file: path.join(root, "config"),
    name: `${STORE_FOLDER}/config`,
    scratch: storeFolders(root).local,
    damage: "STORE_DAMAGED",
  };
}

/** Reads a store's settings. Throws STORE_DAMAGED, and UNSUPPORTED_FORMAT for a store of another format. */
export function readStoreConfig(files: Files, root: string): Readonly<Record<string, unknown>> {
  const config = readSettingsFile(files, storeConfigFile(root));
  if (config.format === STORE_FORMAT) return config;
  throw new RewindError(
    "UNSUPPORTED_FORMAT",
    `expected a store of format ${STORE_FORMAT}, got ${String(config.format)}: it was made by another version`,
    { format: config.format },
  );
}

/**
 * The default generator of a store's recordings; undefined if the store does not name one. Throws
 * UNKNOWN_GENERATOR.
 */
export function storeGenerator(files: Files, root: string): string | undefined {
  const { rng } = readStoreConfig(files, root);
  if (rng === undefined) return undefined;
  return checkGenerator(rng, `${STORE_FOLDER}/config`);
}

/** Checks the name of a generator; `where` is its source. Throws UNKNOWN_GENERATOR. */
export function checkGenerator(name: unknown, where: string): string {
  const known: readonly string[] = generatorNames();
  if (known.includes(name as string)) return name as string;
  throw new RewindError(
    "UNKNOWN_GENERATOR",
    `${where}: expected rng to be a generator among ${known.join(", ")}, got ${JSON.stringify(name)}`,
    { name, known },
  );
}
