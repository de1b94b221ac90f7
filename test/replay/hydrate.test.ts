import { expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import type { Id } from "../../src/object/id.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { openRun, recordInto } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";

/** A run over a store that lacks every checkpoint but the first, and what it lacks. */
async function thinRun(elements: number): Promise<{ run: Run; lacking: Set<Id> }> {
  const env = nodeEnvironment();
  const simulation = {
    name: "field",
    init: () => new Float64Array(elements),
    step: (field: Float64Array) => {
      field[0] = (field[0] as number) + 1;
    },
  };
  const whole = await recordInto(env, codeOf(simulation as never), { steps: 24, blockSize: 2 });
  const lacking = new Set<Id>();
  for (let step = 2; step < 24; step += 2) {
    const ref = await whole.replayer.stored(step);
    if (ref !== undefined && "id" in ref) lacking.add(ref.id);
  }
  const { store } = env;
  const thin: typeof store = {
    ...store,
    get: async (id) => (lacking.has(id) ? undefined : store.get(id)),
    async writer() {
      const writer = await store.writer();
      const put: typeof writer.put = (kind, body) => {
        const id = writer.put(kind, body);
        lacking.delete(id);
        return id;
      };
      return { ...writer, put, commit: () => writer.commit(), close: () => writer.close() };
    },
  };
  return { run: (await openRun(whole.id, { ...env, store: thin })) as Run, lacking };
}

test("what a store lacks is derived, proved, and filled in once", async () => {
  const { run, lacking } = await thinRun(100);
  expect(lacking.size).toBe(11);
  expect((await run.get(13)) as Float64Array).toEqual(new Float64Array(100).fill(13, 0, 1));
  expect(await run.hydrate({ from: 4, to: 9 })).toEqual({ checkpoints: 3, derived: 3 });
  expect(lacking.size).toBe(8);
  expect(await run.hydrate()).toEqual({ checkpoints: 12, derived: 8 });
  expect(await run.hydrate()).toEqual({ checkpoints: 12, derived: 0 });
});

test("all of it, also after a replay of which memory holds only a part", async () => {
  // 11 checkpoints of 8 MB: more than are kept in memory.
  const { run, lacking } = await thinRun(1 << 20);
  await run.get(23);
  expect(await run.hydrate()).toEqual({ checkpoints: 12, derived: 11 });
  expect(lacking.size).toBe(0);
});
