import type { Output } from "../terminal/output.ts";

/** Says that the file of -o had been there, and is another now. */
export function noteReplaced(out: Output, file: string, replaced: boolean): void {
  if (replaced) out.note(`replaced ${file}`);
}
