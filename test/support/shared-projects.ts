import { execFileSync } from "node:child_process";
import path from "node:path";
import { copies, emptyProject, type Project, projectAt, temporaryFolder } from "./run-cli.ts";

/** A simulation whose states have 400 bytes, so that its checkpoints are objects. */
const CROWD = `export default {
  name: "crowd",
  params: { p: 0.5 },
  init: () => Array.from({ length: 40 }, (_, i) => i),
  step: (xs, rng, ctx) => xs.map((x) => x + (rng.random() < ctx.params.p ? rng.random() : -1)),
};`;

/** The words of a command line. */
export const words = (line: string): string[] => line.split(" ");

/** A project with a run of 1,000 steps on main. */
export const crowdProject: () => Promise<Project> = copies(async (project) => {
  await project.ok("init");
  await project.write("crowd.ts", CROWD);
  await project.ok(...words("record crowd.ts --steps 1000 --seed 7 -b main"));
});

/** Two projects with one remote, `origin`: the first has pushed its main, the second has nothing. */
export async function twoProjects(
  url?: string,
): Promise<{ readonly a: Project; readonly b: Project; readonly url: string }> {
  const shared = url ?? path.join(await temporaryFolder(), "shared");
  const [a, b] = [await crowdProject(), await emptyProject()];
  for (const project of [a, b]) await project.ok("remote", "add", "origin", shared);
  await a.ok("push");
  return { a, b, url: shared };
}

/** Runs Git as a user without settings. */
export function git(folder: string, ...values: string[]): string {
  const person = { NAME: "somebody", EMAIL: "somebody@example.org" };
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_CONFIG_NOSYSTEM: "1" };
  for (const [part, value] of Object.entries(person)) {
    env[`GIT_AUTHOR_${part}`] = value;
    env[`GIT_COMMITTER_${part}`] = value;
  }
  return execFileSync("git", values, { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
}

/** A bare repository, and a clone of it with one commit and a store with a run. */
export async function gitProjects(): Promise<{ readonly bare: string; readonly project: Project }> {
  const root = await temporaryFolder();
  const bare = path.join(root, "bare.git");
  git(root, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  git(root, "clone", "--quiet", bare, "model");
  const project = projectAt(path.join(root, "model"));
  await project.write("crowd.ts", CROWD);
  await project.write(".gitignore", ".rewind/\n");
  git(project.root, "add", ".");
  git(project.root, "commit", "--quiet", "-m", "a model");
  git(project.root, "push", "--quiet", "origin", "HEAD:main");
  await project.ok("init");
  await project.ok(...words("record crowd.ts --steps 1000 --seed 7 -b main"));
  return { bare, project };
}

/** What the user's Git shows of a repository. */
export function gitView(folder: string): string {
  return [
    git(folder, "status", "--porcelain=v2", "--ignored=no"),
    git(folder, "for-each-ref"),
    git(folder, "count-objects", "-v"),
    git(folder, "config", "--local", "--list"),
  ].join("\n");
}
