import fs from "node:fs";
import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import { STORE_FOLDER } from "../host/inside-store.ts";

export { STORE_FOLDER };

/**
 * The project folder of `directory`: the nearest folder with a store, from `directory` upwards.
 * Throws NOT_A_REPOSITORY.
 */
export function findProject(directory: string): string {
  const project = projectOf(directory);
  if (project !== undefined) return project;
  throw new RewindError(
    "NOT_A_REPOSITORY",
    `there is no ${STORE_FOLDER} here or in a folder above`,
    { directory: path.resolve(directory) },
  );
}

/** The same; undefined if no folder above has a store. */
export function projectOf(directory: string): string | undefined {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, STORE_FOLDER, "config"))) return fs.realpathSync(at);
    if (at === path.dirname(at)) return undefined;
  }
}
