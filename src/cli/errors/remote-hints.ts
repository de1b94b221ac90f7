import type { RemoteErrors } from "../../base/error-data.ts";
import { someOf } from "../../base/some-of.ts";
import { commandIn, type Hints } from "./hint.ts";

/** Hints for errors of remotes. */
export const remoteHints: Hints<keyof RemoteErrors> = {
  REMOTE_EXISTS: ({ remote }) =>
    `choose another name, or remove that one first: \`rewind remote remove ${remote}\``,
  REMOTE_UNKNOWN({ remote, known, isRef }, argv) {
    const command = commandIn(argv) ?? "push";
    if (isRef && ["push", "fetch", "pull"].includes(command)) {
      const to = known.includes("origin") ? "origin" : (known[0] ?? "origin");
      return `the remote comes before the branch: \`rewind ${command} ${to} ${remote}\``;
    }
    if (command === "remote")
      return known.length > 0 ? `there is ${someOf(known)}` : "there is no remote";
    return known.length > 0
      ? `there is ${someOf(known)}; \`rewind remote add ${remote} URL\` adds another`
      : `\`rewind remote add ${remote} URL\` adds it`;
  },
  REMOTE_UNSUPPORTED: () => "`rewind help remotes` lists what a URL can be",
  REMOTE_FAILED: ({ gone }) =>
    gone === true
      ? "if it is on a mount, mount it; to begin a new one there, remove the remote with `rewind remote remove NAME` and add it again"
      : "nothing was lost on either side: check the URL, the network and your rights, and run the command again",
  REMOTE_INVALID({ pack, git, isGit }) {
    if (isGit === true) {
      return "nothing was changed here: run it again; if it fails again, `git fsck` there says what is damaged, and from a store that has the runs `rewind push REMOTE --delete NAME`, then `rewind push REMOTE NAME`, replaces it";
    }
    if (git !== undefined) return `it is a Git repository: name it as ${git}`;
    return pack === undefined
      ? "nothing was changed here: check the URL; if it is right, push there again from a store that has the runs"
      : `nothing was changed here: remove packs/pack-${pack}.pack there, then \`rewind push\` from a store that has the runs sends it again`;
  },
  REMOTE_LOST: ({ refs, derivable }) => {
    const repair = `nothing was changed here: \`rewind push\` from a store that has ${refs[0] ?? "the run"} sends what is lost again`;
    return derivable ? `${repair}; --thin does without it` : repair;
  },
  REMOTE_READ_ONLY: () => "`rewind remote add NAME URL` adds one that can be written to",
  REMOTE_TOO_LARGE: ({ setting, bytes }) =>
    setting === undefined
      ? "share the run as a file: `rewind save REV -o FILE.replay`"
      : `name fewer branches, leave checkpoints out with --thin, or allow more: \`rewind config ${setting} ${bytes}\``,
};
