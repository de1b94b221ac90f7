import { type Command, command } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";
import { camelCase } from "../../option-words.ts";
import { explainPlan } from "./explain.ts";
import { locateInPlan } from "./locate.ts";
import { readPlan } from "./plan-argument.ts";
import { reconstruct } from "./reconstruct.ts";

const EXAMPLE = '"seed 1; split 1806 0.8; epochs 9 of shuffle 1444"';

export const rng: Command = command({
  positionals: {
    verb: { type: "string", choices: ["explain", "locate"] },
    plan: { type: "string", demandOption: true, completes: "files" },
  },
  describe: `Reconstructs what a generator of PyTorch, numpy or Python did, from a plan of what consumed it: the order
of the samples of an epoch, of a permutation or a split, the generator's state before it, as a file that
Python loads, and the number of draws. A point is an event, the plan's end, or an epoch, even one
beyond that end.
  explain  the plan event by event, with draws and digests of the states
  locate   the epoch that begins with known samples; exit status 1 when no epoch does
A plan is a text, @FILE or FILE.plan: \`rewind help plans\`. Needs no store.`,
  options: {
    epoch: { describe: "the point: before this epoch, counted from 1", type: "string", value: "N" },
    event: {
      describe:
        "the point: before this event, as explain numbers them; the last number plus one is the end",
      type: "string",
      value: "N",
    },
    loader: {
      describe: "which loader of the plan, counted from 1; by default the first that shuffles",
      type: "string",
      value: "N",
    },
    batch: { describe: "print the epoch in batches of N samples", type: "string", value: "N" },
    out: {
      alias: "o",
      describe: "write the state at the point to a file, and print the Python that loads it",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    limit: {
      alias: "n",
      describe: "explain: list at most N events; 1,000 by default",
      type: "string",
      value: "N",
    },
    order: {
      describe: "locate: the first samples of an epoch, such as 1247,795,625",
      type: "string",
      value: "LIST",
    },
    "up-to": {
      describe: "locate: look at the first N epochs; 100 by default",
      type: "string",
      value: "N",
    },
    draws: {
      describe: "locate: try up to N more 32-bit draws, after the seed or before the first epoch",
      type: "string",
      value: "N",
    },
  },
  examples: [
    [`rng ${EXAMPLE} --epoch 10 --batch 64`, "the batches of the tenth epoch"],
    [`rng ${EXAMPLE} --epoch 10 -o state.bin`, "the generator's state before it"],
    [`rng explain ${EXAMPLE}`, "each event, its draws, and a digest of the state after it"],
    [`rng locate ${EXAMPLE} --order 1247,795,625`, "which epoch began with these samples?"],
  ],
  keys: {
    "rng PLAN": ["plan", "before", "draws", "state"],
    "rng PLAN --epoch": [
      ...["plan", "before", "draws", "state"],
      ...["epoch", "order", "positions", "batches", "baseSeed"],
    ],
    "rng PLAN --event": ["plan", "before", "draws", "state", "parts"],
    "rng PLAN --out": ["plan", "before", "draws", "state", "file", "bytes", "loading"],
    "rng explain": [
      "plan",
      { events: ["event", "text", "draws", "total", "before", "after"] },
      "more",
    ],
    "rng locate": [
      ...["plan", "upTo", "draws"],
      { found: ["hypothesis", "epoch", "as", "plan"] },
      "tested",
    ],
  },
  async run(args, context) {
    checkOptions(args.verb ?? "", args);
    const plan = await readPlan(args.plan, context.cwd);
    switch (args.verb) {
      case "explain":
        return explainPlan(plan, args, context);
      case "locate":
        return locateInPlan(plan, args, context);
      default:
        return reconstruct(plan, args, context);
    }
  },
});

/** The options that each verb takes. */
const TAKES = {
  "": ["epoch", "event", "loader", "batch", "out"],
  explain: ["limit"],
  locate: ["loader", "order", "up-to", "draws"],
} as const;

/** Throws USAGE for an option of another verb, which this one would ignore. */
function checkOptions(verb: keyof typeof TAKES, args: Readonly<Record<string, unknown>>): void {
  const own: readonly string[] = TAKES[verb];
  for (const [other, theirs] of Object.entries(TAKES)) {
    const strange = theirs.find(
      (name) => !own.includes(name) && args[camelCase(name)] !== undefined,
    );
    if (strange === undefined) continue;
    throw usageError(
      `--${strange} is for \`rewind rng ${`${other} `.trimStart()}PLAN\`, not for ${verb === "" ? "`rewind rng PLAN`" : verb}`,
    );
  }
}
