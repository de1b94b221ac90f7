import os from "node:os";

/** The name of the current user; undefined if the system does not know it. */
export function userName(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    // In a container the user may have only a number.
    return undefined;
  }
}
