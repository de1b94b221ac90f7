import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { projectWithPackage } from "./packed.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Whether this Node runs TypeScript directly. */
const takesTypeScript = "typescript" in process.features && process.features.typescript === "strip";

/** Does what `brotli -dc` does, for machines without brotli. */
const UNPACK =
  'process.stdout.write(require("node:zlib").brotliDecompressSync(require("node:fs").readFileSync(0)))';

/**
 * A folder like that of a reader of the pages: a project made by `npm init -y`, with the package
 * from `npm pack` installed.
 */
export interface Playground {
  readonly folder: string;
  write(file: string, text: string): Promise<void>;
  /** Makes a TypeScript module of the folder one of JavaScript, and returns its path. */
  compile(file: string): Promise<string>;
  /** Runs a TypeScript module of the folder under Node, and returns what it printed. */
  run(file: string): Promise<Result>;
  /** Runs a line in a shell that finds `rewind`. */
  shell(line: string): Result;
  remove(): Promise<void>;
}

export interface Result {
  readonly status: number | null;
  /** Both streams, in order. */
  readonly output: string;
}

/** Makes a playground. It runs `dist`, so run `npm run build` first. */
export async function playground(): Promise<Playground> {
  if (!existsSync(join(ROOT, "dist/index.js"))) throw new Error("run `npm run build` first");
  const home = await mkdtemp(join(tmpdir(), "rewind-docs-"));
  const [folder, bin] = [join(home, "project"), join(home, "bin")];
  await mkdir(bin);
  projectWithPackage(folder);
  await mkdir(join(folder, "node_modules/@types"), { recursive: true });
  for (const name of ["matter-js", "@types/matter-js"]) {
    await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name), "junction");
  }
  const installed = join(folder, "node_modules/rewind-engine");
  const command = [process.execPath, join(installed, "bin/rewind.js")].map((word) => `'${word}'`);
  await writeFile(join(bin, "rewind"), `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`);
  await writeFile(join(bin, "brotli"), `#!/bin/sh\nexec '${process.execPath}' -e '${UNPACK}'\n`);
  for (const name of ["rewind", "brotli"]) await chmod(join(bin, name), 0o755);
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
    // Somebody who may commit: a reader's Git knows who they are.
    ...{ GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.org" },
    ...{ GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.org" },
  };
  const spawn = (file: string, args: readonly string[]): Result => {
    const { status, stdout } = spawnSync(file, args, {
      cwd: folder,
      env,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    return { status, output: stdout };
  };
  const compile = async (file: string): Promise<string> => {
    const outfile = join(folder, file.replace(/\.m?ts$/, ".mjs"));
    await build({
      entryPoints: [join(folder, file)],
      outfile,
      bundle: true,
      packages: "external",
      format: "esm",
      platform: "node",
      target: "node20",
      logLevel: "silent",
    });
    return outfile;
  };
  return {
    folder,
    write: (file, text) => writeFile(join(folder, file), text),
    compile,
    async run(file) {
      const module = takesTypeScript && file.endsWith(".mts") ? file : await compile(file);
      return spawn("sh", ["-c", `'${process.execPath}' '${module}' 2>&1`]);
    },
    shell: (line) => spawn("sh", ["-c", `{ ${line}\n} 2>&1`]),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
