import type { Difference } from "../../../codec/differences.ts";
import { PlacesToJson, toJson } from "../../../codec/json/write.ts";
import type { TypeCodecs } from "../../../codec/state/type-codecs.ts";
import type { DifferenceStatistics } from "../../../replay/compare/field-statistics.ts";
import type { Comparison } from "../../../repository/compare.ts";
import { plotJson } from "./describe-plot.ts";

/** A comparison as JSON. Options only add keys. */
export function differenceJson(comparison: Comparison): object {
  const { at, differs, shared, sources, samples, types, typesAtEnd } = comparison;
  const { identical, forkStep, firstDifferentStep, changes, inputs, segments, end } = comparison;
  const { spans, statistics } = comparison;
  return {
    identical: at === undefined ? identical : !differs,
    forkStep: forkStep ?? null,
    firstDifferentStep: firstDifferentStep ?? null,
    changes: stateChanges(changes, types),
    inputs: changesJson(inputs),
    shared: shared === undefined ? null : { run: shared.run, name: shared.name ?? null },
    segments: segments.map(({ from, to, changes }) => ({
      from,
      to,
      changes: changesJson(changes),
    })),
    sources: sources.map(({ from, a, b, patch, missing }) => ({
      from,
      a,
      b,
      patch: patch === undefined ? null : patch.join("\n"),
      missing,
    })),
    end:
      end === undefined
        ? null
        : {
            step: end.a,
            fields: end.fields,
            different: end.different,
            changes: stateChanges(end.changes, typesAtEnd),
          },
    ...(at && { at: { a: at[0], b: at[1] } }),
    ...(spans && { spans }),
    ...(statistics && { stat: statisticsJson(statistics) }),
    ...(samples && { plot: plotJson(samples) }),
  };
}

function changesJson(changes: readonly Difference[]): object[] {
  return changes.map(({ path, a, b }) => ({ path, a: toJson(a), b: toJson(b) }));
}

function stateChanges(changes: readonly Difference[], types: TypeCodecs | undefined): object[] {
  const [ofA, ofB] = [new PlacesToJson(types), new PlacesToJson(types)];
  return changes.map(({ path, a, b }) => ({
    path,
    a: ofA.toJson(a, path),
    b: ofB.toJson(b, path),
  }));
}

function statisticsJson({ fields, ...all }: DifferenceStatistics): object {
  return {
    ...all,
    fields: fields.map(({ largest, atEnd, about, ...field }) => ({
      ...field,
      ...(about && { about }),
      largest:
        largest === undefined ? null : { ...largest, difference: toJson(largest.difference) },
      atEnd: atEnd === undefined ? null : toJson(atEnd),
    })),
  };
}
