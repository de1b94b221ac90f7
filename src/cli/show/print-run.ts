import { toJson } from "../../codec/json/write.ts";
import { shortId } from "../../object/id.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Output } from "../terminal/output.ts";
import { count, plural } from "../terminal/text.ts";

/** A run that was made, as scripts read it. */
export interface MadeRun {
  readonly branch: string | null;
  readonly run: string;
  readonly root: string;
  readonly steps: number;
  readonly blockSize: number;
  readonly checkpoints: number;
}

/** What there is to say of a run that was just made, ready for JSON. */
export function madeRun(run: Run, branch: string | undefined): MadeRun {
  const { id, root, steps, blockSize, checkpoints } = run;
  return { branch: branch ?? null, run: id, root, steps, blockSize, checkpoints };
}

/** What a run was seeded by at its start, and whether nobody said so. */
export interface SeedOf {
  readonly master: number | bigint;
  readonly chosen: boolean;
}

/** The seed of a run that was recorded from its start, `given` where somebody gave it. */
export async function seedOf({ replayer }: Run, given: unknown): Promise<SeedOf> {
  const { seeds } = await replayer.parts(replayer.segmentRecorded(0));
  return { master: seeds.master, chosen: given === undefined };
}

/** Prints a run that was just made; with `seed` what it was seeded by, and `next`, what can be done. */
export function printRun(
  out: Output,
  run: Run,
  branch: string | undefined,
  text: string,
  { seed, next }: { readonly seed?: SeedOf | undefined; readonly next?: string | undefined } = {},
): void {
  const { id, root, blockSize, checkpoints } = run;
  const data = { ...madeRun(run, branch), ...(seed && { seed: seedJson(seed.master) }) };
  out.done(data, () =>
    [
      text,
      `  run   ${shortId(id)}`,
      `  root  ${shortId(root)}`,
      // Who gave a seed knows it.
      ...(seed?.chosen ? [`  seed  ${seed.master}`] : []),
      `  ${plural(checkpoints, "checkpoint")}, ${count(blockSize)} steps apart`,
      ...(next === undefined ? [] : [next]),
    ].join("\n"),
  );
}

/** A seed as scripts read it: a number where that holds it. */
function seedJson(master: number | bigint): unknown {
  return toJson(master <= Number.MAX_SAFE_INTEGER ? Number(master) : master);
}
