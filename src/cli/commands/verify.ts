import { parseRange, parseRevision } from "../../history/revision.ts";
import { type Mismatch, verify as verifyRun } from "../../replay/compare/verify.ts";
import type { WhichProgram } from "../../repository.ts";
import { type Command, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { usageError } from "../input/parse.ts";
import { wholeRun } from "../input/revision.ts";
import { cutPair } from "../show/cut-pair.ts";
import { stateJson, stateLine } from "../show/state.ts";
import { count, plural } from "../terminal/text.ts";

export const verify: Command = {
  usage: "[revision]",
  describe:
    "Replays blocks of a run from their checkpoints, each in a fresh instance of the program, and compares\nthem, bit for bit, with what was recorded: ten blocks, all with --full, or the one that leads to\nREV@STEP. Exit status 3 when a replay does not match.",
  options: {
    full: { describe: "replay every block", type: "boolean" },
    ...REPLAY_OPTIONS,
  },
  examples: [
    ["verify main --full", "replay all of it"],
    ["verify main@842_137", "replay the block that leads to this step"],
    ["verify main --program working", "does the code as it is now give the same run?"],
  ],
  async run(args, { out, open, long }) {
    const repo = await open({ trust: args.trust === true });
    const revision = String(args.revision ?? "HEAD");
    const which = args.program as WhichProgram;
    const at = parseRange(revision) === undefined && parseRevision(revision).step !== undefined;
    if (at && args.full === true) {
      throw usageError("expected --full or one step to check, got both");
    }
    const { run, step } = await (at
      ? repo.revision(revision, { program: which })
      : wholeRun(repo, revision, { program: which }));
    // The recorded program only says where the working one begins to differ.
    const recorded =
      which === "working"
        ? (await repo.revision(revision, { program: "beside" })).run.replayer
        : undefined;
    const options = { ...long("verifying"), full: args.full === true, at: step };
    const { ok, blocksChecked, mismatch } = await verifyRun(run.replayer, options, recorded);
    const types = mismatch && (await run.replayer.segmentAt(mismatch.to)).simulation.types;
    await repo.close();
    const changes = (): object[] =>
      (mismatch?.changes ?? []).map(({ path, a, b }) => ({
        path,
        a: stateJson(a, types),
        b: stateJson(b, types),
      }));
    out.result(
      () => ({
        ok,
        blocksChecked,
        mismatch:
          mismatch === undefined
            ? null
            : { ...mismatch, step: mismatch.step ?? null, changes: changes() },
      }),
      () => {
        const blocks = plural(run.checkpoints, "block");
        if (mismatch === undefined) {
          return `ok: ${count(blocksChecked)} of ${blocks} replayed, every one as recorded`;
        }
        const { block, from, to, step, against } = mismatch;
        const isHidden = against === "replay";
        const [one, other] = isHidden
          ? ["after other steps", "in a fresh instance"]
          : ["recorded", "replayed"];
        const inside = "differs inside the block, and agrees at its end";
        const atEnd = mismatch.changes.length > 0 ? "differs at its end:" : inside;
        return [
          `block ${count(block)}, steps ${count(from)} to ${count(to)}, ${
            isHidden ? "depends on what the program did before" : "does not replay as recorded"
          }`,
          step === undefined ? atEnd : `first different step: ${count(step)}`,
          ...mismatch.changes.slice(0, 20).map((change) => {
            const { path } = change;
            const texts = [stateLine(change.a, types), stateLine(change.b, types)] as const;
            const [a, b] = cutPair(...texts, MOST_LETTERS);
            return `  ${path}: ${one} ${a}, ${other} ${b}`;
          }),
          ...likely(which, mismatch),
        ].join("\n");
      },
    );
    return ok ? STATUS.ok : STATUS.differs;
  },
};

/** What may be the cause, where the recorded code does not give the recorded run. */
function likely(which: WhichProgram, { causes }: Mismatch): string[] {
  if (which === "working") return [];
  const unknown =
    "something that is not in its state: `rewind record --self-check` finds it at once";
  return [`likely cause: ${causes.length > 0 ? causes.join("; ") : unknown}`];
}
/** Longer values are cut. */
const MOST_LETTERS = 200;
