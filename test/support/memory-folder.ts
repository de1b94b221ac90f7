import { accessSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Where Linux has files in memory. */
const FOLDER = "/dev/shm";

/** More than all tests need at once. Containers often give 64 MB, which is too little. */
const LEAST_BYTES = 2 ** 30;

/**
 * A folder in memory for temporary files, if this system has one that is large enough and from
 * which programs can be started. There a flush costs nothing, of which the tests make many.
 */
export function memoryFolder(folder: string = FOLDER): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= LEAST_BYTES && canStart(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function canStart(folder: string): boolean {
  const own = mkdtempSync(path.join(folder, "rewind-probe-"));
  try {
    const program = path.join(own, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
    // Fails on a file system without programs, whatever the mode.
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(own, { recursive: true });
  }
}
