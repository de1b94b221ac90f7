import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../src/codec/decode.ts";
import { Leaves } from "../../src/codec/leaves.ts";
import { parsePath } from "../../src/codec/path/parse.ts";
import { sameSnapshot, snapshotOf, snapshotValue } from "../../src/codec/snapshot.ts";
import { type Box, finderIn, storedOf } from "../../src/codec/state/access.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { branched, families, forked, fractions, recorded } from "../support/arbitraries.ts";
import { bruteForce, type Lineage } from "../support/brute-force.ts";
import { slicedEnvironment } from "../support/environments.ts";
import { runs } from "../support/runs.ts";

/** What is at a path of an encoded state. */
function at({ form }: Lineage, bytes: Uint8Array, path: string) {
  const { types } = form.simulation;
  let found: Box | undefined = { is: decode(bytes, { types }) };
  for (const step of parsePath(path)) found = found && finderIn(found.is, types)(step);
  return snapshotOf(found && { is: storedOf(found.is, types) }, types);
}

/** The states that a fork's step would have without the fork, by the step of each change. */
function unchanged(lineage: Lineage): ReadonlyMap<number, Uint8Array> {
  const forks = lineage.changes.map(({ at: step }, i) => {
    const steps = step;
    const before = { ...lineage, steps, changes: lineage.changes.slice(0, i) };
    return [step, bruteForce(before).bytes[step]!] as const;
  });
  return new Map(forks);
}

describe("blame", () => {
  test("names the step that a loop over all states finds, in forks of forks too", async () => {
    await fc.assert(
      fc.asyncProperty(families, fractions, fc.boolean(), async ({ lineage, plans }, part, cut) => {
        // Two forks at one step count as one change there.
        const env = cut ? slicedEnvironment(() => 100) : nodeEnvironment();
        let run = await recorded(env, lineage);
        let last = lineage;
        for (const plan of plans) {
          const next = forked(last, plan);
          if (last.changes.some((change) => change.at === next.at)) continue;
          last = next.lineage;
          run = await branched(run, last);
        }
        const step = Math.round(part * run.steps);
        const { bytes } = bruteForce(last);
        const between = unchanged(last);
        const { leaves, more } = await run.blame(step);
        const { types } = last.form.simulation;
        const state = decode(bytes[step]!, { types });
        const all = new Leaves(state, [], { types, limit: 1_000 });
        expect(more).toBe(all.more);
        expect(leaves.map(({ path }) => path)).toEqual(all.all.map(({ path }) => path));
        // A long array has more than a loop like this can do.
        for (const leaf of leaves.length > 100 ? leaves.slice(-20) : leaves) {
          const now = at(last, bytes[step]!, leaf.path);
          let expected: object = { step: 0, by: "start", isNew: true, before: undefined };
          for (let t = step; t > 0; t--) {
            const [own, steps, before] = [bytes[t]!, between.get(t) ?? bytes[t]!, bytes[t - 1]!];
            const [a, b] = [at(last, steps, leaf.path), at(last, before, leaf.path)];
            const was = !sameSnapshot(at(last, own, leaf.path), a)
              ? { by: "fork", before: a }
              : sameSnapshot(a, b)
                ? undefined
                : { by: "step", before: b };
            if (was === undefined) continue;
            const { by, before: value } = was;
            const isNew = value === undefined;
            expected = { step: t, by, isNew, before: value && snapshotValue(value) };
            break;
          }
          expect(leaf, leaf.path).toMatchObject(expected);
          expect(sameSnapshot(snapshotOf({ is: storedOf(leaf.value, types) }, types), now)).toBe(
            true,
          );
        }
      }),
      { numRuns: runs(60) },
    );
  });

  test("findChange and countChanges agree with it, and with a loop", async () => {
    await fc.assert(
      fc.asyncProperty(families, fractions, async ({ lineage }, part) => {
        const run = await recorded(nodeEnvironment(), lineage);
        const to = Math.round(part * run.steps);
        const { bytes } = bruteForce(lineage);
        const { leaves } = await run.blame(to);
        for (const { path, step, by } of leaves.slice(0, 3)) {
          const steps = Array.from({ length: to }, (_, i) => i + 1).filter(
            (t) => !sameSnapshot(at(lineage, bytes[t]!, path), at(lineage, bytes[t - 1]!, path)),
          );
          const [first, last] = [steps[0], steps.at(-1)];
          expect((await run.findChange(path, { to }))?.step).toBe(first);
          expect((await run.findChange(path, { to, last: true }))?.step).toBe(last);
          expect(await run.countChanges(path, { to })).toEqual({
            count: steps.length,
            first,
            last,
          });
          expect(by === "start" ? undefined : step).toBe(last);
        }
      }),
      { numRuns: runs(40) },
    );
  });
});
