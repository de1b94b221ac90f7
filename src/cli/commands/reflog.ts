import { reflog as history } from "../../history/operations.ts";
import { shortId } from "../../object/id.ts";
import { type Command, STATUS } from "../command.ts";
import { optional } from "../parse.ts";
import { table } from "../text.ts";

export const reflog: Command = {
  usage: "[branch]",
  describe:
    "Lists the runs that a branch, or HEAD, has named, the latest first: what BRANCH@{n} means.",
  options: {},
  examples: [
    ["reflog main", "then: rewind show main@{1}"],
    ["reflog", "of HEAD"],
  ],
  async run(args, { out, open }) {
    const name = optional(args.branch) ?? "HEAD";
    const repo = await open();
    const { ref } = name === "HEAD" ? { ref: "HEAD" } : await repo.resolve(name);
    const entries = (await history(repo.store.refs, ref ?? name)).filter(
      ({ to }) => to !== undefined,
    );
    await repo.close();
    out.result(
      { entries: entries.map(({ time, command, to }) => ({ time, command, run: to })) },
      () =>
        table(
          entries.map(({ time, command, to }, n) => [
            `${name}@{${n}}`,
            shortId(String(to)),
            time,
            command,
          ]),
        ),
    );
    return STATUS.ok;
  },
};
