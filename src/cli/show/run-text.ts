import { count, plural } from "../../base/count.ts";
import { shortId } from "../../object/id.ts";
import type { RunSize } from "../../replay/run/run-size.ts";
import type { OriginDescription, RunDescription } from "../../repository/describe-run.ts";
import type { SegmentDescription } from "../../repository/describe-segment.ts";
import { noteText, size } from "../terminal/text.ts";
import { firstStateText, originText } from "./origin-text.ts";
import { segmentText, shownParams } from "./segment-text.ts";
import { shortJson } from "./state.ts";
import { unfinishedText } from "./unfinished-text.ts";

/** A description as text. */
export function runText(description: RunDescription): string {
  const { run, names, root, steps, checkpoints, blockSize, segments } = description;
  const rows: readonly (readonly [name: string, text: string])[] = [
    ["run", run],
    ...(names.length === 0 ? [] : [["names", names.join(", ")] as const]),
    ["root", root],
    ["steps", `${count(steps)}${unfinishedText(description)}`],
    ["blocks", `${plural(checkpoints, "checkpoint")}, ${plural(blockSize, "step")} apart`],
    ["objects", sizeText(description.objects)],
    ...metaRows(description.meta),
    ...firstStateRow(description.from),
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
  const { commit, dirty, remote } = (git ?? {}) as Record<string, unknown>;
  const shown = (value: unknown): string =>
    typeof value === "string" ? noteText(value) : shortJson(value);
  const by = author === undefined ? "" : ` by ${shown(author)}`;
  const from = remote === undefined ? "" : ` of ${shown(remote)}`;
  return [
    ...(message === undefined ? [] : [["message", shown(message)] as const]),
    ...(time === undefined ? [] : [["recorded", `${shown(time)}${by}`] as const]),
    ...(node === undefined
      ? []
      : [["host", `Node ${shown(node)}, ${shown(platform)} ${shown(arch)}`] as const]),
    ...(commit === undefined
      ? []
      : [["git", `${shortId(shown(commit))}${from}${dirty ? ", with changes" : ""}`] as const]),
  ];
}

/** Where the first state is from, in the words of whoever recorded it. */
function firstStateRow(from: RunDescription["from"]): (readonly [name: string, text: string])[] {
  return from === null ? [] : [["begins", `with ${firstStateText(from)}`]];
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
