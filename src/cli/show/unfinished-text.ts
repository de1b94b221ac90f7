import { count } from "../../base/count.ts";

/** What follows the number of steps that a run has, if more are wanted. */
export function unfinishedText(run: {
  readonly steps: number;
  readonly goal: number;
  readonly recording: boolean;
}): string {
  if (run.steps === run.goal) return "";
  return ` of ${count(run.goal)}${run.recording ? " so far, being recorded" : ", unfinished"}`;
}
