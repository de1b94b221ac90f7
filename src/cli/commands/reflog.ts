import { reflog as history } from "../../history/operations.ts";
import { loggedRef, peel } from "../../history/resolve.ts";
import { parseRevision } from "../../history/revision.ts";
import { type Id, shortId } from "../../object/id.ts";
import type { Repository } from "../../repository.ts";
import { type Command, command, STATUS } from "../command.ts";
import { optionalCount } from "../input/parse.ts";
import { usageError } from "../input/usage-error.ts";
import { plural, table, visibleLine } from "../terminal/text.ts";

export const reflog: Command = command({
  positionals: { branch: { type: "string", completes: "branch" } },
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
    const limit = optionalCount(args.limit, "-n") ?? Number.POSITIVE_INFINITY;
    const repo = await open();
    const named = (await history(repo.store.refs, await refOf(repo, name))).filter(
      ({ to }) => to !== undefined,
    );
    const entries = await Promise.all(
      named.slice(0, limit).map(async ({ time, command, to }, n) => {
        const run = await peel(repo.store.objects, to as Id);
        return { revision: `${name}@{${n}}`, time, command, run, steps: await stepsOf(repo, run) };
      }),
    );
    out.result({ entries }, () => {
      if (named.length === 0) return `${name} has named no run yet`;
      const rows = entries.map(({ revision, time, command, run, steps }) => [
        out.style("yellow", revision),
        shortId(run),
        steps === null ? "not in the store" : plural(steps, "step"),
        time,
        visibleLine(command),
      ]);
      const more = named.length - entries.length;
      return [
        ...(rows.length > 0 ? [table(rows, [2])] : []),
        ...(more > 0 ? [out.style("dim", `… and ${plural(more, "earlier run")}`)] : []),
      ].join("\n");
    });
    return STATUS.ok;
  },
});

/** The full name of the ref, or HEAD. Throws USAGE when the text names a run in another way. */
async function refOf(repo: Repository, name: string): Promise<string> {
  const { ago, step } = parseRevision(name);
  const whole = ago === undefined && step === undefined;
  const ref = whole ? await loggedRef(repo.store.refs, name) : undefined;
  if (ref !== undefined) return ref;
  if (whole) await repo.resolve(name);
  throw usageError(`expected a branch, a tag or HEAD, got ${JSON.stringify(name)}`);
}

/** The number of steps of a run; null if it is not in the store. */
async function stepsOf(repo: Repository, run: Id<"run">): Promise<number | null> {
  return (await repo.store.objects.has(run)) ? (await repo.resolve(run)).run.steps : null;
}
