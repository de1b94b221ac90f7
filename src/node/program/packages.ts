import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isPackageVersion } from "../../object/program.ts";
import { LARGEST_SETTINGS_BYTES, readRegular } from "../host/regular-file.ts";

/** The name under which programs import this engine. */
export const ENGINE = "rewind-engine";

/** The package that `import "specifier"` names: `@scope/name/part` is part of `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** An installed package. */
export interface InstalledPackage {
  readonly folder: string;
  readonly version: string;
  /** How many folders further up the node_modules with it is. */
  readonly up: number;
}

/** The package that Node finds from `folder`: in its node_modules, or in one further up. */
export function findPackage(name: string, folder: string): InstalledPackage | undefined {
  for (let at = folder, up = 0; ; at = dirname(at), up++) {
    const found = join(at, "node_modules", name);
    const version = readVersion(join(found, "package.json"));
    if (version !== undefined) return { folder: found, version, up };
    // A native library may be found in a folder without a package.json.
    if (isFolder(found)) return { folder: found, version: "", up };
    if (at === dirname(at)) return undefined;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What a package.json holds; undefined if it is not an object of JSON in a file of a sane size. */
export function readJson(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const options = { name: file, limitBytes: LARGEST_SETTINGS_BYTES };
    const content: unknown = JSON.parse(new TextDecoder().decode(readRegular(file, options)));
    return typeof content === "object" && content !== null
      ? (content as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The version in a package.json; "" if it has no valid one, undefined without the file. */
export function readVersion(file: string): string | undefined {
  const manifest = readJson(file);
  if (manifest === undefined) return undefined;
  const { version } = manifest;
  return typeof version === "string" && isPackageVersion(version) ? version : "";
}
