import { realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { findPackage, packageName, readVersion } from "./packages.ts";

/** The package that a file belongs to. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  /** The package's real folder. */
  readonly folder: string;
  /**
   * The file's path in a bundle, independent of the project's folder: `node_modules/name/file.js`.
   */
  readonly path: string;
}

/** Tells a project's own files from those of packages, by their real paths. */
export interface PackageFolders {
  /**
   * The package of the file `real`, which `specifier` names in `from`; undefined for a file of the
   * project itself. A file outside the project belongs to a package if it is in a node_modules
   * folder, or if the package is linked from one.
   */
  packageOf(real: string, specifier: string, from: string): PackageFile | undefined;
}

/** The packages of the project folder `root`, itself a real path. */
export function packageFolders(root: string): PackageFolders {
  const versionOf = remembered((folder) => readVersion(join(folder, "package.json")) ?? "");
  const linked = new Map<string, string>(); // the names of linked packages, by folder
  const installedAt = (real: string): PackageFile | undefined => {
    const parts = real.split(sep);
    const at = parts.lastIndexOf("node_modules");
    const name = packageName(parts.slice(at + 1).join("/"));
    const folder = parts.slice(0, at + 1 + name.split("/").length).join(sep);
    if (at === -1 || folder === real) return undefined;
    // Inside the project, its path there; outside, the part after the outermost node_modules.
    const inside = isInside(root, real);
    const first = inside ? root : parts.slice(0, parts.indexOf("node_modules")).join(sep);
    const path = slashed(relative(first, real));
    return { name, version: versionOf(folder), folder, path };
  };
  const linkedAt = (real: string): PackageFile | undefined => {
    for (const [folder, name] of linked) {
      if (!isInside(folder, real)) continue;
      const path = `node_modules/${name}/${slashed(relative(folder, real))}`;
      return { name, version: versionOf(folder), folder, path };
    }
    return undefined;
  };
  return {
    packageOf(real, specifier, from) {
      const installed = isInside(root, real) ? relative(root, real) : real;
      if (installed.split(sep).includes("node_modules")) return installedAt(real);
      if (isInside(root, real)) return undefined;
      const name = packageName(specifier);
      const found = isBare(specifier) ? findPackage(name, from) : undefined;
      if (found !== undefined) {
        const folder = realpathSync(found.folder);
        if (isInside(folder, real)) linked.set(folder, name);
      }
      return linkedAt(real);
    },
  };
}

/** Whether an import names a package or a part of one, rather than a file. */
export function isBare(specifier: string): boolean {
  return !/^(?:\.{0,2}\/|\.{1,2}$|#|[A-Za-z]:[\\/])/.test(specifier);
}

/** Whether a path is `folder` or inside it; both are real paths. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** A function of a folder that reads the disk once for each folder. */
export function remembered<T>(ask: (folder: string) => T): (folder: string) => T {
  const answers = new Map<string, T>();
  return (folder) => {
    if (!answers.has(folder)) answers.set(folder, ask(folder));
    return answers.get(folder) as T;
  };
}

function slashed(path: string): string {
  return path.split(sep).join("/");
}
