import { isRewindError } from "../../base/errors.ts";
import { readSource } from "../../object/program-contents.ts";
import type { InputDifference } from "./inputs.ts";
import type { NamedReplayer } from "./samples.ts";

/** How the recorded sources of two programs differ. */
export interface SourceDifference {
  /** The first step that the two programs made differently. */
  readonly from: number;
  /** The ids of the sources. */
  readonly a: string;
  readonly b: string;
  /** The lines of a unified diff; undefined if a source is missing, or if too much differs. */
  readonly patch: readonly string[] | undefined;
  /** The sides whose source is missing: their runs were saved without it. */
  readonly missing: readonly ("a" | "b")[];
}

/** A diff with more removed and added lines than this would not be useful. */
const MOST_EDITS = 2_000;

/** Compares the sources of two runs wherever their programs differ. */
export async function sourceDifferences(
  a: NamedReplayer,
  b: NamedReplayer,
  segments: readonly InputDifference[],
): Promise<SourceDifference[]> {
  const found = new Map<string, SourceDifference>();
  for (const { from, changes } of segments) {
    const change = changes.find(({ path }) => path === "program.source");
    if (change === undefined) continue;
    const [idA, idB] = [String(change.a), String(change.b)];
    const key = `${idA} ${idB}`;
    if (found.has(key)) continue;
    const sources = await Promise.all([sourceOf(a, from), sourceOf(b, from)]);
    const titles = await Promise.all([titleOf(a, from), titleOf(b, from)]);
    const missing = (["a", "b"] as const).filter((_, i) => sources[i] === undefined);
    const patch =
      missing.length > 0 ? undefined : await patchOf(titles, sources as [string, string]);
    found.set(key, { from, a: idA, b: idB, patch, missing });
  }
  return [...found.values()];
}

/** The recorded source in force at a step; undefined if it is not in the store. */
async function sourceOf({ replayer }: NamedReplayer, step: number): Promise<string | undefined> {
  const { program } = await replayer.parts(replayer.segmentRecorded(step));
  try {
    return await readSource(program, replayer.readObject, replayer.env.store.hash);
  } catch (error) {
    if (isRewindError(error, "OBJECT_MISSING")) return undefined;
    throw error;
  }
}

async function titleOf({ name, replayer }: NamedReplayer, step: number): Promise<string> {
  const { program } = await replayer.parts(replayer.segmentRecorded(step));
  return `${name}: ${program.module ?? program.name}`;
}

async function patchOf(
  [titleA, titleB]: readonly [string, string],
  [a, b]: readonly [string, string],
): Promise<string[] | undefined> {
  // Loaded only here: most compared runs have the same program.
  const { structuredPatch } = await import("diff");
  const options = { context: 3, maxEditLength: MOST_EDITS };
  const patch = structuredPatch(titleA, titleB, a, b, undefined, undefined, options);
  return (
    patch && [
      `--- ${titleA}`,
      `+++ ${titleB}`,
      ...patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
        `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
        ...lines,
      ]),
    ]
  );
}
