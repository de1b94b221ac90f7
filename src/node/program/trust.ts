import fs from "node:fs";
import path from "node:path";
import { type Id, isId } from "../../object/id.ts";
import { isOwnGrant, writeOwnFile } from "../host/own-file.ts";
import { userFolder } from "../host/user-folders.ts";

/** The recorded programs that this user lets run, in every project. */
export interface Trust {
  has(program: Id<"program">): boolean;
  /** Remembers a program; if no file can be written, only as long as this object lives. */
  add(program: Id<"program">): void;
  /** Forgets a program; returns whether it was trusted until now. */
  forget(program: Id<"program">): boolean;
  /** The remembered programs, sorted. */
  list(): Id<"program">[];
}

/**
 * The trust in this user's files: an empty file for each program, named by its id. They are kept
 * outside every project, because anything in a project may come from a stranger.
 *
 * @example
 * ```ts
 * const trust = userTrust();
 * trust.add(program);
 * trust.has(program); // true
 * ```
 */
export function userTrust(): Trust {
  const here = new Set<Id<"program">>();
  return {
    has: (program) => here.has(program) || isOwnGrant(fileOf(program)),
    add(program) {
      if (here.has(program)) return;
      here.add(program);
      if (!isOwnGrant(fileOf(program))) writeOwnFile(fileOf(program), "");
    },
    forget(program) {
      const file = fileOf(program);
      const was = here.delete(program) || isOwnGrant(file);
      if (file !== undefined) fs.rmSync(file, { force: true });
      return was;
    },
    list() {
      return namesIn(trustFolder())
        .filter((name): name is Id<"program"> => isId(name) && isOwnGrant(fileOf(name)))
        .sort();
    },
  };
}

function namesIn(folder: string | undefined): string[] {
  try {
    return folder === undefined ? [] : fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function trustFolder(): string | undefined {
  const config = userFolder("config");
  return config && path.join(config, "rewind", "trusted");
}

function fileOf(program: string): string | undefined {
  const folder = trustFolder();
  return folder && path.join(folder, program);
}
