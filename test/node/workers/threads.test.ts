import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeWorkers } from "../../../src/node/workers/crew.ts";
import { startThread } from "../../../src/node/workers/thread.ts";
import type { Environment } from "../../../src/replay/environment.ts";
import { setupOf } from "../../../src/replay/jobs/setup.ts";
import { workspaceOf } from "../../../src/replay/jobs/task.ts";
import { lookOf } from "../../../src/replay/look/expression.ts";
import type { Interrupted } from "../../../src/replay/look/find.ts";
import { openRun } from "../../../src/replay/run/open-run.ts";
import type { Run } from "../../../src/replay/run/run.ts";
import { openRepository, type Repository } from "../../../src/repository.ts";
import { emptyProject } from "../../support/run-cli.ts";

/** Workers from the first slice on, in the smallest pieces. */
const PACE = { afterMs: 0, worthMs: 0, leastMs: 1, mostMs: 5 };

let repo: Repository;
let id: Run["id"];

beforeAll(async () => {
  const project = await emptyProject();
  await project.write(
    "walk.ts",
    `export default { name: "walk", init: () => ({ x: 0 }), step: (s, rng) => {
      for (let i = 0; i < 50; i++) s.x += rng.random() - 0.5; /* here */ } };`,
  );
  await project.ok("record", "walk.ts", "--steps", "20000", "--seed", "3");
  repo = await openRepository(project.root);
  ({ id } = (await repo.revision("main")).run);
});

afterAll(() => repo.close());

async function runWith(jobs: number): Promise<Run> {
  const { root } = repo.store.objects.folders;
  const workers = jobs === 1 ? undefined : { ...nodeWorkers(root, { pace: PACE }), jobs };
  const env: Environment = { ...repo.environment(), workers };
  return openRun(id, env);
}

const value = (text: string) => lookOf({ kind: "value", texts: [text] }) as never;

describe("threads", () => {
  test.each([2, 3])("%d give what one gives", async (jobs) => {
    const [one, some] = [await runWith(1), await runWith(jobs)];
    expect(await some.verify({ full: true })).toEqual(await one.verify({ full: true }));
    for (const text of ["state.x > 20", "step === 15_000", "step > 1e9"]) {
      expect(await some.find(value(text))).toEqual(await one.find(value(text)));
    }
    expect(await some.count(value("state.x > 3"))).toEqual(await one.count(value("state.x > 3")));
    expect(await some.stats(value("state.x"))).toEqual(await one.stats(value("state.x")));
    const fails = value("step === 19_000 ? nothing : 0");
    const failure = await one.stats(fails).catch((error: Error) => error);
    await expect(some.stats(fails)).rejects.toThrow(failure as Error);
  });

  test("a signal ends all of them", async () => {
    const stop = new AbortController();
    const run = await runWith(2);
    const onProgress = ({ done }: { readonly done: number }) => void (done > 5_000 && stop.abort());
    const counted = run.count(value("true"), { signal: stop.signal, onProgress });
    const error = await counted.catch((error: unknown) => error);
    const { data } = error as { readonly data: Interrupted };
    const { looked, held, rest } = data;
    const to = looked?.to ?? Number.NaN;
    expect(error).toMatchObject({ code: "INTERRUPTED", data: { looked: { from: 0 } } });
    expect([held, rest]).toEqual([to + 1, { from: to + 1, to: 20_000 }]);
  });

  test("a worker that hangs is an error that names the run and the step", async () => {
    const run = await runWith(1);
    const setup = (await setupOf(workspaceOf(run.replayer))) as NonNullable<
      Awaited<ReturnType<typeof setupOf>>
    >;
    // What no recording could hold: from step 5,000 on, a step never ends.
    const programs = new Map(
      [...setup.programs].map(([program, portable]) => {
        const { code } = portable as { readonly code: string };
        const hangs = code.replace("s.x +=", "if (s.x > 2) for (;;) ; s.x +=");
        expect(hangs).not.toBe(code);
        return [program, { ...(portable as object), code: hangs }];
      }),
    );
    const { root } = repo.store.objects.folders;
    const worker = startThread({
      ...{ root, setup: { ...setup, programs }, hangMs: 300, onEnd: () => undefined },
    });
    await worker.ready;
    const request = {
      task: "verify",
      input: { full: true },
      piece: { from: 0, to: 20_000 },
      step: 0,
    };
    await expect(worker.run(request, () => undefined)).rejects.toMatchObject({
      code: "WORKER_FAILED",
      message: expect.stringMatching(/^a worker gave no sign for \d+ s while it replayed run /),
      data: { run: id, step: expect.any(Number) },
    });
    await worker.end();
  });
});
