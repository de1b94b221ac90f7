import { checkStepInRange } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { decodeState, encodeState, type LongOptions } from "./environment.ts";
import type { Replayer } from "./replayer.ts";
import { scan } from "./scan.ts";
import type { StepContext } from "./simulation.ts";

/** Which steps a pass looks at: all of them, unless told. */
export interface RangeOptions extends LongOptions {
  /** The first step to look at; 0 unless given. */
  readonly from?: number | undefined;
  /** The last step to look at; the run's last unless given. */
  readonly to?: number | undefined;
}

/** A step and the state there. */
export interface Found<S> {
  readonly step: number;
  readonly state: S;
}

/** The first step at which `predicate` holds, and the state there; undefined where there is none. */
export async function find<S>(
  replayer: Replayer,
  predicate: (state: S, ctx: StepContext<never>) => unknown,
  options: RangeOptions = {},
): Promise<Found<S> | undefined> {
  const holds = await contextual(replayer, predicate, options);
  const position = await scan(replayer, { ...options, ...holds.range }, (state, step) =>
    Boolean(holds.call(state as S, step)),
  );
  if (position === undefined) return undefined;
  const { simulation } = position.segment;
  const encoded = encodeState(position.state, simulation, replayer.env);
  return { step: position.step, state: decodeState(encoded, simulation) as S };
}

/** A user's function of a state and its context, made ready for a scan: FUNCTION_FAILED names the step. */
export async function contextual<S, R>(
  replayer: Replayer,
  f: (state: S, ctx: StepContext<never>) => R,
  options: RangeOptions,
): Promise<{ readonly range: { from: number; to: number }; call(state: S, step: number): R }> {
  const { steps, segments } = replayer.run;
  const to = checkStepInRange(options.to ?? steps, steps);
  const from = checkStepInRange(options.from ?? 0, to);
  const live = await Promise.all(segments.map((segment) => replayer.segmentAt(segment.start)));
  const contexts = live.map(({ start, params }) => ({ start, context: { step: start, params } }));
  let index = contexts.findLastIndex((segment) => segment.start <= from);
  return {
    range: { from, to },
    call(state, step) {
      while (index + 1 < contexts.length && step >= contexts[index + 1]!.start) index++;
      const { context } = contexts[index]!;
      context.step = step;
      try {
        return f(state, context as unknown as StepContext<never>);
      } catch (cause) {
        const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
        throw new RewindError(
          "FUNCTION_FAILED",
          `the function failed at step ${step}: ${message}`,
          { step },
          { cause },
        );
      }
    },
  };
}
