import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/runs.ts";
import { actions } from "./operations-actions.ts";
import { Lab, refsOf } from "./operations-lab.ts";

describe("any sequence of operations", () => {
  test("leaves every branch exact, every ref as undo restores it, and every run whole", async () => {
    const succeeded = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(actions, { minLength: 1, maxLength: 70, size: "max" }),
        async (plan) => {
          const lab = await new Lab().create();
          for (const action of plan) await lab.act(action);
          await lab.undoAndRedoAll();
          await lab.reopen();
          expect(await refsOf(lab.repo)).toEqual(lab.model.refs);
          await lab.checkAll();
          await lab.repo.close();
          for (const [what, times] of lab.succeeded) {
            succeeded.set(what, (succeeded.get(what) ?? 0) + times);
          }
        },
      ),
      { numRuns: runs(50) },
    );
    // An action that never succeeds is not tested.
    const all = [
      ...["record", "branch", "matrix", "extend", "resume", "reset", "tag", "untag", "delete"],
      ...["rename", "checkout", "undo", "redo", "kept a part", "kept nothing"],
    ];
    expect(all.filter((what) => !succeeded.has(what))).toEqual([]);
  });
});
