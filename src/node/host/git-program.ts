import { statSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/** Git, in an absolute folder of PATH: otherwise a Git in the current folder could run. */
export function gitProgram(): string | undefined {
  const name = process.platform === "win32" ? "git.exe" : "git";
  return (process.env.PATH ?? process.env.Path ?? "")
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
