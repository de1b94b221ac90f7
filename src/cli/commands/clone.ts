import fs from "node:fs";
import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import { type Command, command, STATUS } from "../command.ts";
import { fetchedText, noteRest } from "./fetch.ts";

export const clone: Command = command({
  positionals: {
    url: { type: "string", demandOption: true },
    dir: { type: "string", completes: "folders" },
  },
  describe:
    "Creates a store in a new folder, with the runs of a remote, which becomes origin. Runs nothing. To get\nthe code of a project and its runs, use git clone, then rewind fetch.",
  options: {
    full: { describe: "all checkpoints as well, however large", type: "boolean" },
    thin: { describe: "no checkpoints", type: "boolean" },
  },
  examples: [
    ["clone /mnt/lab/runs model", "then: rewind -C model log --all"],
    ["clone /mnt/lab/runs model --full", "with all checkpoints, to work without the remote"],
  ],
  keys: { clone: ["path", "branch"] },
  async run({ url, dir, full, thin }, { out, cwd, create, long }) {
    const folder = path.resolve(cwd, dir ?? nameOf(url));
    const isNew = !fs.existsSync(folder);
    if (!isNew && fs.readdirSync(folder).length > 0) {
      throw new RewindError("FILE_FAILED", `${path.relative(cwd, folder) || "."} is not empty`, {
        file: folder,
      });
    }
    const isPath = !/^[a-z][a-z0-9+.-]+:/i.test(url);
    const repo = await create(folder);
    try {
      const sharing = await repo.sharing();
      const added = await sharing.add("origin", isPath ? path.resolve(cwd, url) : url, {
        readsOnly: true,
      });
      const fetched = await sharing.fetch("origin", {
        signal: long("clone").signal,
        ...((full || thin) && { full: full === true }),
      });
      const branches = fetched.refs.flatMap(({ name, target }) =>
        name.startsWith("heads/") ? [{ name: name.slice("heads/".length), run: target }] : [],
      );
      if (fetched.refs.length === 0) {
        const message = `expected the runs of a remote, ${added.url} has none`;
        throw new RewindError("REMOTE_INVALID", message, {});
      }
      const first = branches.find(({ name }) => name === "main") ?? branches[0];
      if (first !== undefined) await sharing.pull("origin", first.name);
      const shown = path.relative(cwd, folder).split(path.sep).join("/") || ".";
      out.done({ path: shown, branch: first?.name ?? null }, () =>
        [
          `created a store in ${shown}/.rewind/`,
          fetchedText(fetched, "origin"),
          ...(first === undefined ? [] : [`on branch ${first.name}`]),
        ].join("\n"),
      );
      noteRest(fetched, "origin", out);
      return STATUS.ok;
    } catch (error) {
      await repo.close();
      fs.rmSync(isNew ? folder : path.join(folder, ".rewind"), { recursive: true, force: true });
      throw error;
    }
  },
});

function nameOf(url: string): string {
  return path.posix.basename(url.replace(/[/\\]+$/, "").replace(/\\/g, "/")).replace(/\.git$/, "");
}
