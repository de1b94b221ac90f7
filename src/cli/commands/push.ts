import { plural } from "../../base/count.ts";
import type { Pushed, PushedRef } from "../../remote/push.ts";
import type { Checked } from "../../repository/on-remote.ts";
import type { Sharing } from "../../repository/sharing.ts";
import { type Command, type Context, command, STATUS } from "../command.ts";
import { usageError } from "../input/usage-error.ts";
import { size } from "../terminal/text.ts";

export const push: Command = command({
  positionals: {
    remote: { type: "string", without: "origin" },
    branch: { type: "string", array: true, completes: "branch", without: "every branch" },
  },
  describe:
    "Sends runs to a remote, by default every branch to origin: what the remote lacks of their objects, and\nthe code that recorded them. A branch there that would lose runs is left alone: fetch it first. Nothing\nelse of rewind sends anything.",
  options: {
    all: { describe: "every branch, as without the names of any", type: "boolean" },
    tags: { describe: "tags as well", type: "boolean" },
    "dry-run": { describe: "say what would be sent, and send nothing", type: "boolean" },
    thin: {
      describe: "leave out checkpoints: whoever fetches derives them by replay",
      type: "boolean",
    },
    "no-code": { describe: "leave out the source of the programs", type: "boolean" },
    "force-with-lease": {
      describe: "replace or delete a branch there, if it is still what the last fetch has seen",
      type: "boolean",
    },
    delete: {
      describe: "delete these branches or tags there; refused if a run there is not here",
      type: "boolean",
    },
    check: {
      describe: "send nothing; exit with 1 if a branch is not there, or if packs there are lost",
      type: "boolean",
    },
    require: {
      describe: "with --check, a run that must be there; may be repeated",
      type: "string",
      value: "REV",
      array: true,
      completes: "revision",
    },
  },
  examples: [
    ["push", "every branch to origin"],
    ["push lab fix --dry-run", "what one branch would send"],
    ["push lab v1", "one tag"],
    ["push lab --delete fix", "fix there; it stays here"],
    ["push --check --require v1", "in continuous integration"],
  ],
  keys: {
    push: [
      "remote",
      { refs: ["name", "target", "before", "outcome", "reason"] },
      ...["runs", "objects", "bytes", "code", "authors"],
    ],
    "push --delete": ["remote", { refs: ["name", "before", "outcome", "reason"] }],
    "push --check": [
      "remote",
      { missing: ["revision", "run"] },
      { lost: ["name", "packs", "of", "derivable"] },
    ],
  },
  async run(args, context) {
    const { out, open, long } = context;
    const { remote = "origin", branch = [], dryRun = false, require: required = [] } = args;
    if (args.all && branch.length > 0) throw usageError("expected branches or --all, got both");
    if (required.length > 0 && !args.check) throw usageError("expected --check with --require");
    const repo = await open();
    const sharing = await repo.sharing();
    const branches = branch.length > 0 ? branch : undefined;
    if (args.delete) {
      if (branch.length === 0 || args.check || args.tags) {
        throw usageError("expected a remote and names with --delete, and no --check and no --tags");
      }
      return deleteRefs(sharing, remote, branch, args, context);
    }
    if (args.check) {
      const { signal } = long("asking");
      const checked = await sharing.check(remote, { branches, revisions: required, signal });
      out.result({ remote, ...checked }, () => checkedText(checked, remote));
      const { missing, lost } = checked;
      return missing.length === 0 && lost.length === 0 ? STATUS.ok : STATUS.failed;
    }
    const pushed = await sharing.push(remote, {
      ...{ branches, tags: args.tags, dryRun, code: !args.noCode, thin: args.thin },
      forceWithLease: args.forceWithLease,
      signal: long("push").signal,
    });
    const { refs, runs, objects, bytes, code, authors } = pushed;
    const refused = refs.filter(({ outcome }) => outcome === "refused");
    const equal = refs.filter(({ outcome }) => outcome === "equal");
    const sent = refs.filter(({ outcome }) => !["same", "equal", "refused"].includes(outcome));
    const data = refs.map(({ name, target, before = null, outcome, reason }) => ({
      ...{ name, target, before, outcome },
      reason: reason?.kind ?? null,
    }));
    out.done({ remote, refs: data, runs, objects, bytes, code, authors }, () => {
      if (sent.length === 0) {
        return refs.length === 0 ? "there are no branches to push" : `${remote} has everything`;
      }
      const names = sent.map(({ name, outcome }) => shown(name) + (NOTES[outcome] ?? ""));
      const what = [
        plural(runs, "run"),
        plural(objects, "object"),
        size(bytes),
        ...(code.length > 0 ? [`code of ${code.join(", ")}`] : []),
        ...(authors.length > 0 ? [`author ${authors.join(", ")}`] : []),
      ];
      return `${dryRun ? "would push" : "pushed"} ${names.join(", ")} to ${remote}: ${what.join(", ")}`;
    });
    for (const name of equal.map((ref) => shown(ref.name))) {
      out.note(
        `${remote} has another recording of the steps of ${name}, and keeps it: \`rewind pull ${remote} ${name}\` takes that one`,
      );
    }
    for (const ref of refused) out.error(...refusal(ref, remote));
    for (const note of await largeForGit(sharing, remote, pushed)) out.note(note);
    return refused.length === 0 ? STATUS.ok : STATUS.failed;
  },
});

