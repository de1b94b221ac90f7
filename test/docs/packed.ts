import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copySync } from "fs-extra/esm";

const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** The files of the package that `npm pack` would make from the present `dist`. */
export function packedFiles(): readonly string[] {
  files ??= askNpm();
  return files;
}

let files: readonly string[] | undefined;

function askNpm(): string[] {
  const npm = npmCommand();
  const printed = execFileSync(
    npm.file,
    [...npm.args, "pack", "--dry-run", "--json", "--ignore-scripts"],
    { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  // A list, or since npm 12 an object by name.
  const packages = Object.values(JSON.parse(printed)) as { files: { path: string }[] }[];
  return (packages[0]?.files ?? []).map(({ path }) => path);
}

/**
 * Makes a project as `npm init -y` does, and installs the package there: the packed files, and the
 * dependencies that are installed here, so that no registry is asked.
 */
export function projectWithPackage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), initialPackage(folder));
  const modules = join(folder, "node_modules");
  for (const file of packedFiles()) {
    const to = join(modules, "rewind-engine", file);
    copySync(join(ROOT, file), to);
  }
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (OWN.includes(name)) {
      symlinkSync(join(ROOT, "node_modules", name), join(modules, name), "dir");
    }
  }
}

/** What `npm init -y` writes; the folder's name is the package's, the same in every playground. */
function initialPackage(folder: string): string {
  if (initial === undefined) {
    const npm = npmCommand();
    execFileSync(npm.file, [...npm.args, "init", "-y"], { cwd: folder, stdio: "ignore" });
    initial = readFileSync(join(folder, "package.json"), "utf8");
  }
  return initial;
}

let initial: string | undefined;

/** The package's dependencies in `node_modules`. */
const OWN: readonly string[] = ["@noble", "@esbuild", "cbor-x", "diff", "esbuild"];

/** The npm that runs this process, or else the one in PATH. */
function npmCommand(): { readonly file: string; readonly args: readonly string[] } {
  const script = process.env.npm_execpath;
  return script?.endsWith(".js")
    ? { file: process.execPath, args: [script] }
    : { file: "npm", args: [] };
}
