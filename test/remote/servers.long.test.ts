import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeHash } from "../../src/node/host/platform.ts";
import { gitRemote } from "../../src/node/remote/git-remote.ts";
import { s3Blobs } from "../../src/node/remote/s3-blobs.ts";
import { sshBlobs } from "../../src/node/remote/ssh-blobs.ts";
import { blobRemote } from "../../src/remote/blob-remote.ts";
import type { Remote } from "../../src/remote/remote.ts";
import { conforms } from "./conformance.ts";
import { installed } from "./servers/installed.ts";
import { NGINX, nginx } from "./servers/nginx.ts";
import { RADOSGW, radosgw } from "./servers/radosgw.ts";
import { SSHD, type Sshd, sshd } from "./servers/sshd.ts";
import { sharesRuns } from "./shares-runs.ts";
import { damageIn, damageInGit } from "./transports.ts";

/** Runs `suite` if these programs are installed, and says loudly if they are not. */
function withPrograms(what: string, programs: readonly string[], suite: () => void): void {
  if (installed(...programs)) {
    suite();
    return;
  }
  const skipped = `SKIPPED: ${what}: ${programs.join(", ")} are not all installed`;
  process.stdout.write(`\n${skipped}\n`);
  test.skip(skipped);
}

/** A folder for servers, and the environment that they need, until the tests of a suite have run. */
function folderFor(): { readonly root: string } {
  const state = { root: "" };
  const env = { ...process.env };
  beforeAll(() => {
    state.root = mkdtempSync(path.join(os.tmpdir(), "rewind-server-"));
  });
  afterAll(() => {
    rmSync(state.root, { recursive: true, force: true });
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
  });
  return state;
}

withPrograms("a real ssh server", SSHD, () => {
  describe("a real ssh server", () => {
    const folder = folderFor();
    let server: Sshd;
    let serial = 0;
    beforeAll(async () => {
      server = await sshd(folder.root);
      process.env.PATH = `${server.bin}:${process.env.PATH}`;
    });
    afterAll(() => server.close());
    const bare = (): string => {
      const repository = path.join(folder.root, `bare-${serial++}.git`);
      execFileSync("git", ["init", "--quiet", "--bare", repository]);
      return `ssh://${server.host}${repository}`;
    };

    conforms("git over ssh", async (root) => {
      const url = bare();
      return {
        open: () =>
          gitRemote(url, { scratch: path.join(root, `scratch-${serial++}`), hash: nodeHash }),
        damage: (packs, how) => damageInGit(new URL(url).pathname, packs, how),
        close: async () => undefined,
      };
    });

    conforms("ssh", async (root) => {
      const opened: Remote[] = [];
      return {
        async open() {
          const remote = blobRemote(sshBlobs(`ssh://${server.host}${root}/shared`), nodeHash);
          opened.push(remote);
          return remote;
        },
        damage: damageIn(path.join(root, "shared")),
        async close() {
          for (const remote of opened) await remote.close();
        },
      };
    });

    sharesRuns("git over ssh", async () => ({
      url: `git+${bare()}`,
      close: async () => undefined,
    }));

    sharesRuns("ssh", async (root) => ({
      url: `ssh://${server.host}${root}/shared`,
      close: async () => undefined,
    }));

    test("a host that is not there is a plain error", async () => {
      const blobs = sshBlobs("ssh://nobody.invalid/runs");
      await expect(blobs.list("refs/")).rejects.toMatchObject({ code: "REMOTE_FAILED" });
    });

    test("a path that is no remote is a plain error", async () => {
      mkdirSync(path.join(folder.root, "other"));
      execFileSync("touch", [path.join(folder.root, "other", "file")]);
      const blobs = sshBlobs(`ssh://${server.host}${folder.root}/other`);
      await expect(blobs.list("refs/")).rejects.toMatchObject({ code: "REMOTE_INVALID" });
      await blobs.close?.();
    });
  });
});

withPrograms("a real S3 server", RADOSGW, () => {
  describe("a real S3 server, radosgw", () => {
    const folder = folderFor();
    let server: Awaited<ReturnType<typeof radosgw>>;
    let serial = 0;
    beforeAll(async () => {
      server = await radosgw(folder.root);
      Object.assign(process.env, {
        AWS_ACCESS_KEY_ID: server.access.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.access.secretAccessKey,
        AWS_REGION: server.access.region,
        AWS_ENDPOINT_URL: server.access.endpoint,
      });
    });
    afterAll(() => server.close());

    conforms("S3", async () => {
      const prefix = `conformance-${serial++}`;
      return {
        open: async () => blobRemote(s3Blobs(`s3://bucket/${prefix}`, server.access), nodeHash),
        damage: async (packs, how) => {
          const client = new AwsClient({
            ...{ accessKeyId: server.access.accessKeyId, service: "s3" },
            ...{ secretAccessKey: server.access.secretAccessKey, region: server.access.region },
          });
          for (const { hash } of packs) {
            const url = `${server.access.endpoint}/bucket/${prefix}/packs/pack-${hash}.pack`;
            const bytes = new Uint8Array(await (await client.fetch(url)).arrayBuffer());
            const body = bytes.subarray(1);
            const change = how === "remove" ? { method: "DELETE" } : { method: "PUT", body };
            expect((await client.fetch(url, change)).ok).toBe(true);
          }
        },
        close: async () => undefined,
      };
    });

    sharesRuns("S3", async () => ({
      url: `s3://bucket/shares-${serial++}`,
      close: async () => undefined,
    }));

    test("wrong credentials and a bucket that is not there are plain errors", async () => {
      const wrong = { ...server.access, secretAccessKey: "wrong" };
      await expect(s3Blobs("s3://bucket/x", wrong).list("refs/")).rejects.toMatchObject({
        ...{ code: "REMOTE_FAILED", message: expect.stringContaining("permission denied") },
      });
      await expect(s3Blobs("s3://absent/x", server.access).list("refs/")).rejects.toMatchObject({
        ...{ code: "REMOTE_FAILED", message: expect.stringContaining("NoSuchBucket") },
      });
    });

    test("the probe finds out whether the server settles a race", async () => {
      await s3Blobs("s3://bucket/probe", server.access).probe("unique");
    });
  });
});

withPrograms("a real web server", NGINX, () => {
  sharesRuns("a folder behind nginx", async (root) => {
    const shared = path.join(root, "shared");
    mkdirSync(shared);
    const server = await nginx(root, shared);
    return { url: shared, readUrl: server.url, close: () => server.close() };
  });
});
