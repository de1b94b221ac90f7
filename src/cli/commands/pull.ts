import { shortId } from "../../object/id.ts";
import { type Command, command, STATUS } from "../command.ts";
import { usageError } from "../input/usage-error.ts";

export const pull: Command = command({
  positionals: {
    remote: { type: "string", without: "origin" },
    branch: { type: "string", completes: "branch", without: "the current branch" },
  },
  describe:
    "Fetches a branch, by default the current one from origin, and moves it here if the run there continues\nit. If each side has steps that the other lacks, says so and leaves both.",
  options: {},
  examples: [
    ["pull", "the current branch"],
    ["pull lab fix", "another one; it is made if it is not here yet"],
  ],
  keys: { pull: ["remote", "branch", "from", "to", "standing"] },
  async run({ remote = "origin", branch }, { out, open, long }) {
    const repo = await open();
    const sharing = await repo.sharing();
    const name = branch ?? (await repo.branches.current());
    if (name === undefined) throw usageError("HEAD is on no branch: rewind pull REMOTE BRANCH");
    const pulled = await sharing.pull(remote, name, { signal: long("pull").signal });
    const { from, to, standing } = pulled;
    out.done({ remote, branch: name, from: from ?? null, to, standing }, () => {
      if (standing === "new") return `made ${name}, ${shortId(to)}`;
      if (standing === "behind")
        return `moved ${name} from ${shortId(from ?? "")} to ${shortId(to)}`;
      if (standing === "equal") {
        return `moved ${name} from ${shortId(from ?? "")} to ${shortId(to)}, a recording of the same steps`;
      }
      if (standing === "same") return `${name} is what ${remote} has`;
      if (standing === "ahead")
        return `${name} is ahead of ${remote}: rewind push ${remote} ${name}`;
      return `${name} and ${remote}/${name} have parted, and both stay: \`rewind diff ${name} ${remote}/${name}\` says where`;
    });
    return standing === "diverged" ? STATUS.failed : STATUS.ok;
  },
});
