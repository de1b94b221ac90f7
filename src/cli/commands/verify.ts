import { verify as verifyRun } from "../../replay/compare/verify.ts";
import type { WhichProgram } from "../../repository.ts";
import { type Command, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { wholeRun } from "../input/revision.ts";
import { cutPair } from "../show/cut-pair.ts";
import { stateJson, stateLine } from "../show/state.ts";
import { count, plural } from "../terminal/text.ts";

export const verify: Command = {
  usage: "[revision]",
  describe:
    "Replays blocks of a run from their checkpoints and compares each end, bit for bit, with what was\nrecorded: ten of them, or all with --full. Exit status 3 where a replay does not match.",
  options: {
    full: { describe: "replay every block", type: "boolean" },
    ...REPLAY_OPTIONS,
  },
  examples: [
    ["verify main --full", "replay all of it"],
    ["verify main --program working", "does the code as it is now give the same run?"],
  ],
  async run(args, { out, open, long }) {
    const repo = await open({ trust: args.trust === true });
    const revision = String(args.revision ?? "HEAD");
    const which = args.program as WhichProgram;
    const { run } = await wholeRun(repo, revision, { program: which });
    // The recorded program only says where the working one begins to differ.
    const recorded =
      which === "working"
        ? (await repo.revision(revision, { program: "beside" })).run.replayer
        : undefined;
    const options = { ...long("verifying"), full: args.full === true };
    const { ok, blocksChecked, mismatch } = await verifyRun(run.replayer, options, recorded);
    const types = mismatch && (await run.replayer.segmentAt(mismatch.to)).simulation.types;
    await repo.close();
    const changes = mismatch?.changes.map(({ path, a, b }) => ({
      path,
      a: stateJson(a, types),
      b: stateJson(b, types),
    }));
    out.result(
      {
        ok,
        blocksChecked,
        mismatch:
          mismatch === undefined ? null : { ...mismatch, step: mismatch.step ?? null, changes },
      },
      () => {
        const blocks = plural(run.checkpoints, "block");
        if (mismatch === undefined) {
          return `ok: ${count(blocksChecked)} of ${blocks} replayed, every one as recorded`;
        }
        const { block, from, to, step } = mismatch;
        return [
          `block ${count(block)}, steps ${count(from)} to ${count(to)}, does not replay as recorded`,
          step === undefined ? `differs at its end:` : `first different step: ${count(step)}`,
          ...mismatch.changes.slice(0, 20).map(({ path, a, b }) => {
            const texts = [stateLine(a, types), stateLine(b, types)] as const;
            const [recorded, replayed] = cutPair(...texts, MOST_LETTERS);
            return `  ${path}: recorded ${recorded}, replayed ${replayed}`;
          }),
        ].join("\n");
      },
    );
    return ok ? STATUS.ok : STATUS.differs;
  },
};

/** Longer values are cut. */
const MOST_LETTERS = 200;
