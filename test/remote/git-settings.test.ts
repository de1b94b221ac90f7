import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { nodeHash } from "../../src/node/host/platform.ts";
import { gitRemote } from "../../src/node/remote/git-remote.ts";

test("settings in the user's environment hold, beside those of the project", async () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "rewind-git-settings-"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });
  execFileSync("git", ["init", "--quiet", "--bare", path.join(root, "bare.git")]);
  vi.stubEnv("GIT_CONFIG_COUNT", "1");
  vi.stubEnv("GIT_CONFIG_KEY_0", `url.file://${root}/.insteadOf`);
  vi.stubEnv("GIT_CONFIG_VALUE_0", "https://user.invalid/");
  const settings = [[`url.file://${root}/.insteadOf`, "https://project.invalid/"]] as const;
  for (const host of ["user", "project"]) {
    const scratch = path.join(root, host);
    const options = { scratch, hash: nodeHash, settings };
    const remote = await gitRemote(`https://${host}.invalid/bare.git`, options);
    expect(await remote.list()).toEqual([]);
  }
});
