import type { Plan } from "../../plan/plan.ts";
import type { Arguments, Command, Context } from "../command.ts";
import { usageError } from "../input/parse.ts";
import { explainPlan } from "../plan/explain-plan.ts";
import { locateInPlan } from "../plan/locate-in-plan.ts";
import { readPlan } from "../plan/plan-argument.ts";
import { reconstruct } from "../plan/reconstruct.ts";

const EXAMPLE = '"seed 1; split 1806 0.8; epochs 9 of shuffle 1444"';

export const rng: Command = {
  usage: "[explain|locate] <plan>",
  describe: `Reconstructs what a generator of PyTorch, numpy or Python did, from a plan of what consumed it: the order
of the samples of an epoch, of a permutation or a split, the generator's state before it, as a file that
Python loads, and how many draws there were. A point of the plan is an epoch, which may follow it, an
event, or its end.
  explain  the plan event by event, with draws and digests of the states
  locate   the epoch that begins with samples that are known; exit status 1 where there is none
A plan is a text, @FILE or FILE.plan: \`rewind help plans\`. Needs no store.`,
  options: {
    epoch: { describe: "the point: before this epoch, from 1 on", type: "text", value: "N" },
    event: {
      describe: "the point: before this event, as explain numbers them; one more is the end",
      type: "text",
      value: "N",
    },
    loader: {
      describe: "of which loader of the plan, from 1 on; the first that shuffles unless told",
      type: "text",
      value: "N",
    },
    batch: { describe: "the epoch in batches of so many samples", type: "text", value: "N" },
    out: {
      short: "o",
      describe: "write the state at the point to a file, and print the Python that loads it",
      type: "text",
      value: "FILE",
    },
    limit: {
      short: "n",
      describe: "explain: at most so many events; 1,000 unless told",
      type: "text",
      value: "N",
    },
    order: {
      describe: "locate: the first samples of an epoch, such as 1247,795,625",
      type: "text",
      value: "LIST",
    },
    "up-to": {
      describe: "locate: look at so many epochs; 100 unless told",
      type: "text",
      value: "N",
    },
    draws: {
      describe:
        "locate: try up to so many 32-bit draws more, after the seed or before the first epoch",
      type: "text",
      value: "N",
    },
  },
  examples: [
    [`rng ${EXAMPLE} --epoch 10 --batch 64`, "the batches of the tenth epoch"],
    [`rng ${EXAMPLE} --epoch 10 -o state.bin`, "the generator's state before it"],
    [`rng explain ${EXAMPLE}`, "each event, its draws, and a digest of the state after it"],
    [`rng locate ${EXAMPLE} --order 1247,795,625`, "which epoch began with these samples?"],
  ],
  async run(args, context) {
    const verb = String(args.verb ?? "");
    const { run, options } = VERBS[verb] as Verb;
    checkOptions(verb, options, args);
    return run(await readPlan(String(args.plan), context.cwd), args, context);
  },
};

interface Verb {
  /** The options that it takes, as arguments name them. */
  readonly options: readonly string[];
  readonly run: (plan: Plan, args: Arguments, context: Context) => Promise<number>;
}

const VERBS: Readonly<Record<string, Verb>> = {
  "": { options: ["epoch", "event", "loader", "batch", "out"], run: reconstruct },
  explain: { options: ["limit"], run: explainPlan },
  locate: { options: ["loader", "order", "upTo", "draws"], run: locateInPlan },
};

/** Throws USAGE for an option that the verb passes over. */
function checkOptions(verb: string, options: readonly string[], args: Arguments): void {
  const others = Object.entries(VERBS).filter(([name]) => name !== verb);
  for (const [other, { options: theirs }] of others) {
    const strange = theirs.find((name) => !options.includes(name) && args[name] !== undefined);
    if (strange === undefined) continue;
    const written = `--${strange.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw usageError(
      `${written} is for \`rewind rng ${`${other} `.trimStart()}PLAN\`, not for ${verb === "" ? "this" : verb}`,
    );
  }
}
