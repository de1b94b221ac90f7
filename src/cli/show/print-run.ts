import { shortId } from "../../object/id.ts";
import type { Run } from "../../replay/run.ts";
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

/** Prints a run that was just made. */
export function printRun(out: Output, run: Run, branch: string | undefined, text: string): void {
  const { id, root, blockSize, checkpoints } = run;
  out.result(madeRun(run, branch), () =>
    [
      text,
      `  run   ${shortId(id)}`,
      `  root  ${shortId(root)}`,
      `  ${plural(checkpoints, "checkpoint")}, ${count(blockSize)} steps apart`,
    ].join("\n"),
  );
}
