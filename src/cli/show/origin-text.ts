import { count } from "../../base/count.ts";
import type { OriginKind } from "../../history/origin.ts";
import { shortId } from "../../object/id.ts";
import type { RunDescription } from "../../repository/describe-run.ts";
import { noteText } from "../terminal/text.ts";

/** A step of a run, with the run's name. */
export interface NamedStep {
  readonly run: string;
  readonly name: string | undefined;
  readonly step: number;
}

/** The words before the place, for each kind of origin. */
const WORDS: Readonly<Record<OriginKind, string>> = {
  forked: "forked from",
  extended: "extends",
  resumed: "resumes",
  reset: "reset from",
};

/** Where a run came from: `forked from main@814_500`. */
export function originText(origin: NamedStep & { readonly kind: OriginKind }): string {
  return `${WORDS[origin.kind]} ${placeText(origin)}`;
}

/** Where the first state of a run is from: `the state of main@500 (run 3f2a91c0d2aa)`. */
export function firstStateText(from: NonNullable<RunDescription["from"]>): string {
  if ("file" in from) return `the state in the file ${noteText(from.file)}`;
  const { run, step, name } = from;
  const state = `the state of ${noteText(placeText({ run, step, name: name ?? undefined }))}`;
  return name === null ? state : `${state} (run ${shortId(run)})`;
}

/** A step of a run as a revision, to be pasted into a command: `main@814_500`. */
export function placeText({ run, name, step }: NamedStep): string {
  return `${name ?? shortId(run)}@${count(step).replaceAll(",", "_")}`;
}
