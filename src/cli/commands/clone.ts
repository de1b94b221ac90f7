import path from "node:path";
import { type Command, command, STATUS } from "../command.ts";
import { checkpointsWanted, fetchedText, noteRest } from "./fetch.ts";

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
  async run({ url, dir, full, thin }, { out, cwd, clone, long }) {
    const folder = path.resolve(cwd, dir ?? nameOf(url));
    const { fetched, branch } = await clone(url, folder, {
      cwd,
      signal: long("clone").signal,
      ...checkpointsWanted(full, thin),
    });
    const shown = path.relative(cwd, folder).split(path.sep).join("/") || ".";
    out.done({ path: shown, branch: branch ?? null }, () =>
      [
        `created a store in ${shown}/.rewind/`,
        fetchedText(fetched, "origin"),
        ...(branch === undefined ? [] : [`on branch ${branch}`]),
      ].join("\n"),
    );
    noteRest(fetched, "origin", out);
    return STATUS.ok;
  },
});

function nameOf(url: string): string {
  return path.posix.basename(url.replace(/[/\\]+$/, "").replace(/\\/g, "/")).replace(/\.git$/, "");
}
