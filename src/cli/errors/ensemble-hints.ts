import type { EnsembleErrors } from "../../base/error-data.ts";
import { quoted } from "../input/quoted.ts";
import type { Hints } from "./hint.ts";

/** Hints for errors of sweeps and their ensembles. */
export const ensembleHints: Hints<keyof EnsembleErrors> = {
  INVALID_DESIGN: ({ equal }) =>
    equal === undefined
      ? "a design is CSV with a header of names, or a JSON array of objects with the same names"
      : "leave one of them out, or give it another seed",
  ENSEMBLE_TOO_LARGE: ({ isHighest, runs }) =>
    isHighest
      ? "no ensemble is larger: take fewer values, or a design of points, such as a Latin hypercube, with --design FILE"
      : `take fewer values, or a design of points with --design FILE; --max-runs ${runs} allows them`,
  ENSEMBLE_FAILED: ({ ensemble }) =>
    `\`rewind table ${quoted(ensemble)} --sort status\` lists them; ${continues(ensemble)}`,
  ENSEMBLE_FINISHED: ({ ensemble, failed, derived }) =>
    failed > 0
      ? `\`rewind sweep --continue ${quoted(ensemble)} --retry-failed\` records the failed ones again, with the same code; changed code needs a new ensemble`
      : `\`rewind sweep --continue ${quoted(ensemble)} ${derived ? "--add-replicates N" : "--add-seeds A..B"}\` adds runs`,
};

/** How a sweep that ended early goes on. */
export function continues(ensemble: string): string {
  return `\`rewind sweep --continue ${quoted(ensemble)}\` goes on`;
}
