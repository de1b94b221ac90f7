import path from "node:path";
import { gitRoot, runGit } from "../host/git-state.ts";
import { programOnPath } from "../host/program-on-path.ts";

/** A remote of the project's own Git repository. */
export interface ProjectRemote {
  readonly url: string;
  /** The settings of that repository with which its `git` reaches the server. */
  readonly settings: readonly (readonly [key: string, value: string])[];
}

/** A remote of the Git repository of a folder; undefined if no remote has this name. */
export async function projectRemote(
  folder: string,
  name: string,
): Promise<ProjectRemote | undefined> {
  const url = (await ask(folder, ["remote", "get-url", "--", name]))?.replace(/\r?\n$/, "");
  if (url === undefined || url === "") return undefined;
  const root = gitRoot(folder) ?? folder;
  const listed = (await ask(folder, ["config", "--null", "--local", "--list"])) ?? "";
  const settings = listed.split("\0").flatMap((entry) => {
    const at = entry.indexOf("\n");
    const key = entry.slice(0, at);
    const value = entry.slice(at + 1);
    return at > 0 && REACHES.test(key) ? [[key, value] as const] : [];
  });
  const isPath = /^\.{0,2}\//.test(url);
  return { url: isPath ? path.resolve(root, url) : url, settings };
}

/** Settings that say how a server is reached, and who asks. */
const REACHES = /^(http|credential|ssh|core\.sshcommand|core\.gitproxy|core\.askpass)(\.|$)/i;

async function ask(folder: string, values: readonly string[]): Promise<string | undefined> {
  const program = programOnPath("git");
  return program === undefined ? undefined : runGit(program, folder, values);
}
