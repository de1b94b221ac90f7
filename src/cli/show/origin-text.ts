import { count } from "../../base/count.ts";
import type { OriginKind } from "../../history/origin.ts";
import { shortId } from "../../object/id.ts";

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

/** A step of a run as a revision, to be pasted into a command: `main@814_500`. */
export function placeText({ run, name, step }: NamedStep): string {
  return `${name ?? shortId(run)}@${count(step).replaceAll(",", "_")}`;
}
