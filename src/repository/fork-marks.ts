import { someOf } from "../base/some-of.ts";
import { toShortJson } from "../codec/json/write.ts";
import { changesBetween, type SegmentChanges, stateWasChanged } from "../history/changes.ts";
import type { Segment } from "../object/run.ts";
import type { Mark } from "../plot/plot.ts";
import type { SharedStretch } from "../replay/compare/shared-pasts.ts";
import type { Run } from "../replay/run/run.ts";
import { describedParams } from "./described-params.ts";

/** The steps at which params, code or seeds of the runs changed, and what changed there. */
export async function forkMarks(
  runs: readonly { readonly name: string; readonly run: Run }[],
  stretches: readonly SharedStretch[],
): Promise<readonly Mark[]> {
  const marks: Mark[] = [];
  for (const { runs: sharing, from, to } of stretches) {
    const { run } = runs[sharing[0] as number] as { readonly run: Run };
    const { segments, steps } = run.manifest;
    const names = someOf(sharing.map((i) => runs[i]?.name ?? ""));
    for (const [i, segment] of segments.entries()) {
      const before = segments[i - 1];
      const { start } = segment;
      // Where runs part, each has its own segment.
      const isHere = start >= from && (start < to || (start === to && to === steps));
      if (before === undefined || !isHere) continue;
      const changes = await changesText(run, before, segment);
      marks.push({ step: start, label: runs.length === 1 ? changes : `${names}: ${changes}` });
    }
  }
  return marks;
}

async function changesText(run: Run, before: Segment, segment: Segment): Promise<string> {
  const { read } = describedParams("short", run.replayer.readObject);
  const changes = await changesBetween(before, segment, read);
  const { params, long, seed, program } = changes;
  const state = stateWasChanged(segment, changes, { blockSize: await blockSizeOf(run, segment) });
  const parts = [
    ...(params.length > 0 ? [valuesText(params)] : []),
    ...(long === undefined ? [] : ["other params"]),
    ...(seed ? ["another seed"] : []),
    ...(program ? ["other code"] : []),
    ...(state === true ? ["the state changed"] : []),
  ];
  return parts.length === 0 ? "forked" : parts.join(", ");
}

/** Undefined for generators that do not begin at each block. */
async function blockSizeOf(run: Run, segment: Segment): Promise<number | undefined> {
  const { seeds } = await run.replayer.parts(segment);
  return seeds.rule === "continuous" ? undefined : run.blockSize;
}

/** The most params that a mark names. */
const MOST_VALUES = 3;

/** Changed params: `clamp 1 → 5, beta 0.1 → 0.2`. */
function valuesText(params: SegmentChanges["params"]): string {
  const shown = params
    .slice(0, MOST_VALUES)
    .map(({ name, before, after }) => `${name} ${short(before)} → ${short(after)}`)
    .join(", ");
  const more = params.length - MOST_VALUES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

const MOST_LETTERS = 24;

function short(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(toShortJson(value, MOST_LETTERS).json);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}
