import { count, plural } from "../../base/count.ts";
import { type Command, command, STATUS } from "../command.ts";
import { type RangeArguments, stepsOf } from "../input/range.ts";
import { RANGE_OPTIONS, TRUST_OPTION } from "../options.ts";
import { size } from "../terminal/text.ts";

export const hydrate: Command = command({
  positionals: { revision: { type: "string", completes: "revision", without: "HEAD's run" } },
  describe:
    "Fills in checkpoints that the store lacks, of HEAD's run unless another is named: by replay, each proved\nby its id, or from the remote that has them. Without them every step can be had as well; with them\nsooner.",
  options: {
    ...RANGE_OPTIONS,
    "from-remote": {
      describe: "receive them from this remote instead, for all of its branches",
      type: "string",
      value: "NAME",
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["hydrate origin/main", "replay all of it once"],
    ["hydrate origin/main@800_000..@900_000", "only where you are looking"],
    ["hydrate --from-remote origin", "no replay: they are received"],
  ],
  keys: {
    hydrate: ["run", "checkpoints", "derived"],
    "hydrate --from-remote": ["remote", "objects", "bytes"],
  },
  async run(args, { out, open, long }) {
    const repo = await open({ trust: args.trust });
    const { fromRemote: remote } = args;
    if (remote !== undefined) {
      const sharing = await repo.sharing();
      const { objects, bytes } = await sharing.fetch(remote, {
        ...{ full: true, signal: long("hydrate").signal },
      });
      out.done({ remote, objects, bytes }, () =>
        objects === 0
          ? "nothing is missing"
          : `received ${plural(objects, "object")}, ${size(bytes)}, from ${remote}`,
      );
      return STATUS.ok;
    }
    const range: RangeArguments = args;
    const revision = args.revision ?? "HEAD";
    const { run, name, from, to } = await stepsOf(repo, { ...range, revision });
    const { checkpoints, derived } = await run.hydrate({ from, to, ...long("hydrate") });
    out.done({ run: run.id, checkpoints, derived }, () =>
      derived === 0
        ? `${name} lacks no checkpoint there`
        : `filled in ${count(derived)} of ${plural(checkpoints, "checkpoint")} of ${name}`,
    );
    return STATUS.ok;
  },
});
