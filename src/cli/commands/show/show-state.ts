import { count } from "../../../base/count.ts";
import { toJson } from "../../../codec/json/write.ts";
import { shortId } from "../../../object/id.ts";
import type { RevisionOf } from "../../../repository.ts";
import { shortRef } from "../../../store/ref-name.ts";
import { showChecked } from "../../show/checked-state.ts";
import { formatState } from "../../show/state.ts";
import type { Output } from "../../terminal/output.ts";

/** Prints the state at the step that a revision names, by default the last; and where it is. */
export async function showState(
  out: Output,
  { run, ref, step = run.steps }: RevisionOf<unknown, object>,
  options: Parameters<typeof showChecked>[2],
): Promise<void> {
  const types = await run.typesAt(step);
  const name = ref === undefined ? undefined : shortRef(ref);
  const { steps, goal } = run.manifest;
  await showChecked(run, step, options, (state) => {
    const data = (): object => {
      return { name: name ?? null, run: run.id, step, steps, goal, state: toJson(state, types) };
    };
    out.result(data, () => {
      const where = name === undefined ? `run ${shortId(run.id)}` : name;
      const id = name === undefined ? "" : ` (run ${shortId(run.id)})`;
      const unfinished = steps < goal ? `, unfinished at ${count(steps)} of ${count(goal)}` : "";
      const length = steps < goal ? "" : ` of ${count(steps)}`;
      return [
        `${where} at step ${count(step)}${length}${id}${unfinished}`,
        formatState(state, { types }),
      ].join("\n");
    });
  });
}
