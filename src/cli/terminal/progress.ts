import { clock } from "../../base/clock.ts";
import { count } from "../../base/count.ts";
import type { Progress } from "../../replay/environment.ts";
import type { Output } from "./output.ts";
import { duration } from "./text.ts";

/** Work shorter than this shows no bar. */
const SILENT_MS = 250;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;

/** Draws a progress bar with rate and time left on stderr, if that is a terminal. */
export function progressBar(out: Output, verb: string): (progress: Progress) => void {
  const started = clock.now();
  let drawn = 0;
  return ({ done, total }) => {
    if (!out.showsBars) return;
    const now = clock.now();
    const elapsed = now - started;
    if (elapsed < SILENT_MS || (now - drawn < REDRAW_MS && done < total)) return;
    drawn = now;
    if (done >= total) {
      out.clearBar();
      return;
    }
    const share = total === 0 ? 1 : done / total;
    const full = Math.round(share * BAR_WIDTH);
    const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
    const rate = count(Math.round((done / elapsed) * 1_000));
    const left = duration((elapsed / Math.max(share, 1e-9)) * (1 - share));
    out.bar(
      `${verb} ${bar} ${Math.floor(share * 100)}%  ${count(done)}/${count(total)}  ${rate}/s  ${left} left`,
    );
  };
}
