import { plural } from "../../base/count.ts";
import { shortId } from "../../object/id.ts";
import { type Command, command, STATUS } from "../command.ts";
import { optionalCount } from "../input/parse.ts";
import { table, visibleLine } from "../terminal/text.ts";

export const reflog: Command = command({
  positionals: { branch: { type: "string", completes: "branch", without: "HEAD" } },
  describe:
    "Lists the runs that a branch, a tag, an archived name or HEAD has named, the latest first, with the\ncommand that changed it. NAME@{n} names the run in any command.",
  options: {
    limit: { alias: "n", describe: "list at most N", type: "string", value: "N" },
  },
  examples: [
    ["reflog main", "then: rewind show main@{1}"],
    ["reflog -n 5", "the last five of HEAD"],
  ],
  keys: { reflog: [{ entries: ["revision", "time", "command", "run", "steps"] }] },
  async run(args, { out, open }) {
    const name = args.branch ?? "HEAD";
    const limit = optionalCount(args.limit, "-n");
    const repo = await open();
    const { entries, total } = await repo.reflog(name, { limit });
    const data = entries.map((entry) => ({ ...entry, steps: entry.steps ?? null }));
    out.result({ entries: data }, () => {
      if (total === 0) return `${name} has named no run yet`;
      const rows = entries.map(({ revision, time, command, run, steps }) => [
        out.style("yellow", revision),
        shortId(run),
        steps === undefined ? "not in the store" : plural(steps, "step"),
        time,
        visibleLine(command),
      ]);
      const more = total - entries.length;
      return [
        ...(rows.length > 0 ? [table(rows, [2])] : []),
        ...(more > 0 ? [out.style("dim", `… and ${plural(more, "earlier run")}`)] : []),
      ].join("\n");
    });
    return STATUS.ok;
  },
});
