import { describe, expect, test } from "vitest";
import { encodeRun, type RunManifest } from "../../../src/object/run.ts";
import { openRepository } from "../../../src/repository.ts";
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

  test("a run that does not replay here: what differs from the host that recorded it, and the block", async () => {
    const { project, here } = await recordedElsewhere();
    const { status, stdout } = await project.run("verify", "theirs", "--full");
    expect(status).toBe(3);
    const differing = [
      "Math functions give different last bits here than where it was recorded",
      `it was recorded with Node 18.0.0, this is ${here.node}`,
      `it was recorded with V8 10.2.154, this is ${here.v8}`,
      `it was recorded with the architecture vax, this is ${here.arch}`,
      `it was recorded with ICU 71.1, this is ${here.icu}`,
    ];
    const [first, ...rest] = stdout.trimEnd().split("\n");
    expect(first).toBe("block 2, steps 64 to 96, does not replay as recorded");
    expect(rest.slice(-2)).toEqual([
      `likely cause: ${differing.join("; ")}`,
      "the step and the field: `rewind trace theirs --block 2 -o FILE` there, then `rewind verify theirs --trace FILE` here",
    ]);
    const { json } = await project.run("verify", "theirs@70", "--json");
    expect(json.mismatch).toMatchObject({ block: 2, from: 64, to: 96, causes: differing });
    const got = await project.run("get", "theirs@70");
    expect([got.status, got.stderr]).toEqual([3, expect.stringContaining(differing.join("; "))]);
  });
});

/**
 * A run whose third block has other states here than in the recording, which was made on another
 * machine.
 */
async function recordedElsewhere(): Promise<{ project: Project; here: Record<string, string> }> {
  const project = await walkProject();
  await project.ok(..."branch shifted main@70 --param p=1".split(" "));
  const repo = await openRepository(project.root);
  const [main, shifted] = [await repo.resolve("main"), await repo.resolve("shifted")];
  const here = main.run.meta.host as Record<string, string>;
  const other = { node: "18.0.0", v8: "10.2.154", arch: "vax", icu: "71.1", math: "0".repeat(64) };
  const manifest: RunManifest = {
    ...shifted.run,
    parents: [],
    segments: main.run.segments,
    meta: { ...main.run.meta, host: { ...here, ...other } },
  };
  const writer = await repo.store.objects.writer();
  const theirs = writer.put("run", encodeRun(manifest));
  await writer.close();
  await repo.store.refs.update(
    [{ name: "refs/heads/theirs", from: undefined, to: theirs }],
    "record elsewhere",
  );
  await repo.close();
  return { project, here };
}
