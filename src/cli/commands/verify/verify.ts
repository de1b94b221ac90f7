import { count, plural } from "../../../base/count.ts";
import { parseRange, parseRevision } from "../../../history/revision.ts";
import type { Mismatch } from "../../../replay/compare/verify.ts";
import type { WhichProgram } from "../../../repository.ts";
import { type Command, command, STATUS } from "../../command.ts";
import { readJobs } from "../../input/parse.ts";
import { quoted } from "../../input/quoted.ts";
import { wholeRun } from "../../input/revision.ts";
import { usageError } from "../../input/usage-error.ts";
import { JOBS_OPTION, PROGRAM_OPTION, TRUST_OPTION } from "../../options.ts";
import { cutPair } from "../../show/cut-pair.ts";
import { stateJson, stateLine } from "../../show/state.ts";
import { TRACE_KEYS, verifyTrace } from "./against-trace.ts";
import { SIGNATURE_KEYS, verifySignature } from "./signature.ts";

export const verify: Command = command({
  positionals: { revision: { type: "string", completes: "revision", without: "HEAD" } },
  describe:
    "Replays blocks of a run from their checkpoints, each in a fresh instance of the program, and compares\nthem, bit for bit, with what was recorded: ten blocks, all of them with --full, or the one that leads to\nREV@STEP. With --trace, compares one block with the states that another machine has seen. With --signature,\nREV is a tag, and its signature is checked instead. Exit status 3 when something does not match.",
  options: {
    full: { describe: "replay every block", type: "boolean" },
    trace: {
      describe: "compare with this file, which trace wrote on another machine",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    epsilon: {
      describe: "how far numbers may be apart to be a drift; 1e-9 by default",
      type: "string",
      value: "E",
    },
    signature: { describe: "check who has signed this tag; replays nothing", type: "boolean" },
    "allowed-signers": {
      describe: "who may sign, as for ssh-keygen; signing.allowed, or else Git's file, by default",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    jobs: JOBS_OPTION,
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
  },
  examples: [
    ["verify main --full", "replay all of it"],
    ["verify main@842_137", "replay the block that leads to this step"],
    [
      "verify main --trace block.trace",
      "the first step and field that differ from another machine",
    ],
    ["verify v1 --signature", "who has signed the tag v1"],
    ["verify main --program working", "does the code as it is now give the same run?"],
  ],
  keys: {
    verify: ["ok", "blocksChecked", "mismatch"],
    "verify --trace": TRACE_KEYS,
    "verify --signature": SIGNATURE_KEYS,
  },
  async run(args, context) {
    const { out, open, long } = context;
    checkForms(args);
    const jobs = readJobs(args.jobs);
    if (args.signature) {
      if (args.revision === undefined)
        throw usageError("expected a tag: rewind verify TAG --signature");
      return verifySignature(args.revision, args.allowedSigners, context);
    }
    const repo = await open({ trust: args.trust });
    const revision = args.revision ?? "HEAD";
    const { program } = args;
    if (args.trace !== undefined) {
      const { run } = await wholeRun(repo, revision, { program });
      return verifyTrace(run, { file: args.trace, epsilon: args.epsilon, revision }, context);
    }
    const at = parseRange(revision) === undefined && parseRevision(revision).step !== undefined;
    if (at && args.full) {
      throw usageError("expected --full or one step to check, got both");
    }
    const { run, step } = await (at
      ? repo.revision(revision, { program })
      : wholeRun(repo, revision, { program }));
    // The recorded program shows where the working one begins to differ.
    const recorded =
      program === "working"
        ? (await repo.revision(revision, { program: "beside" })).run
        : undefined;
    const full = args.full === true;
    const options = { ...long("verifying"), full, at: step, recorded, jobs };
    const { ok, blocksChecked, mismatch } = await run.verify(options);
    const types = mismatch && (await run.typesAt(mismatch.to));
    const changes = (): object[] =>
      (mismatch?.changes ?? []).map(({ path, a, b }) => ({
        path,
        a: stateJson(a, types, path),
        b: stateJson(b, types, path),
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
          return `ok: ${count(blocksChecked)} of ${blocks} replayed, all as recorded`;
        }
        const { block, from, to, step, against } = mismatch;
        const isHidden = against === "replay";
        const [one, other] = isHidden
          ? ["after other steps", "in a fresh instance"]
          : ["recorded", "replayed"];
        const inside = "differs inside the block, and is equal at its end";
        const atEnd = mismatch.changes.length > 0 ? "differs at its end:" : inside;
        return [
          `block ${count(block)}, steps ${count(from)} to ${count(to)}, ${
            isHidden ? "depends on what the program did before" : "does not replay as recorded"
          }`,
          step === undefined ? atEnd : `first different step: ${count(step)}`,
          ...mismatch.changes.slice(0, 20).map((change) => {
            const { path } = change;
            const texts = [
              stateLine(change.a, types, path),
              stateLine(change.b, types, path),
            ] as const;
            const [a, b] = cutPair(...texts, MOST_LETTERS);
            return `  ${path}: ${one} ${a}, ${other} ${b}`;
          }),
          ...likely(program, parseRevision(revision).base, mismatch),
        ].join("\n");
      },
    );
    return ok ? STATUS.ok : STATUS.differs;
  },
});

/** What is checked is the run, a trace or a signature. Throws USAGE. */
function checkForms(args: {
  readonly full: boolean | undefined;
  readonly trace: string | undefined;
  readonly epsilon: string | undefined;
  readonly signature: boolean | undefined;
  readonly allowedSigners: string | undefined;
}): void {
  const forms = (["full", "trace", "signature"] as const).filter(
    (form) => args[form] !== undefined && args[form] !== false,
  );
  if (forms.length > 1) throw usageError(`expected --${forms[0]} or --${forms[1]}, got both`);
  if (args.trace === undefined && args.epsilon !== undefined) {
    throw usageError("--epsilon needs --trace");
  }
  if (args.signature !== true && args.allowedSigners !== undefined) {
    throw usageError("--allowed-signers needs --signature");
  }
}

/** The likely cause if the recorded code does not reproduce the run, and how to find the step. */
function likely(
  program: WhichProgram | undefined,
  revision: string,
  { causes, block }: Mismatch,
): string[] {
  if (program === "working") return [];
  const unknown = "something outside its state: `rewind record --self-check` finds it at once";
  if (causes.length === 0) return [`likely cause: ${unknown}`];
  return [
    `likely cause: ${causes.join("; ")}`,
    `the step and the field: \`rewind trace ${quoted(revision)} --block ${block} -o FILE\` there, then \`rewind verify ${quoted(revision)} --trace FILE\` here`,
  ];
}
/** Longer values are cut. */
const MOST_LETTERS = 200;
