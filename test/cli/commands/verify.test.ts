import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

async function leaking(): Promise<Project> {
  const project = await emptyProject();
  await project.write(
    "leak.ts",
    'let calls = 0; export default { name: "leak", init: () => ({ n: 0 }), step: () => ({ n: ++calls }) };',
  );
  await project.ok("record", "leak.ts", "--steps", "100");
  return project;
}

describe("verify", () => {
  test("replays ten blocks, or all with --full", async () => {
    const project = await walkProject();
    expect((await project.ok("verify")).stdout).toBe(
      "ok: 10 of 32 blocks replayed, all as recorded\n",
    );
    const { json } = await project.ok("verify", "main", "--full", "--json");
    expect(json).toEqual({ ok: true, blocksChecked: 32, mismatch: null });
  });

  test("a mismatch names block, steps and fields: status 3", async () => {
    const project = await leaking();
    const { status, stdout } = await project.run("verify", "--full");
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /^block 0, steps 0 to 10, depends on what the program did before\nfirst different step: 1\n {2}state\.n: after other steps \d+, in a fresh instance 1\nlikely cause: something outside its state: .*\n$/,
    );
    const { json } = await project.run("verify", "--full", "--json");
    expect(Object.keys(json)).toEqual(["ok", "blocksChecked", "mismatch"]);
    expect(json.ok).toBe(false);
    const fields = ["against", "block", "causes", "changes", "from", "step", "to"];
    expect(Object.keys(json.mismatch).sort()).toEqual(fields);
  });

  test("an effect that comes and goes is named with its first step: status 3", async () => {
    const project = await emptyProject();
    await project.write(
      "flag.ts",
      'let n = 0; export default { name: "flag", init: () => ({ seen: 0 }), step: () => ({ seen: ++n % 31 === 0 ? 1 : 0 }) };',
    );
    await project.ok("record", "flag.ts", "--steps", "100", "--seed", "1");
    const { status, stdout } = await project.run("verify", "--full");
    expect([status, stdout]).toEqual([
      3,
      [
        "block 3, steps 30 to 40, depends on what the program did before",
        "first different step: 31",
        "  state.seen: after other steps 1, in a fresh instance 0",
        "likely cause: something outside its state: `rewind record --self-check` finds it at once\n",
      ].join("\n"),
    ]);
  });

  test("REV@STEP checks the block that leads to the step; a range is refused", async () => {
    const project = await walkProject();
    expect((await project.ok("verify", "main@500")).stdout).toBe(
      "ok: 1 of 32 blocks replayed, all as recorded\n",
    );
    const { status, stderr } = await project.run("verify", "main@5..@9");
    expect([status, stderr]).toEqual([2, expect.stringContaining("expected a run")]);
  });

  test("Ctrl-C: status 130", async () => {
    const project = await walkProject();
    for (const command of ["verify main --full", "find main false", "stats main"]) {
      const result = await project.runWith({ interrupt: true }, ...command.split(" "));
      expect([command, result.status, result.stderr]).toEqual([
        command,
        130,
        expect.stringMatching(/^error: interrupted/),
      ]);
    }
  });
});
