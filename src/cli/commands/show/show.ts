import { toHex } from "../../../base/bytes.ts";
import { count } from "../../../base/count.ts";
import { parseRevision } from "../../../history/revision.ts";
import type { Damage } from "../../../history/sound-refs.ts";
import type { Run } from "../../../replay/run/run.ts";
import { type Command, command, STATUS } from "../../command.ts";
import { optionalCount } from "../../input/parse.ts";
import { wholeRun } from "../../input/revision.ts";
import { usageError } from "../../input/usage-error.ts";
import { FORCE_OPTION, TRUST_OPTION } from "../../options.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { runText } from "../../show/run-text.ts";
import { showSource } from "../../show/source.ts";
import type { Output } from "../../terminal/output.ts";
import { showState } from "./show-state.ts";

export const show: Command = command({
  positionals: {
    revision: {
      type: "string",
      completes: "revision",
      without: "HEAD at its cursor",
    },
  },
  describe:
    "For a run: what it is, the chain of runs that it came from, the changes in each segment, its sizes.\nFor REV@STEP: the state there. Without a revision: the state at the cursor.",
  options: {
    seeds: { describe: "list the seed of every block", type: "boolean" },
    source: {
      describe: "print the recorded source that a replay runs, without its packages",
      type: "boolean",
    },
    packages: { describe: "with --source: list its packages, with their sizes", type: "boolean" },
    package: { describe: "with --source: print this package", type: "string", value: "NAME" },
    all: { describe: "with --source: print all of it", type: "boolean" },
    limit: {
      alias: "n",
      describe: "list at most N seeds; 1,000 unless given",
      type: "string",
      value: "N",
    },
    force: FORCE_OPTION,
    trust: TRUST_OPTION,
  },
  examples: [
    ["show", "where HEAD is, and the state there"],
    ["show main", "what is this run, and where did it come from?"],
    ["show main@842_137", "the state after 842,137 steps"],
    ["show main --seeds -n 3", "the seeds of its first blocks"],
    ["show main --source", "the code that made it"],
    ["show main --source --packages", "the packages that were recorded with it"],
  ],
  keys: {
    show: ["name", "run", "step", "steps", "goal", "state"],
    "show REV@STEP": ["name", "run", "step", "steps", "goal", "state"],
    "show REV": [
      ...["run", "names", "root", "steps", "goal", "recording", "blockSize"],
      ...["checkpoints", "objects"],
      ...["segments", "parents", "origin", "from", "meta"],
    ],
    "show --seeds": [{ seeds: ["block", "step", "seed"] }],
    "show --source": [{ programs: ["program", "from", "module", "source", "inputs", "packages"] }],
  },
  async run(args, { out, open, long }) {
    const revision = args.revision;
    const limit = optionalCount(args.limit, "-n");
    if (limit !== undefined && !args.seeds)
      throw usageError("-n needs --seeds: it limits how many are listed");
    if (args.seeds && args.source) throw usageError("expected --seeds or --source, got both");
    const wish = {
      ...{ all: args.all === true, packages: args.packages === true },
      package: args.package,
    };
    const wishes = [wish.all, wish.packages, wish.package !== undefined].filter(Boolean).length;
    if (wishes > 0 && !args.source)
      throw usageError("--packages, --package and --all need --source");
    if (wishes > 1) throw usageError("expected one of --packages, --package and --all");
    const repo = await open({ trust: args.trust });
    if (args.source) {
      const { run, step = run.steps } = await repo.revision(revision ?? "HEAD");
      await showSource(out, run, step, wish);
    } else if (args.seeds) {
      const { run } = await wholeRun(repo, revision ?? "HEAD");
      await showSeeds(out, run, limit ?? MOST_SEEDS);
    } else if (revision === undefined || parseRevision(revision).step !== undefined) {
      const options = { signal: long("checking").signal, force: args.force === true };
      await showState(out, await repo.revision(revision ?? "HEAD"), options);
    } else {
      const damaged: Damage[] = [];
      const description = await repo.describe(revision, {
        params: out.json ? "all" : "short",
        onDamaged: (damage) => damaged.push(damage),
      });
      out.result({ ...description, ...damagedData(damaged) }, () => runText(description));
      return reportDamage(out, repo, damaged);
    }
    return STATUS.ok;
  },
});

/** As many are listed unless -n is given. */
const MOST_SEEDS = 1_000;

async function showSeeds(out: Output, run: Run, limit: number): Promise<void> {
  const seeds = (await run.blockSeeds(limit)).map(({ seed, ...block }) => ({
    ...block,
    seed: toHex(seed),
  }));
  const more = run.checkpoints - seeds.length;
  out.result({ seeds }, () =>
    [
      ...seeds.map(
        ({ block, step, seed }) => `block ${count(block)}  step ${count(step)}  ${seed}`,
      ),
      ...(more > 0 && limit === MOST_SEEDS ? [`… and ${count(more)} more: -n N lists N`] : []),
    ].join("\n"),
  );
}
