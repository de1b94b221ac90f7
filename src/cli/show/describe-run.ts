import { toJson } from "../../codec/json/write.ts";
import { namesOfRuns } from "../../history/names.ts";
import { type OriginKind, originsIn } from "../../history/origin.ts";
import { replacedStart } from "../../history/replaced-start.ts";
import type { Damage } from "../../history/sound-refs.ts";
import { shortId } from "../../object/id.ts";
import type { Run } from "../../replay/run/run.ts";
import type { RefStore } from "../../store/ref-store.ts";
import { count, noteText, plural, size } from "../terminal/text.ts";
import {
  describeSegment,
  type SegmentDescription,
  segmentText,
  shownParams,
} from "./describe-segment.ts";
import { originText } from "./origin-text.ts";
import { type RunSize, sizeOf } from "./run-size.ts";
import { shortParams, wholeParams } from "./shown-params.ts";
import { shortJson } from "./state.ts";

/** The description of a run, ready for JSON. */
export interface RunDescription {
  readonly run: string;
  readonly names: readonly string[];
  readonly root: string;
  readonly steps: number;
  readonly goal: number;
  readonly blockSize: number;
  readonly checkpoints: number;
  readonly objects: RunSize;
  readonly segments: readonly SegmentDescription[];
  readonly parents: readonly { readonly run: string; readonly step: number }[];
  /** Its origin, the origin of that, and so on. */
  readonly origin: readonly OriginDescription[];
  readonly meta: unknown;
}

interface OriginDescription {
  readonly kind: OriginKind;
  readonly run: string;
  readonly step: number;
  /** A name by which `NAME@STEP` gives its states. */
  readonly name: string | null;
}

/** The number of last segments that are replayed to find changes of the state. */
const MOST_REPLAYED = 20;

/**
 * Describes a run from its objects; with `replays` also from a replay of the step before each change
 * of its state, if its code may run. Long params are read only for a description that is `whole`.
 */
export async function describeRun(
  run: Run,
  {
    refs,
    replays,
    whole,
    onDamaged,
  }: {
    readonly refs: RefStore;
    readonly replays: boolean;
    readonly whole: boolean;
    /** Is called for each damaged ref, which may be one of the run's names. */
    readonly onDamaged?: (damage: Damage) => void;
  },
): Promise<RunDescription> {
  const { manifest, replayer } = run;
  const { segments } = manifest;
  const params = whole ? wholeParams(replayer.readObject) : shortParams(replayer.readObject);
  const { store } = replayer.env;
  const names = await namesOfRuns(store, refs, onDamaged);
  const origins = await originsIn(store, refs, undefined, names);
  const chain = await origins.chain(run.id, manifest);
  // A fork at step 0 keeps no segment of its parent.
  const replaced = segments[0] && replacedStart(segments[0], chain);
  // One by one, so that each frees its memory before the next.
  const described: SegmentDescription[] = [];
  for (const [i, segment] of segments.entries()) {
    described.push(
      await describeSegment(run, segment, {
        before: segments[i - 1] ?? replaced?.segment,
        parent: i === 0 ? replaced?.run : undefined,
        replays: replays && i >= segments.length - MOST_REPLAYED,
        params,
        showsParams: whole || segment.start === 0 || i === 0 || i === segments.length - 1,
      }),
    );
  }
  return {
    run: run.id,
    names: origins.namesOf(run.id),
    root: run.root,
    steps: run.steps,
    goal: manifest.goal,
    blockSize: run.blockSize,
    checkpoints: run.checkpoints,
    objects: await sizeOf(run),
    segments: described,
    parents: manifest.parents,
    origin: chain.map(({ kind, run, step, name }) => ({ kind, run, step, name: name ?? null })),
    meta: toJson(manifest.meta),
  };
}

/** A description as text. */
export function runText(description: RunDescription): string {
  const { run, names, root, steps, goal, checkpoints, blockSize, segments } = description;
  const unfinished = steps < goal ? ` of ${count(goal)}, unfinished` : "";
  const rows: readonly (readonly [name: string, text: string])[] = [
    ["run", run],
    ...(names.length === 0 ? [] : [["names", names.join(", ")] as const]),
    ["root", root],
    ["steps", `${count(steps)}${unfinished}`],
    ["blocks", `${plural(checkpoints, "checkpoint")}, ${count(blockSize)} steps apart`],
    ["objects", sizeText(description.objects)],
    ...metaRows(description.meta),
    ...originLines(description.origin).map((line, i) => [i === 0 ? "origin" : "", line] as const),
    ...(segments.length > 1
      ? [["params", shownParams(segments.at(-1) as SegmentDescription)] as const]
      : []),
  ];
  return [
    ...rows.map(([name, text]) => `${name.padEnd(8)} ${text}`),
    ...segments.flatMap(segmentText),
  ].join("\n");
}

function sizeText({ count: objects, bytes, counted, own, shared }: RunSize): string {
  const all = `${counted ? "" : "over "}${count(objects)}, ${size(bytes)}`;
  if (own === null || shared === null || shared.count === 0) return all;
  const part = (amount: { count: number; bytes: number }): string =>
    `${count(amount.count)}, ${size(amount.bytes)}`;
  return `${all}: shared with its origin ${part(shared)}, its own ${part(own)}`;
}

/** Who made the run, when and where, in their own words, which may be false. */
function metaRows(meta: unknown): (readonly [name: string, text: string])[] {
  const { message, time, author, host, git } = meta as Record<string, unknown>;
  const { node, platform, arch } = (host ?? {}) as Record<string, unknown>;
  const { commit, dirty } = (git ?? {}) as Record<string, unknown>;
  const shown = (value: unknown): string =>
    typeof value === "string" ? noteText(value) : shortJson(value);
  const by = author === undefined ? "" : ` by ${shown(author)}`;
  return [
    ...(message === undefined ? [] : [["message", shown(message)] as const]),
    ...(time === undefined ? [] : [["recorded", `${shown(time)}${by}`] as const]),
    ...(node === undefined
      ? []
      : [["host", `Node ${shown(node)}, ${shown(platform)} ${shown(arch)}`] as const]),
    ...(commit === undefined
      ? []
      : [["git", `${shortId(shown(commit))}${dirty ? ", with changes" : ""}`] as const]),
  ];
}

/** The most origins that the text lists; it counts the rest. */
const MOST_ORIGINS = 50;

function originLines(origin: readonly OriginDescription[]): string[] {
  const more = origin.length - MOST_ORIGINS;
  return [
    ...origin.slice(0, MOST_ORIGINS).map(({ kind, run, step, name }) => {
      const text = originText({ kind, run, step, name: name ?? undefined });
      return name === null ? text : `${text} (run ${shortId(run)})`;
    }),
    ...(more > 0 ? [`… and ${plural(more, "more run")}: --json lists them all`] : []),
  ];
}
