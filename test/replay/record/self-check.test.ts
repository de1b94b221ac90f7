import { describe, expect, test } from "vitest";
import { attempt, slicedEnvironment } from "../../support/environments.ts";
import { recordProgram } from "../../support/hidden-programs.ts";

const options = { steps: 60, blockSize: 10, seed: 1, selfCheck: true };

const program = (keeps: string, step: string): { text: string } => ({
  text: `${keeps} export default { name: "p", init: () => ({ n: 0 }), step: (s, rng, { step }) => { ${step} } };`,
});

describe("a self-check replays each part in a fresh instance", () => {
  test("a program that keeps nothing outside its state passes", async () => {
    const { run } = await recordProgram(program("", "s.n += rng.random();"), options);
    expect(run.steps).toBe(60);
  });

  test.each([
    [
      "what an earlier block left",
      "let n = 0;",
      "if (step === 5) n = 1; s.n = step < 10 ? 0 : n;",
      { from: 10, to: 20, path: "state.n", a: 1, b: 0 },
      "replaying steps 10..20 gave a different state: state.n was 1 and is 0 in the replay",
    ],
    [
      "the same, not shown at the end",
      "let n = 0;",
      "if (step === 5) n = 1; s.n = step < 10 || step % 10 === 9 ? 0 : n;",
      { from: 10, to: 20, step: 11, path: "state.n", a: 1, b: 0 },
      "the state at step 11 depends on what the program did before: state.n is 1 after other " +
        "steps, and 0 in a fresh instance",
    ],
    [
      "whether it ran before",
      "let ran = 0;",
      "s.n = step % 10 === 9 ? 0 : ran; ran = 1;",
      { from: 0, to: 10, step: 1, path: "state.n", a: 1, b: 0 },
      "the state at step 1 depends on what the program did before: state.n is 1 after other " +
        "steps, and 0 in a fresh instance",
    ],
    [
      "an event to come",
      "const events = new Set();",
      "if (step === 8) events.add(12); s.n = events.has(step) ? 1 : 0;",
      { from: 10, to: 20, step: 13, path: "state.n", a: 1, b: 0 },
      "the state at step 13 depends on what the program did before: state.n is 1 after other " +
        "steps, and 0 in a fresh instance",
    ],
  ])("%s is named", async (_, keeps, step, data, message) => {
    await expect(recordProgram(program(keeps, step), options)).rejects.toMatchObject({
      code: "SELF_CHECK_FAILED",
      message,
      data,
    });
  });

  test("the recording before the part that fails is kept", async () => {
    let n = 0;
    const leak = { name: "leak", init: () => 0, step: () => (n++ < 80 ? 0 : n) };
    const env = slicedEnvironment(() => 1_100);
    const { kept, failure } = await attempt(env, leak as never, options);
    expect(failure?.code).toBe("SELF_CHECK_FAILED");
    expect(kept?.manifest.steps).toBeLessThan(60);
    expect((kept?.manifest.steps ?? 0) % 10).toBe(0);
  });
});
