import { describe, expect, test } from "vitest";
import { recordProgram } from "../../laws/hidden-programs.ts";
import { attempt, slicedEnvironment } from "../../laws/lab.ts";

const options = { steps: 60, blockSize: 10, seed: 1, selfCheck: true };

const program = (keeps: string, step: string): { text: string } => ({
  text: `${keeps} export default { name: "p", init: () => ({ n: 0 }), step: (s, rng, { step }) => { ${step} } };`,
});

describe("a self-check replays each part in a fresh instance", () => {
  test("what keeps nothing outside its state passes", async () => {
    const { run } = await recordProgram(program("", "s.n += rng.random();"), options);
    expect(run.steps).toBe(60);
  });

  test.each([
    [
      "another end",
      "let n = 0;",
      "s.n = n++;",
      /^replaying steps 10\.\.20 gave another state: state\.n /,
    ],
    ["other states inside", "let n = 0;", "s.n = step % 10 === 9 ? 0 : ++n;", /on the way/],
    ["a cache", "const c = [];", "s.n = c.push(step);", /state\.n was 20 and is 10/],
  ])("%s is named", async (_, keeps, step, message) => {
    await expect(recordProgram(program(keeps, step), options)).rejects.toMatchObject({
      code: "SELF_CHECK_FAILED",
      message: expect.stringMatching(message),
      data: { from: 10, to: 20 },
    });
  });

  test("what was recorded before the part that fails is kept", async () => {
    let n = 0;
    const leak = { name: "leak", init: () => 0, step: () => (n++ < 40 ? 0 : n) };
    const env = slicedEnvironment(() => 1_100);
    const { kept, failure } = await attempt(env, leak as never, options);
    expect(failure?.code).toBe("SELF_CHECK_FAILED");
    expect(kept?.run.steps).toBeLessThan(60);
    expect((kept?.run.steps ?? 0) % 10).toBe(0);
  });
});
