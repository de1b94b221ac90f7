import { emptyProject, type Project } from "../support/run-cli.ts";

/** A change of a counter's run: new params after this step, or a new state at it. */
export interface CounterChange {
  readonly at: number;
  readonly add?: number;
  readonly x?: number;
}

/** A simulation whose states can be computed without it: every step counts, and its param. */
export const COUNTER = `export default {
  name: "counter",
  params: { add: 1, label: "none" },
  init: () => ({ x: 0, last: 0 }),
  step: (state, _rng, ctx) => ({
    x: (state.x * 31 + ctx.step + ctx.params.add) % 1000003,
    last: ctx.step,
  }),
};`;

/** A project with `counter.ts` and, if given, this many steps of it on main. */
export async function counterProject(steps?: number): Promise<Project> {
  const project = await emptyProject();
  await project.write("counter.ts", COUNTER);
  if (steps !== undefined) await project.ok("record", "counter.ts", "--steps", String(steps));
  return project;
}

/** The states of such a run, by brute force. */
export function counted(steps: number, changes: readonly CounterChange[] = []): number[] {
  const states: number[] = [];
  let [x, add] = [0, 1];
  for (let step = 0; step <= steps; step++) {
    for (const change of changes.filter(({ at }) => at === step)) {
      x = change.x ?? x;
      add = change.add ?? add;
    }
    states.push(x);
    x = (x * 31 + step + add) % 1_000_003;
  }
  return states;
}

/** The states at these steps, as the command line shows them. */
export async function shown(
  project: Project,
  revision: string,
  steps: readonly number[],
): Promise<number[]> {
  const states: number[] = [];
  for (const step of steps) {
    const { json } = await project.ok("get", `${revision}@${step}`, "--path", "x", "--json");
    states.push(json.state);
  }
  return states;
}
