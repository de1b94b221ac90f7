import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The folders of a user's own files; no test writes into a real home. */
export interface User {
  readonly config: string;
  readonly cache: string;
  remove(): void;
}

/** A user without files, who therefore trusts no code. */
export function newUser(): User {
  const root = mkdtempSync(path.join(tmpdir(), "rewind-user-"));
  return {
    config: path.join(root, "config"),
    cache: path.join(root, "cache"),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The variables by which a process finds a user's files. */
export function variablesOf({ config, cache }: User): Record<string, string> {
  const xdg = { XDG_CONFIG_HOME: config, XDG_CACHE_HOME: cache };
  return { ...xdg, APPDATA: config, LOCALAPPDATA: cache };
}

/** Runs `work` in this process as this user. */
export async function asUser<T>(user: User, work: () => Promise<T>): Promise<T> {
  const names = Object.keys(variablesOf(user));
  const own = Object.fromEntries(names.map((name) => [name, String(process.env[name])]));
  Object.assign(process.env, variablesOf(user));
  try {
    return await work();
  } finally {
    Object.assign(process.env, own);
  }
}
