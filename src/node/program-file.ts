import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ErrorCode, RewindError } from "../base/errors.ts";
import { digestOf, readIfThere } from "./sources.ts";

/**
 * Writes a program where Node finds the packages that it imports, as `<sha256>.mjs`, and returns
 * the path. Throws STORE_READ_ONLY, STORE_FULL or FILE_FAILED.
 */
export async function writeProgramFile(options: {
  readonly text: string;
  readonly cacheDirectory: string;
  readonly packages: readonly string[];
}): Promise<string> {
  const { text, cacheDirectory, packages } = options;
  const file = join(cacheDirectory, `${digestOf(text)}.mjs`);
  const written = await readIfThere(file);
  // Read rather than trusted by its name: it is run, and a program must be what was recorded.
  if (written !== undefined && new TextDecoder().decode(written) === text) return file;
  try {
    await replaceFile(file, text);
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? "";
    throw new RewindError(
      CODES[code] ?? "FILE_FAILED",
      `the program imports ${packages.join(", ")} and so has to run from a file in the project, ` +
        `but none could be written to .rewind/local/programs (${code})`,
      { packages, code },
      { cause },
    );
  }
  return file;
}

/** Writes a file whole or not at all; whoever reads it meanwhile sees the old one or the new one. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: "STORE_READ_ONLY",
  EPERM: "STORE_READ_ONLY",
  EROFS: "STORE_READ_ONLY",
  ENOSPC: "STORE_FULL",
  EDQUOT: "STORE_FULL",
};
