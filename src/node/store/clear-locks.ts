import path from "node:path";
import type { Files } from "../host/files.ts";
import { lookAt, removeDead } from "../host/lock.ts";

/** Removes the locks that dead processes left in a folder, and the drafts of locks. */
export function clearLocks(files: Files, folder: string): void {
  for (const { name, isFolder } of files.list(folder)) {
    const isDraft = /\.\d+$/.test(name);
    if (isFolder || !/\.lock(\.removal)*(\.\d+)?$/.test(name)) continue;
    const file = path.join(folder, name);
    if (lookAt(files, file)?.life !== "dead") continue;
    // Drafts are not shared, so no other process can have taken this one.
    if (isDraft) files.remove(file);
    else removeDead(files, file);
  }
}