/** Deletes refs there, and says which stay. */
async function deleteRefs(
  sharing: Sharing,
  remote: string,
  names: readonly string[],
  {
    dryRun = false,
    forceWithLease,
  }: { readonly dryRun?: boolean | undefined; readonly forceWithLease?: boolean | undefined },
  { out, long }: Context,
): Promise<number> {
  const { signal } = long("push");
  const refs = await sharing.delete(remote, names, { dryRun, forceWithLease, signal });
  const data = refs.map(({ reason, ...ref }) => ({ ...ref, reason: reason?.kind ?? null }));
  const gone = refs.filter(({ outcome }) => outcome === "deleted");
  const refused = refs.filter(({ outcome }) => outcome === "refused");
  out.done({ remote, refs: data }, () =>
    gone.length === 0
      ? `${remote} keeps them all`
      : `${dryRun ? "would delete" : "deleted"} ${gone.map(({ name }) => shown(name)).join(", ")} on ${remote}`,
  );
  for (const { name, reason } of refused) {
    const branch = shown(name);
    const hint =
      reason?.kind === "unknown"
        ? `\`rewind fetch ${remote}\` receives it first; with --force-with-lease it is deleted as the last fetch has seen it`
        : `\`rewind fetch ${remote}\`, and look before you delete it again`;
    const why =
      reason?.kind === "unknown"
        ? "its run is not here, or not all of it, and would be lost"
        : reason?.kind === "declined"
          ? `${remote} does not take it: ${reason.text}`
          : `somebody has changed it on ${remote}`;
    out.error(`${branch} was not deleted: ${why}`, hint);
  }
  return refused.length === 0 ? STATUS.ok : STATUS.failed;
}

/** What a remote lacks and what it has lost. */
function checkedText({ missing, lost }: Checked, remote: string): string {
  if (missing.length === 0 && lost.length === 0) return `${remote} has them all`;
  const lines = lost.map(({ name, packs, of, derivable }) => {
    const what = derivable ? " (checkpoints alone)" : "";
    return `${remote} has lost ${packs} of the ${plural(of, "pack")} of ${shown(name)}${what}`;
  });
  const told = new Set(lost.map(({ name }) => shown(name)));
  for (const { revision } of missing) {
    if (!told.has(revision)) lines.push(`${remote} lacks ${revision}`);
  }
  if (lost.length > 0) lines.push(`\`rewind push ${remote}\` sends again what is here of it`);
  return lines.join("\n");
}

/** What is said of a branch besides its name. */
const NOTES: Readonly<Partial<Record<PushedRef["outcome"], string>>> = {
  new: " (new)",
  completed: " (what it lacked)",
};

/** From these sizes on, hosts of Git complain or refuse. */
const LARGE_PUSH = 50 * 2 ** 20;
const LARGE_REMOTE = 500 * 2 ** 20;

/** Advice for those who push much into a Git repository. */
async function largeForGit(
  sharing: Sharing,
  remote: string,
  { bytes, bytesThere }: Pushed,
): Promise<readonly string[]> {
  if (bytes < LARGE_PUSH && bytesThere < LARGE_REMOTE) return [];
  const info = (await sharing.list()).find(({ name }) => name === remote);
  if (info === undefined || !(info.git || info.url.startsWith("git+"))) return [];
  const advice = "`rewind push --thin` leaves checkpoints out; a folder or a bucket takes any size";
  return [
    ...(bytes < LARGE_PUSH
      ? []
      : [`this push has ${size(bytes)}, much for a host of Git: ${advice}`]),
    ...(bytesThere < LARGE_REMOTE
      ? []
      : [
          `the runs on ${remote} have ${size(bytesThere)} in all, much for a host of Git: ${advice}`,
        ]),
  ];
}

function shown(name: string): string {
  return name.replace(/^heads\//, "");
}

/** Why a branch was left alone, and what helps. */
function refusal(
  { name, reason }: PushedRef,
  remote: string,
): [text: string, hint: string | undefined] {
  const branch = shown(name);
  const not = `${branch} was not pushed: `;
  const fetch = `\`rewind fetch ${remote}\``;
  switch (reason?.kind) {
    case "unknown":
      return [
        `${not}${remote} has a run there that is not here`,
        `${fetch} receives it, \`rewind diff ${branch} ${remote}/${branch}\` compares the two`,
      ];
    case "diverged":
      return [
        `${not}the run that ${remote} has there would be lost`,
        `\`rewind branch -m ${branch} NAME\` gives this one another name; ` +
          `\`rewind push ${remote} ${branch} --force-with-lease\` replaces the other`,
      ];
    case "declined":
      return [`${not}${remote} does not take it: ${reason.text}`, undefined];
    default:
      return [
        `${not}somebody has changed it on ${remote}`,
        `${fetch}, and look at ${remote}/${branch} before you push again`,
      ];
  }
}
