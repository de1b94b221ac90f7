import { type Difference, differences } from "../../codec/differences.ts";
import { readParams } from "../../object/params.ts";
import type { Program } from "../../object/program.ts";
import type { Segment } from "../../object/run.ts";
import type { Replayer } from "../replayer.ts";

/** A range of steps that two runs made in different ways. */
export interface InputDifference {
  /** The steps that turn the state at `from` into the state at `to`. */
  readonly from: number;
  readonly to: number;
  /** Differences in params, seed and program. */
  readonly changes: readonly Difference[];
}

/** Differences in steps, block size, and the seed, params and program of the last segments. */
export async function changedInputs(a: Replayer, b: Replayer): Promise<readonly Difference[]> {
  const [inputsA, inputsB] = await Promise.all(
    [a, b].map(async (replayer) => {
      const { steps, blockSize, segments } = replayer.manifest;
      return { steps, blockSize, ...(await inputsOf(replayer, segments.at(-1) as Segment)) };
    }),
  );
  return named(inputsA, inputsB);
}

/** The same by ranges of steps that both runs have, without the ranges that both made alike. */
export async function changedSegments(a: Replayer, b: Replayer): Promise<InputDifference[]> {
  const end = Math.min(a.manifest.steps, b.manifest.steps);
  const starts = [...a.manifest.segments, ...b.manifest.segments].map(({ start }) => start);
  const cuts = [...new Set(starts)].filter((start) => start < end).sort((x, y) => x - y);
  const found: InputDifference[] = [];
  for (const [i, from] of cuts.entries()) {
    const [inputsA, inputsB] = await Promise.all(
      [a, b].map((replayer) => inputsOf(replayer, replayer.segmentRecorded(from))),
    );
    const changes = named(inputsA, inputsB);
    const to = cuts[i + 1] ?? end;
    const last = found.at(-1);
    if (last?.to === from && differences(last.changes, changes, { limit: 1 }).length === 0) {
      found[found.length - 1] = { ...last, to };
    } else if (changes.length > 0) {
      found.push({ from, to, changes });
    }
  }
  return found;
}

async function inputsOf(replayer: Replayer, segment: Segment): Promise<Record<string, unknown>> {
  const { program, seeds } = await replayer.parts(segment);
  return {
    seed: seeds.master,
    streams: seeds.rule,
    params: await readParams(segment.params, replayer.readObject),
    program: nameOf(program),
  };
}

function nameOf(program: Program): Record<string, unknown> {
  const { name, module, source, generator, generatorVersion, clock } = program;
  return { name, module, source, generator, generatorVersion, ...(clock && { clock }) };
}

/** Differences of inputs, under the names of the inputs. */
function named(a: unknown, b: unknown): Difference[] {
  return differences(a, b).map((difference) => ({
    ...difference,
    path: difference.path.replace(/^state\.?/, ""),
  }));
}
