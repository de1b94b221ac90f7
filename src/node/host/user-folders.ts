import path from "node:path";
import process from "node:process";
import { digestOf } from "./platform.ts";

/** The environment variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The system's folder for a user's settings, or for caches; undefined without a home folder.
 *
 * @example
 * ```ts
 * userFolder("config"); // "/home/ada/.config"
 * ```
 */
export function userFolder(
  kind: "config" | "cache",
  variables: Variables = process.env,
): string | undefined {
  const { XDG_CONFIG_HOME, XDG_CACHE_HOME, HOME, APPDATA, LOCALAPPDATA } = variables;
  if (process.platform === "win32") return absolute(kind === "config" ? APPDATA : LOCALAPPDATA);
  const given = absolute(kind === "config" ? XDG_CONFIG_HOME : XDG_CACHE_HOME);
  if (given !== undefined) return given;
  const home = absolute(HOME);
  return home && path.join(home, kind === "config" ? ".config" : cacheInHome());
}

/** The folder of a project in the user's cache, named after the project's path. */
export function projectCache(root: string): string | undefined {
  const cache = userFolder("cache");
  return cache && path.join(cache, "rewind", digestOf(root).slice(0, 32));
}

/** A relative path is ignored, as the XDG rules say: it would depend on the current folder. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && path.isAbsolute(folder) ? folder : undefined;
}

function cacheInHome(): string {
  return process.platform === "darwin" ? path.join("Library", "Caches") : ".cache";
}
