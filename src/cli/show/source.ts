import { count } from "../../base/count.ts";
import { shortId } from "../../object/id.ts";
import type { InputOfProgram, OwnFile, PackageInProgram } from "../../object/program-contents.ts";
import { shownSource, type SourceWish as Wanted } from "../../object/shown-source.ts";
import type { RecordedSource } from "../../replay/run/recorded-run.ts";
import type { Run } from "../../replay/run/run.ts";
import { usageError } from "../input/usage-error.ts";
import type { Output } from "../terminal/output.ts";
import { visibleCode, visibleLine } from "../terminal/text.ts";

/** What to show of a recorded source. */
export interface SourceWish extends Wanted {
  /** Only a list of its packages. */
  readonly packages: boolean;
}

/** Prints all recorded code that a replay up to a step may run, or lists the packages in it. */
export async function showSource(
  out: Output,
  run: Run,
  step: number,
  wish: SourceWish,
): Promise<void> {
  const sources = await run.sources(step);
  // Throws the error that says what is missing.
  if (sources.every(({ source }) => source === undefined)) await run.source(step);
  const wanted = wish.package;
  const names = new Set(sources.flatMap(({ source }) => source?.packages ?? []).map(nameOf));
  if (wanted !== undefined && !names.has(wanted)) {
    const known =
      names.size > 0 ? `its packages are ${[...names].join(", ")}` : "it has no packages";
    throw usageError(`"${wanted}" is not a package of this program: ${known}`);
  }
  const programs = sources.map(({ program, from, source }) => {
    const { module = null, stretches, packages = null, inputs = null } = source ?? {};
    const code = stretches === undefined || wish.packages ? null : shownSource(stretches, wish);
    const beside = source === undefined || wish.packages ? [] : besideCode(source, wish);
    const shown = { source: code, inputs };
    return { program, from, module, ...(!wish.packages && shown), packages, code, beside };
  });
  const data = programs.map(({ code, beside, ...each }) => each);
  out.result({ programs: data }, () =>
    programs
      .map(({ program, from, module, packages, code, beside }) => {
        const whole = code === null ? null : textOf(code, beside);
        const text = wish.packages ? packages && packagesText(packages) : whole;
        const shown = text ?? "// its code was left out when it was saved or pushed";
        if (programs.length === 1) return wish.packages ? shown : visibleCode(shown);
        const where = `// ${module ?? "a program"}, in force from step ${count(from)}, ${shortId(program)}`;
        return `${visibleLine(where)}\n${wish.packages ? shown : visibleCode(shown)}`;
      })
      .join("\n\n"),
  );
}

/** The code with its first lines as they are: errors count them. */
function textOf(code: string, beside: readonly string[]): string {
  return [...(code.trim() === "" ? [] : [code.trimEnd()]), ...beside].join("\n");
}

/** What runs beside the source, or may become a part of it, as comments. */
function besideCode(
  { packages, inputs }: RecordedSource,
  { package: wanted }: SourceWish,
): readonly string[] {
  const outside = packages
    .filter(({ name, bytes }) => bytes === null && (wanted === undefined || name === wanted))
    .map(({ name, version }) => {
      return `// ${name} ${version} runs from node_modules as it is there, compared by a digest`;
    });
  const read = wanted === undefined ? inputs.map((input) => `// it read ${inputText(input)}`) : [];
  return [...outside, ...read].map(visibleLine);
}

/** The files that a program read while it was loaded, one a line. */
export function inputsText(inputs: readonly InputOfProgram[]): string {
  return inputs.map((input) => visibleLine(`reads ${inputText(input)}`)).join("\n");
}

function inputText({ path, bytes, chunk }: InputOfProgram): string {
  const recorded = chunk === null ? "not recorded" : `cat-file ${shortId(chunk)} prints it`;
  return `${path}, ${count(bytes)} bytes: ${recorded}`;
}

function nameOf({ name }: PackageInProgram): string {
  return name;
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
