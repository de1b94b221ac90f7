/**
 * A way to write a revision or a range, with what it means: what `parseRevision` and `parseRange`
 * read.
 */
export type Form = readonly [written: string, means: string];

/** What names a run. */
export const RUN_FORMS: readonly Form[] = [
  ["main", "the run that a branch names"],
  ["HEAD", "the current run, at the cursor"],
  ["v1", "a tag; tags/v1 if a branch has that name too"],
  ["archive/main/1", "what main named before its first reset"],
  ["origin/main", "a branch of a remote"],
  ["grid:17", "run 17 of the ensemble grid; `rewind table grid` lists them"],
  ["3f2a91", "a run by the first digits of its id, at least four"],
  ["main@{1}", "what main named one change ago; `rewind reflog main` lists them"],
  ["HEAD@{2}", "where HEAD led two changes ago"],
];

/** What follows the run and names a step. Without it, the whole run is meant, or its last step. */
export const STEP_FORMS: readonly Form[] = [
  ["main@842137", "the state after 842,137 steps; 0 is the first state"],
  ["main@842_137", "the same"],
  ["main@50%", "half-way, rounded down"],
  ["main@-1", "the last step; @-2 the one before it"],
  ["HEAD~100", "a hundred steps before the cursor"],
  ["main~100", "a hundred steps before the end"],
  ["main@{1}@50%", "half-way through what main named one change ago"],
];

/** Two revisions with two dots between them. */
export const RANGE_FORMS: readonly Form[] = [
  ["main@100..main@200", "the steps from 100 to 200, both ends included"],
  ["main@100..@200", "the same"],
  ["main@100..", "the steps from 100 to the end"],
  ["..main@200", "the steps from 0 to 200"],
  ["main..fix", "for log: the runs behind fix that are not behind main"],
];
