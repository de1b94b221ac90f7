import { utf8 } from "../../base/bytes.ts";
import { splitLabel } from "../../object/program.ts";
import type { OwnFile, PackageInProgram } from "../../object/program-contents.ts";
import type { Run } from "../../replay/run/run.ts";
import { usageError } from "../input/usage-error.ts";
import type { Output } from "../terminal/output.ts";
import { count, visibleCode, visibleLine } from "../terminal/text.ts";

/** The part of a recorded source to show; by default the user's own files. */
export interface SourceWish {
  readonly all: boolean;
  readonly packages: boolean;
  /** The name of a package. */
  readonly package: string | undefined;
}

/** Prints the source in force at a step, or lists the packages in it. */
export async function showSource(
  out: Output,
  run: Run,
  step: number,
  wish: SourceWish,
): Promise<void> {
  const { module = null, stretches, packages } = await run.source(step);
  if (wish.packages) {
    out.result({ module, packages }, () => packagesText(packages));
    return;
  }
  const wanted = wish.package;
  if (wanted !== undefined && !packages.some(({ name }) => name === wanted)) {
    const names = packages.map(({ name }) => name);
    const known = names.length > 0 ? `its packages are ${names.join(", ")}` : "it has no packages";
    throw usageError(`"${wanted}" is not a package of this program: ${known}`);
  }
  const text = stretches.map(({ label, code }) => {
    if (wanted !== undefined)
      return label !== undefined && splitLabel(label)[0] === wanted ? code : "";
    if (label === undefined || wish.all) return code;
    return `// ${label}: ${count(utf8(code).length)} bytes, left out\n\n`;
  });
  const source = text.join("");
  out.result({ module, source, packages }, () => visibleCode(source.trimEnd()));
}

/** The packages of a program, one a line. */
export function packagesText(packages: readonly PackageInProgram[]): string {
  if (packages.length === 0) return "no packages";
  return sized(
    packages.map(({ name, version, bytes }) => [
      `${name} ${version}`,
      bytes === null ? "outside the program, compared by a digest" : `${count(bytes)} bytes`,
    ]),
  );
}

/** The user's own files in a program, one a line. */
export function filesText(files: readonly OwnFile[]): string {
  return sized(files.map(({ path, bytes }) => [path, `${count(bytes)} bytes`]));
}

function sized(rows: readonly (readonly [name: string, size: string])[]): string {
  const names = rows.map(([name]) => visibleLine(name));
  const width = Math.max(...names.map((name) => name.length));
  return rows.map(([, size], i) => `${(names[i] as string).padEnd(width)}  ${size}`).join("\n");
}
