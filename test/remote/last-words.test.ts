import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { stdioBlobs } from "../../src/node/remote/ssh-blobs.ts";

const program = (script: string) => () =>
  spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "pipe"] });

test("what a program says after its output has ended is in the error", async () => {
  const script =
    'require("fs").closeSync(1); setTimeout(() => console.error("not found: rewind"), 100)';
  const blobs = stdioBlobs("ssh://host/runs", program(script));
  await expect(blobs.list("refs/")).rejects.toMatchObject({
    code: "REMOTE_FAILED",
    message: "ssh://host/runs: not found: rewind",
  });
  await blobs.close?.();
});

test("a program that cannot be started", async () => {
  const blobs = stdioBlobs("ssh://host/runs", () =>
    spawn("/nonexistent/ssh", { stdio: ["pipe", "pipe", "pipe"] }),
  );
  await expect(blobs.list("refs/")).rejects.toMatchObject({
    code: "REMOTE_FAILED",
    message: expect.stringContaining("ENOENT"),
  });
});
