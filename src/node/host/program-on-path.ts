import { statSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * A program, such as `git`, in an absolute folder of PATH: otherwise one in the current folder could
 * run. Undefined if it is not installed.
 */
export function programOnPath(name: string): string | undefined {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return (process.env.PATH ?? process.env.Path ?? "")
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, file))
    .find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
}
