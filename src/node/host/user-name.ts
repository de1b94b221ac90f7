import os from "node:os";

/** Who is logged in here; undefined where the system does not say. */
export function userName(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    // In a container the user may have a number and no name.
    return undefined;
  }
}
