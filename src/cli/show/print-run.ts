import { plural } from "../../base/count.ts";
import { toJson } from "../../codec/json/write.ts";
import { shortId } from "../../object/id.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Output } from "../terminal/output.ts";

/** A new run, as scripts read it. */
export interface MadeRun {
  readonly branch: string | null;
  readonly run: string;
  readonly root: string;
  readonly steps: number;
  readonly blockSize: number;
  readonly checkpoints: number;
}

/** A new run, ready for JSON. */
export function madeRun(run: Run, branch: string | undefined): MadeRun {
  const { id, root, steps, blockSize, checkpoints } = run;
  return { branch: branch ?? null, run: id, root, steps, blockSize, checkpoints };
}

/** The seed of a run at its start, and whether rewind chose it. */
export interface SeedOf {
  readonly master: number | bigint;
  readonly chosen: boolean;
}

/** The seed with which a run was recorded; `given` if the command line gave it. */
export async function seedOf(run: Run, given: unknown): Promise<SeedOf> {
  return { master: await run.seed(), chosen: given === undefined };
}

/** Prints a new run, with its `seed` and a hint on what to do `next` if given. */
export function printRun(
  out: Output,
  run: Run,
  branch: string | undefined,
  text: string,
  { seed, next }: { readonly seed?: SeedOf | undefined; readonly next?: string | undefined } = {},
): void {
  const data = { ...madeRun(run, branch), ...(seed && { seed: seedJson(seed.master) }) };
  out.done(data, () => madeRunText(run, text, { seed, next }));
}

/** A new run as text. */
export function madeRunText(
  { id, root, blockSize, checkpoints }: Run,
  text: string,
  { seed, next }: { readonly seed?: SeedOf | undefined; readonly next?: string | undefined } = {},
): string {
  return [
    text,
    `  run   ${shortId(id)}`,
    `  root  ${shortId(root)}`,
    // A user who gave the seed knows it.
    ...(seed?.chosen ? [`  seed  ${seed.master}`] : []),
    `  ${plural(checkpoints, "checkpoint")}, ${plural(blockSize, "step")} apart`,
    ...(next === undefined ? [] : [next]),
  ].join("\n");
}

/** A seed as scripts read it: a number if it fits into one. */
function seedJson(master: number | bigint): unknown {
  return toJson(master <= Number.MAX_SAFE_INTEGER ? Number(master) : master);
}
