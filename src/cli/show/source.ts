import { type Program, splitLabel } from "../../object/program.ts";
import { readSource } from "../../object/program-source.ts";
import type { Run } from "../../replay/run.ts";
import { usageError } from "../input/parse.ts";
import type { Output } from "../terminal/output.ts";
import { count, visible } from "../terminal/text.ts";

/** What of a recorded source is to be shown: the user's own files, where nothing else is said. */
export interface SourceWish {
  readonly all: boolean;
  readonly packages: boolean;
  /** The name of a package. */
  readonly package: string | undefined;
}

/** A package of a program. */
interface PackageRow {
  readonly name: string;
  readonly version: string;
  /** Of its text in the program; null where it stays outside. */
  readonly bytes: number | null;
}

/** Prints the source in force at a step, or what packages are in it. */
export async function showSource(
  out: Output,
  { replayer }: Run,
  step: number,
  wish: SourceWish,
): Promise<void> {
  const { program } = await replayer.parts(replayer.segmentRecorded(step));
  const stretches = await stretchesOf(program, replayer);
  const packages = packagesIn(program, stretches);
  if (wish.packages) {
    out.result({ module: program.module ?? null, packages }, () => packagesText(packages));
    return;
  }
  const wanted = wish.package;
  if (wanted !== undefined && !packages.some(({ name }) => name === wanted)) {
    const names = packages.map(({ name }) => name);
    const known = names.length > 0 ? names.join(", ") : "none";
    throw usageError(`"${wanted}" is not a package of this program: its packages are ${known}`);
  }
  const text = stretches.map(({ label, code }) => {
    if (wanted !== undefined)
      return label !== undefined && splitLabel(label)[0] === wanted ? code : "";
    if (label === undefined || wish.all) return code;
    return `// ${label}: ${count(utf8Length(code))} bytes, left out\n\n`;
  });
  const source = text.join("");
  out.result({ module: program.module ?? null, source, packages }, () => visible(source.trimEnd()));
}

interface Stretch {
  readonly label: string | undefined;
  readonly code: string;
}

async function stretchesOf(program: Program, replayer: Run["replayer"]): Promise<Stretch[]> {
  const { get, env } = replayer;
  const whole = await readSource(program, get, env.store.hash);
  if (program.parts.length === 0) return [{ label: undefined, code: whole }];
  return Promise.all(
    program.parts.map(async ({ package: label, chunk }) => ({
      label,
      code: new TextDecoder().decode(await get("chunk", chunk)),
    })),
  );
}

function packagesIn(program: Program, stretches: readonly Stretch[]): PackageRow[] {
  const bytes = new Map<string, number | null>();
  for (const { label, code } of stretches) {
    if (label !== undefined) bytes.set(label, (bytes.get(label) ?? 0) + utf8Length(code));
  }
  for (const { name, version } of program.externals) bytes.set(`${name}@${version}`, null);
  return [...bytes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, size]) => {
      const [name, version] = splitLabel(label);
      return { name, version, bytes: size };
    });
}

function packagesText(packages: readonly PackageRow[]): string {
  if (packages.length === 0) return "no packages";
  const names = packages.map(({ name, version }) => visible(`${name} ${version}`));
  const sizes = packages.map(({ bytes }) =>
    bytes === null ? "outside the program, compared by a digest" : `${count(bytes)} bytes`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name, i) => `${name.padEnd(width)}  ${sizes[i]}`).join("\n");
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
