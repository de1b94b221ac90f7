import { expect } from "vitest";
import { blocksOf } from "./blocks.ts";
import { readPage } from "./pages.ts";
import type { Playground } from "./playground.ts";
import { testPage } from "./run-page.ts";

testPage("docs/cookbook.md", { prepare: interruptNight });

/** Leaves the branch `night` unfinished: its recording was interrupted. */
async function interruptNight(place: Playground): Promise<void> {
  const train = blocksOf(readPage("docs/cookbook.md")).find(({ text }) =>
    text.startsWith("// train.ts"),
  );
  await place.write("train.ts", train?.text ?? "");
  await place.write(
    "interrupt.mts",
    `import { initRepository } from "rewind-engine";
    const repo = await initRepository(".");
    const keys = new AbortController();
    const recording = repo.record("train.ts", {
      steps: 10_000,
      seed: 3,
      branch: "night",
      signal: keys.signal,
      onProgress: ({ done }) => {
        if (done > 5_000) keys.abort();
      },
    });
    console.log(await recording.catch(({ code }) => code));
    await repo.close();`,
  );
  expect((await place.run("interrupt.mts")).output).toBe("INTERRUPTED\n");
}
