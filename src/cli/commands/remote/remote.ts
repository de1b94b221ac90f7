import { count, plural } from "../../../base/count.ts";
import { shortId } from "../../../object/id.ts";
import { type Command, command, STATUS } from "../../command.ts";
import { quoted } from "../../input/quoted.ts";
import { usageError } from "../../input/usage-error.ts";
import { size, table } from "../../terminal/text.ts";

export const remote: Command = command({
  positionals: {
    verb: { type: "string", choices: ["add", "remove", "show"], also: { rm: "remove" } },
    name: { type: "string" },
    url: { type: "string" },
  },
  describe:
    "Lists the remotes, adds or removes one, or shows what one has. A URL is a folder, which may be on a\nnetwork mount, or a Git repository as git+ssh://, git+https:// or git+file://. In a Git repository\n`origin` is Git's origin unless you add another.",
  options: {
    "single-writer": {
      describe: "with add: nobody else writes there, so that any server will do",
      type: "boolean",
    },
    "ref-prefix": {
      describe: "with add: where the runs lie in Git, such as refs/heads/rewind/",
      type: "string",
      value: "PREFIX",
    },
  },
  examples: [
    ["remote", "list the remotes"],
    ["remote add lab /mnt/lab/runs", "a folder that several people write to"],
    ["remote show origin", "the branches and tags there"],
  ],
  keys: {
    remote: [{ remotes: ["name", "url", "git"] }],
    "remote add": ["name", "url"],
    "remote remove": ["name"],
    "remote show": [
      "name",
      { refs: ["name", "target", "steps", "code", "full", "about", "here", "objects", "bytes"] },
    ],
  },
  async run({ verb, name, url, singleWriter, refPrefix }, { out, open }) {
    const repo = await open();
    const sharing = await repo.sharing();
    if (verb === undefined) {
      if (name !== undefined) {
        throw usageError(
          `expected add, remove or show, got ${JSON.stringify(name)}`,
          `\`rewind remote show ${quoted(name)}\` shows what a remote of this name has`,
        );
      }
      const remotes = await sharing.list();
      out.result({ remotes }, () => {
        if (remotes.length === 0) return "no remotes: `rewind remote add NAME URL` adds one";
        return table(
          remotes.map((each) => [each.name, each.url, ...(each.git ? ["(Git's)"] : [])]),
        );
      });
      return STATUS.ok;
    }
    if (singleWriter && verb !== "add") throw usageError("expected add with --single-writer");
    if (refPrefix !== undefined && verb !== "add") {
      throw usageError("expected add with --ref-prefix");
    }
    if (name === undefined) throw usageError(`expected a name: rewind remote ${verb} NAME`);
    if (verb === "add") {
      if (url === undefined) throw usageError("expected a URL: rewind remote add NAME URL");
      if (/[:/\\]/.test(name) && /^[\w-]+$/.test(url)) {
        const line = ["rewind remote add", quoted(url), quoted(name)].join(" ");
        throw usageError(
          "expected the remote's name and then its URL, got the URL first",
          `did you mean \`${line}\`?`,
        );
      }
      const added = await sharing.add(name, url, { singleWriter, refPrefix });
      out.done({ name, url: added.url }, () => `added the remote ${name}, ${added.url}`);
      if (refPrefix?.startsWith("refs/heads/")) {
        out.note(
          `runs are branches there, below ${refPrefix}: every git clone and fetch takes them`,
        );
      }
      return STATUS.ok;
    }
    if (url !== undefined) throw usageError(`expected one name: rewind remote ${verb} NAME`);
    if (verb === "remove") {
      await sharing.remove(name);
      out.done({ name }, () => `removed the remote ${name}; runs from there stay in the store`);
      return STATUS.ok;
    }
    const refs = await sharing.show(name);
    out.result({ name, refs }, () => {
      if (refs.length === 0) return `${name} has no runs`;
      const rows = refs.map((ref) => [
        ref.name.replace(/^heads\//, ""),
        shortId(ref.target),
        plural(ref.steps, "step"),
        [
          `${count(ref.objects)} objects`,
          size(ref.bytes),
          ...(ref.code ? [] : ["without code"]),
          ...(ref.full ? [] : ["without checkpoints"]),
        ].join(", "),
      ]);
      return table(rows);
    });
    return STATUS.ok;
  },
});
