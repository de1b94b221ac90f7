import { count, plural } from "../../../base/count.ts";
import { toJson } from "../../../codec/json/write.ts";
import type { Look, Params } from "../../../index.ts";
import { numberOf } from "../../../replay/look/expression.ts";
import type { Plot, PlotMetric, PlottedRun, Repository } from "../../../repository.ts";
import { type Command, command, STATUS } from "../../command.ts";
import { type Expression, parseExpression, type SeveralHint } from "../../input/expression.ts";
import { optionalCount } from "../../input/parse.ts";
import { quoted } from "../../input/quoted.ts";
import { endsIn, readEnds, stepsOf } from "../../input/range.ts";
import { wholeRun } from "../../input/revision.ts";
import { usageError } from "../../input/usage-error.ts";
import { withNumbers } from "../../input/with-numbers.ts";
import { PROGRAM_OPTION, RANGE_OPTIONS, TRUST_OPTION } from "../../options.ts";
import { plotArguments } from "./plot-arguments.ts";
import { PICTURE_WIDTH, plotFileKind, writePlot, zoomOf } from "./plot-file.ts";
import { plotOnTerminal } from "./plot-on-terminal.ts";

export const plot: Command = command({
  positionals: {
    revision: { type: "string", array: true, demandOption: true, completes: "revision" },
  },
  describe:
    "Draws numbers over the steps of runs: plot REV... EXPRESSION.... An argument that names a run is a\nrevision; one that reads state, step, params or previous is a JavaScript expression (by default the\nstate itself). Each column shows the least and the greatest value of its steps, so that no spike is\nlost. Runs that were forked share one curve up to the fork, which is marked.",
  options: {
    ...RANGE_OPTIONS,
    output: {
      alias: "o",
      describe: "write to a file: .svg, .html, or .png with the package @resvg/resvg-js",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    width: { describe: "the width, in columns, or in pixels with -o", type: "string", value: "N" },
    height: { describe: "the height, in lines, or in pixels with -o", type: "string", value: "N" },
    points: {
      describe: "the most buckets of steps; by default as many as can be shown",
      type: "string",
      value: "N",
    },
    title: { describe: "a title; by default the expressions", type: "string", value: "TEXT" },
    log: { describe: "a logarithmic axis of values", type: "boolean" },
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
  },
  examples: [
    ["plot main", "when the state is a number"],
    ["plot main fix state.x", "a run and its fork, what they share once"],
    ['plot main@99%.. "state.x" "Math.abs(state.v)"', "two expressions, at the end"],
    ["plot main fix state.x -o x.svg", "as a picture"],
    ["plot main state.x --json --points 500", "the data, for a script"],
  ],
  keys: {
    plot: [
      ...["title", "xLabel", { curves: ["label", "title", "unit", "style", "spans"] }],
      { marks: ["step", "label"] },
    ],
    "plot -o": ["file", "title", "curves", "points"],
  },
  async run(args, { out, cwd, open, long }) {
    const { output: file, title, log = false } = args;
    const kind = plotFileKind(file);
    const width = sizeOf(args.width, "--width", kind === undefined ? 20 : 240);
    const height = sizeOf(args.height, "--height", kind === undefined ? 8 : 160);
    const given = sizeOf(args.points, "--points", 1);
    const repo = await open({ trust: args.trust });
    const { revisions, expressions: texts } = await plotArguments(repo, args.revision);
    const names = texts.length > 0 ? texts : ["state"];
    const expressions = names.map((text) => parseExpression(text, asArguments));
    const { runs, from, to } = await runsOf(repo, revisions, args);
    const shown = out.json && kind === undefined ? 80 : (width ?? out.columns);
    const zoom = kind === undefined ? 1 : zoomOf(kind, { width, height });
    const points =
      given ?? (kind === undefined ? shown * 2 : (width ?? PICTURE_WIDTH * zoom) / zoom);
    const drawing = repo.plot(runs, expressions.map(metricOf), {
      ...{ ...long("plotting"), from, to, title, points: Math.floor(points) },
      previous: expressions.some(({ previous }) => previous),
    });
    const drawn = await drawing.catch(async (error) => {
      throw await withNumbers(error, (runs[0] as PlottedRun).run, names);
    });
    if (file === undefined || kind === undefined) {
      const lines = out.json ? [] : await plotOnTerminal(drawn, { width, height, log }, out);
      out.result(
        () => plotJson(drawn),
        () => lines.join("\n"),
      );
    } else {
      await writePlot(file, kind, drawn, { width, height, log }, { out, cwd });
      const curves = drawn.curves.length;
      const most = Math.max(...drawn.curves.map(({ spans }) => spans.length));
      out.done({ file, title: drawn.title, curves, points: most }, () => {
        return `wrote ${plural(curves, "curve")} of at most ${plural(most, "bucket")} to ${file}`;
      });
    }
    return STATUS.ok;
  },
});

const asArguments: SeveralHint = (expressions) =>
  `give each as a separate argument: ${expressions.map(quoted).join(" ")}`;

/** The largest size of a picture, and the most buckets. */
const MOST = 16_384;

function sizeOf(text: string | undefined, option: string, least: number): number | undefined {
  const size = optionalCount(text, option);
  const most = option === "--points" ? 1_000_000 : MOST;
  if (size === undefined || (size >= least && size <= most)) return size;
  throw usageError(`expected ${option} to be from ${count(least)} to ${count(most)}, got ${text}`);
}

function metricOf({ text, look, previous }: Expression): PlotMetric {
  const withPrevious: Look<unknown, Params, number> = (state, ctx, before) =>
    numberOf(look(state, ctx, before), text);
  // Two parameters: a third is refused unless an expression reads the previous state.
  const plain: Look<unknown, Params, number> = (state, ctx) =>
    numberOf(look(state, ctx, undefined), text);
  return { label: text, look: previous ? withPrevious : plain };
}

/** The runs, and the steps of them that are wanted. */
interface Wanted {
  readonly runs: readonly PlottedRun[];
  readonly from: number | undefined;
  readonly to: number | undefined;
}

const INSTEAD = "with several runs, use --from and --to";

async function runsOf(
  repo: Repository,
  revisions: readonly string[],
  args: { readonly from?: string | undefined; readonly to?: string | undefined } & {
    readonly program?: string | undefined;
  },
): Promise<Wanted> {
  const program = args.program as "recorded" | "working" | undefined;
  const [only, ...others] = revisions;
  if (only !== undefined && others.length === 0) {
    const { run, name, from, to } = await stepsOf(repo, { ...args, revision: only, program });
    return { runs: [{ name, run }], from, to };
  }
  const ends = readEnds(args);
  const runs: PlottedRun[] = [];
  for (const name of [...new Set(revisions)]) {
    const { run } = await wholeRun(repo, name, { program, instead: INSTEAD });
    runs.push({ name, run });
  }
  const longest = Math.max(...runs.map(({ run }) => run.steps));
  return { runs, ...(endsIn(ends, longest) as Pick<Wanted, "from" | "to">) };
}

/** The data of a plot; NaN and infinities as everywhere in JSON. */
function plotJson({ title, xLabel, curves, marks }: Plot): object {
  return {
    ...{ title, xLabel },
    curves: curves.map(({ label, title, unit, style, spans }) => ({
      ...{ label, title: title ?? null, unit: unit ?? null, style },
      spans: spans.map(({ from, to, min, max, first, last }) => ({
        ...{ from, to, min: toJson(min), max: toJson(max) },
        ...{ first: toJson(first), last: toJson(last) },
      })),
    })),
    marks,
  };
}
