import type { Path } from "../../codec/path/format.ts";
import { type Snapshot, sameSnapshot, snapshotOf } from "../../codec/snapshot.ts";
import { type Box, finderIn } from "../../codec/state/access.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import type { LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import type { Params, StepContext } from "../simulation.ts";
import { reach, type StepRange } from "./scan.ts";

/** Looks for steps at which the value at a path is another than one step before. */
export class ChangesAt {
  readonly path: Path;

  constructor(path: Path) {
    this.path = path;
  }

  /**
   * A function that tells it of each step of a range, to be called in order. A place that does not
   * exist has no value: it changes when it appears, and when it goes. Step 0 is no change.
   */
  async over(
    replayer: Replayer,
    { from }: StepRange,
    options: LongOptions,
  ): Promise<(state: unknown, context: StepContext<Params>) => boolean> {
    let before: Snapshot | undefined;
    if (from > 0) {
      const { state, segment } = await reach(replayer, from - 1, options);
      before = replayer.env.guard(() => this.#look(state, segment.simulation.types));
    }
    return (state, context) => {
      const now = this.#look(state, replayer.simulationOf(context).types);
      const differs = context.step > 0 && !sameSnapshot(before, now);
      before = now;
      return differs;
    };
  }

  #look(state: unknown, types: TypeCodecs | undefined): Snapshot | undefined {
    let found: Box | undefined = { is: state };
    for (const step of this.path) found = found && finderIn(found.is, types)(step);
    return snapshotOf(found, types);
  }
}
