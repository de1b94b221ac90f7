import { type Form, RANGE_FORMS, RUN_FORMS, STEP_FORMS } from "../../history/revision-forms.ts";
import { REMOTE_FORMS } from "../../node/remote/remote-forms.ts";
import {
  FUNCTION_FORMS,
  GENERATOR_FORMS,
  LOADER_FORMS,
  STEP_FORMS as PLAN_STEPS,
} from "../../plan/forms.ts";
import { table } from "../terminal/text.ts";

/** A page of help that is not about one command. */
export interface Topic {
  readonly summary: string;
  text(): string;
}

/** The topics of `rewind help <topic>`, in addition to the commands. */
export const TOPICS: ReadonlyMap<string, Topic> = new Map([
  ["revisions", { summary: "how runs, steps and ranges are named", text: revisions }],
  [
    "expressions",
    { summary: "what find and stats compute, and how paths read", text: expressions },
  ],
  ["remotes", { summary: "where runs can be shared", text: remotes }],
  ["plans", { summary: "what consumed a generator, for rng to reconstruct", text: plans }],
]);

function revisions(): string {
  return page(
    "A revision names a run, and perhaps one of its steps. A run of T steps has the states 0..T: the state\n" +
      "at step t is the one after t steps, 0 the initial state and T the last one.",
    ["a run", RUN_FORMS],
    ["a step of it", STEP_FORMS],
    ["a range", RANGE_FORMS],
    "A name is looked up as a whole id, HEAD, a branch, a tag, a branch of a remote, another ref, and the\n" +
      "first digits of an id, in this order.",
  );
}

function expressions(): string {
  return page(
    "An expression is JavaScript, evaluated at every step. It cannot change the state.",
    [
      "it sees",
      [
        ["state", "the state at the step"],
        ["step", "the steps applied so far, a number"],
        ["params", "the params in force there"],
        ["previous", "the state one step before; undefined at step 0"],
      ],
    ],
    [
      "such as",
      [
        ['rewind find main "state > 500"', "when the state is a number"],
        ['rewind find main "Number.isNaN(state.x)"', "where did it go wrong?"],
        ['rewind find main "step > 1000 && state.counts.I === 0"', "when was it over?"],
        ['rewind stats main "Math.abs(state.x)"', "mean, variance and extremes over every step"],
      ],
    ],
    [
      "a path, for get --path and branch --set",
      [
        ["agents[3].infected", "a field of an element"],
        ['["odd key"].x', "a key that is not a name"],
        ["contacts.get(17)", "an entry of a Map"],
        ["state", "the whole state, such as a state that is a number"],
      ],
    ],
    "Values on the command line are JSON: 0.5, true, null, [1, 2]; also NaN, Infinity, -Infinity and -0.\n" +
      "A value that is not JSON is text.",
  );
}

function remotes(): string {
  return page(
    "A remote is a place where runs are shared: `rewind remote add NAME URL`.",
    ["a URL", REMOTE_FORMS],
    "In a Git repository origin is Git's origin, unless you add another. A URL never has a password: Git's\n" +
      "credential helpers, ssh's keys and the variables of S3, AWS_ACCESS_KEY_ID and the like, are used.",
  );
}

function plans(): string {
  return page(
    "A plan says what consumed a generator, beginning with its seed: steps separated by semicolons or new\n" +
      "lines. Text after # is a comment. Numbers read 1444, 1_444 or 1e3.\n\n" +
      "  seed 1; split 1806 0.8; epochs 9 of shuffle 1444",
    ["the generator, first; PyTorch 1.13 if it is left out", GENERATOR_FORMS],
    ["the steps", PLAN_STEPS],
    ["after a loader's length", LOADER_FORMS],
    "Steps that write a loader in the same way use the same loader, and its epochs are counted together. The\n" +
      "samples of an epoch are indices into what was split, if the loader's length is that of a part of the last\n" +
      "split before it; else they are positions in the loader.",
    ["what PyTorch's functions draw on the CPU, of n float32: write it as draws", FUNCTION_FORMS],
    "A state goes into a program right before the loop: after the model and random_split, which draw as\n" +
      "well, and after the start of persistent workers by iter(loader), which `--out` prints if it is\n" +
      "needed. The workers' own draws are not reconstructed.",
    "Whether loaders have workers, a generator of their own, and which version of PyTorch it was changes\n" +
      "what they draw: `rewind rng locate` tests such guesses on known samples, and with --draws\n" +
      "how many draws a model took that was built after the seed.",
    "A plan cannot say that two loaders are looped over at once, nor what WeightedRandomSampler,\n" +
      "DistributedSampler or a sampler with replacement chose, nor what np.random.seed and the functions of\n" +
      "np.random draw; a seed is a whole number, no text and no list. An order that is printed has at most\n" +
      "2^24 samples, of a split of at most 2^28; numpy and Python shuffle at most 10^9 items in a plan.",
  );
}

type Section = readonly [title: string, rows: readonly Form[]];

/** Joins paragraphs and titled tables with empty lines. */
function page(...parts: readonly (string | Section)[]): string {
  const forms = parts.flatMap((part) => (typeof part === "string" ? [] : part[1]));
  const longest = Math.max(...forms.map(([written]) => written.length));
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const [title, rows] = part;
      const lines = table(rows.map(([written, means]) => [`  ${written.padEnd(longest)}`, means]));
      return `${title}\n${lines}`;
    })
    .join("\n\n");
}
