import { count, plural } from "../../../base/count.ts";
import type { Ensemble } from "../../../repository.ts";
import { type Context, STATUS } from "../../command.ts";
import { age, noteText, table } from "../../terminal/text.ts";

/** Prints the ensembles of a store. */
export async function listEnsembles({ out, open, now }: Context): Promise<number> {
  const ensembles = await (await open()).ensembles();
  out.result({ ensembles: ensembles.map(ensembleData) }, () => {
    if (ensembles.length === 0) return "no ensembles yet; `rewind sweep` records one";
    const rows = ensembles.map((ensemble) => {
      const { time, message } = notesOf(ensemble);
      return [
        out.style("green", ensemble.name),
        ...[plural(ensemble.runs, "run"), plural(ensemble.steps, "step"), progressText(ensemble)],
        time === null ? "" : age(now() - Date.parse(time)),
        message === null ? "" : noteText(message),
      ];
    });
    return table(rows);
  });
  return STATUS.ok;
}

/** An ensemble, ready for JSON. */
export function ensembleData(ensemble: Ensemble): object {
  const { name, id, runs, steps, done, failed } = ensemble;
  return { ensemble: name, id, runs, steps, done, failed, ...notesOf(ensemble) };
}

/** An ensemble in a line. */
export function standingText(ensemble: Ensemble): string {
  const { name, runs, steps } = ensemble;
  return `${name}: ${plural(runs, "run")} of ${plural(steps, "step")}, ${progressText(ensemble)}`;
}

function progressText({ done, failed, runs }: Ensemble): string {
  const left = runs - done - failed;
  return [
    `${count(done)} done`,
    ...(failed === 0 ? [] : [`${count(failed)} failed`]),
    ...(left === 0 ? [] : [`${count(left)} to do`]),
  ].join(", ");
}

function notesOf({ meta }: Ensemble): {
  readonly time: string | null;
  readonly message: string | null;
} {
  const { time, message } = meta;
  return {
    time: typeof time === "string" ? time : null,
    message: typeof message === "string" ? message : null,
  };
}
