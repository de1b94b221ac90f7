import { count } from "../../../base/count.ts";
import { type GraphPiece, graph } from "../../../history/graph.ts";
import { graphOrder } from "../../../history/graph-order.ts";
import { shortId } from "../../../object/id.ts";
import type { LogEntry } from "../../../repository/log-entry.ts";
import { originText, placeText } from "../../show/origin-text.ts";
import type { Output } from "../../terminal/output.ts";
import { noteText, table } from "../../terminal/text.ts";

const COLOURS = ["red", "green", "yellow", "blue", "magenta", "cyan"] as const;

/** The entries in the order in which `logGraph` draws them. */
export function drawnOrder(entries: readonly LogEntry[]): readonly LogEntry[] {
  return graphOrder(entries.map((entry) => ({ ...nodeOf(entry), entry }))).map(
    ({ entry }) => entry,
  );
}

/** The graph of runs, one line for each: lanes, short id, names, steps, fork point, message. */
export async function logGraph(entries: readonly LogEntry[], out: Output): Promise<string> {
  const rows = graph(entries.map(nodeOf));
  const cells = entries.map(async (entry, i) => {
    const { id, run, names, recording } = entry;
    const all = run.steps < run.goal ? ` of ${count(run.goal)}` : "";
    const unfinished = `${all}${recording ? " so far" : ""}`;
    const from = (await entry.origins()).map((origin) =>
      origin.kind === "forked" ? `from ${placeText(origin)}` : originText(origin),
    );
    const { message } = run.meta;
    return [
      coloured(rows[i] ?? [], out),
      out.style("yellow", shortId(id)),
      out.style("green", namesText(names)),
      `${count(run.steps)}${unfinished}`,
      from.join(", "),
      message === undefined ? "" : noteText(message),
    ];
  });
  return table(await Promise.all(cells), [3]);
}

function nodeOf({ id, run }: LogEntry): { id: string; parents: readonly string[] } {
  return { id, parents: run.parents.map((parent) => parent.run) };
}

/** A row of the drawing, each lane in its colour. */
function coloured(pieces: readonly GraphPiece[], out: Output): string {
  return pieces
    .map(({ text, lane }) =>
      text === " " ? text : out.style(COLOURS[lane % COLOURS.length] ?? "red", text),
    )
    .join("");
}

/** The names of a run, few enough for a line. */
function namesText(names: readonly string[]): string {
  const more = names.length > 4 ? ` and ${count(names.length - 3)} more` : "";
  return `${names.slice(0, more === "" ? 4 : 3).join(", ")}${more}`;
}
