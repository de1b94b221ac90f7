import { plural } from "../../base/count.ts";
import { isRewindError } from "../../base/errors.ts";
import { gitRoot } from "../../node/host/git-state.ts";
import type { Fetched } from "../../repository/sharing.ts";
import type { Repository } from "../../repository.ts";
import { type Command, type Context, command, STATUS } from "../command.ts";
import { usageError } from "../input/usage-error.ts";
import { size } from "../terminal/text.ts";

export const fetch: Command = command({
  positionals: {
    remote: { type: "string", without: "origin" },
    branch: { type: "string", array: true, without: "every branch and tag" },
  },
  describe:
    "Receives runs from a remote, by default all of origin's, and checks every byte. Branches there are then\norigin/NAME here; your own stay as they are. If checkpoints take more than the setting\nfetch.checkpoints, 16MiB, they stay there: a replay gives them again, and hydrate fills them in. Runs\nnothing.",
  options: {
    full: { describe: "all checkpoints as well, however large", type: "boolean" },
    thin: { describe: "no checkpoints", type: "boolean" },
    "dry-run": { describe: "say what would be received, and receive nothing", type: "boolean" },
  },
  examples: [
    ["fetch", "then: rewind log --all, rewind get origin/main@50%"],
    ["fetch lab fix --thin", "one branch, or a tag, a few kB"],
  ],
  keys: {
    fetch: [
      "remote",
      { refs: ["name", "target", "before", "outcome"] },
      ...["gone", "objects", "bytes", "leftOutBytes"],
    ],
  },
  async run(args, context) {
    const { remote = "origin", branch = [], full, thin, dryRun = false } = args;
    const { out, long } = context;
    const which = checkpointsWanted(full, thin);
    const repo = await openOrCreate(context);
    const sharing = await repo.sharing();
    const fetched = await sharing.fetch(remote, {
      ...{ dryRun, signal: long("fetch").signal },
      ...(branch.length > 0 && { branches: branch }),
      ...which,
    });
    const { gone, objects, bytes, leftOutBytes } = fetched;
    const refs = fetched.refs.map(({ name, target, before = null, outcome }) => ({
      ...{ name, target, before, outcome },
    }));
    out.done({ remote, refs, gone, objects, bytes, leftOutBytes }, () =>
      fetchedText(fetched, remote, dryRun),
    );
    noteRest(fetched, remote, out);
    return STATUS.ok;
  },
});

/** What --full and --thin say; nothing unless one is given. Throws USAGE for both. */
export function checkpointsWanted(
  full: boolean | undefined,
  thin: boolean | undefined,
): { readonly full?: boolean } {
  if (full && thin) throw usageError("expected --full or --thin, got both");
  return full || thin ? { full: full === true } : {};
}

/** What came, in a line. */
export function fetchedText(
  { refs, objects, bytes, leftOutBytes }: Fetched,
  remote: string,
  dryRun = false,
): string {
  const news = refs.filter(({ outcome }) => outcome === "new" || outcome === "moved");
  const amount = `${plural(objects, "object")}, ${size(bytes)}`;
  if (news.length === 0) {
    if (objects === 0) return `nothing new from ${remote}`;
    return `${dryRun ? "would fetch" : "fetched"} what was missing here: ${amount}`;
  }
  const names = news.map(
    ({ name, outcome }) => shown(remote, name) + (outcome === "new" ? " (new)" : ""),
  );
  const left = leftOutBytes > 0 ? `; ${size(leftOutBytes)} of checkpoints stay there` : "";
  return `${dryRun ? "would fetch" : "fetched"} ${names.join(", ")}: ${amount}${left}`;
}

/** Says what stayed as it was. */
export function noteRest(
  { refs, gone, withoutCode }: Fetched,
  remote: string,
  out: Context["out"],
): void {
  for (const { name, outcome } of refs) {
    if ((outcome === "new" || outcome === "moved") && withoutCode.includes(name)) {
      out.note(`${shown(remote, name)} was pushed without its code`);
    }
    if (outcome === "kept") out.note(`${name} names another run here, and stays as it is`);
    if (outcome === "conflict") {
      out.note(`${shown(remote, name)} cannot stand beside a ref of this store, and was left out`);
    }
  }
  const [first] = gone;
  if (first === undefined) return;
  const names = gone.map((name) => shown(remote, name));
  out.note(
    `${remote} no longer has ${names.join(", ")}; what it named stays here: ` +
      `\`rewind branch NAME ${names[0]}\`, then \`rewind push ${remote} NAME\` shares it again`,
  );
}

function shown(remote: string, name: string): string {
  return name.replace(/^heads\//, `${remote}/`);
}

/** The store here or above; in a Git repository without one, a new one at its top. */
async function openOrCreate({ open, create, cwd, out }: Context): Promise<Repository> {
  try {
    return await open();
  } catch (error) {
    const root = isRewindError(error, "NOT_A_REPOSITORY") ? gitRoot(cwd) : undefined;
    if (root === undefined) throw error;
    const repo = await create(root);
    out.note("created a store, .rewind/, at the top of this Git repository");
    return repo;
  }
}
