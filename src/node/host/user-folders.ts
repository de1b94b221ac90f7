import path from "node:path";
import process from "node:process";
import { digestOf } from "./platform.ts";

/** The environment variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The folder in which the system keeps a user's settings, or what can be computed again; undefined
 * where there is no home.
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

/** The folder of a project in the user's cache: it is named for the place where the project lies. */
export function projectCache(root: string): string | undefined {
  const cache = userFolder("cache");
  return cache && path.join(cache, "rewind", digestOf(root).slice(0, 32));
}

/** A relative path is ignored, as the XDG rules say: it would lie in whatever folder is the current one. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && path.isAbsolute(folder) ? folder : undefined;
}

function cacheInHome(): string {
  return process.platform === "darwin" ? path.join("Library", "Caches") : ".cache";
}
