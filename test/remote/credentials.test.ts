import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { temporaryFolder } from "../support/run-cli.ts";
import { type S3Server, s3Server } from "../support/s3-server.ts";
import { crowdProject, words } from "../support/shared-projects.ts";

const SECRETS = ["s3cr3t-access", "s3cr3t-token"];

let server: S3Server;
beforeAll(async () => {
  server = await s3Server();
});
afterAll(() => server.close());

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

test.each([
  ["that are right", "test"],
  ["that are wrong", "other"],
])("credentials for a bucket %s are in no output and in no file", async (_, key) => {
  const user = await temporaryFolder();
  vi.stubEnv("AWS_ACCESS_KEY_ID", key);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRETS[0]);
  vi.stubEnv("AWS_SESSION_TOKEN", SECRETS[1]);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ENDPOINT_URL", server.endpoint);
  vi.stubEnv("XDG_CACHE_HOME", user);
  const project = await crowdProject();
  const outputs: string[] = [];
  const bucket = `s3://bucket/${key}`;
  for (const line of [
    ...[`remote add lab ${bucket}`, `remote add solo ${bucket} --single-writer`, "remote"],
    ...[
      "push solo",
      "push lab",
      "fetch lab",
      "remote show lab",
      "log --remote lab",
      "pull lab main",
    ],
    ...["push --check", `clone ${bucket} cloned`, "hydrate --from-remote lab", "doctor", "config"],
  ]) {
    for (const more of [[], ["--json"], ["--verbose"]]) {
      const { stdout, stderr } = await project.run(...words(line), ...more);
      outputs.push(stdout, stderr);
    }
  }
  vi.unstubAllEnvs();
  expect(outputs.join("").length).toBeGreaterThan(2_000);
  for (const secret of SECRETS) {
    expect(outputs.join("")).not.toContain(secret);
    for (const file of [...filesIn(project.root), ...filesIn(user)]) {
      expect(readFileSync(file, "latin1"), file).not.toContain(secret);
    }
  }
});
