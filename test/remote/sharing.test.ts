import { execFileSync } from "node:child_process";
import path from "node:path";
import { sharesRuns } from "./shares-runs.ts";

sharesRuns("a folder", async (root) => ({
  url: path.join(root, "shared"),
  close: async () => undefined,
}));

sharesRuns("a Git repository", async (root) => {
  const bare = path.join(root, "bare.git");
  execFileSync("git", ["init", "--quiet", "--bare", bare]);
  return { url: `git+file://${bare}`, close: async () => undefined };
});
