import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { nodeFiles } from "../../src/node/host/files.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { folderBlobs } from "../../src/node/remote/folder-blobs.ts";
import { gitRemote } from "../../src/node/remote/git-remote.ts";
import { s3Blobs } from "../../src/node/remote/s3-blobs.ts";
import { stdioBlobs } from "../../src/node/remote/ssh-blobs.ts";
import { blobRemote } from "../../src/remote/blob-remote.ts";
import type { Remote } from "../../src/remote/remote.ts";
import { s3Server } from "../support/s3-server.ts";

/** A remote that several clients open. */
export interface Shared {
  /** One more client. */
  open(): Promise<Remote>;
  close(): Promise<void>;
}

let clients = 0;
const unique = (): string => `${process.pid}-${clients++}`;

/** Every transport that can be written to, each in a folder of its own. */
export const TRANSPORTS: Readonly<Record<string, (root: string) => Promise<Shared>>> = {
  folder: async (root) => ({
    open: async () =>
      blobRemote(folderBlobs(path.join(root, "shared"), unique, nodeFiles), nodeHash),
    close: async () => undefined,
  }),
  git: async (root) => {
    const bare = path.join(root, "bare.git");
    execFileSync("git", ["init", "--quiet", "--bare", bare]);
    return {
      open: () =>
        gitRemote(`file://${bare}`, {
          scratch: path.join(root, `scratch-${unique()}`),
          hash: nodeHash,
        }),
      close: async () => undefined,
    };
  },
  "serve --stdio": async (root) => {
    const opened: Remote[] = [];
    const bin = path.resolve("bin/rewind.js");
    return {
      async open() {
        const start = () =>
          spawn(process.execPath, [bin, "serve", "--stdio", path.join(root, "shared")]);
        const remote = blobRemote(stdioBlobs("ssh://host/shared", start), nodeHash);
        opened.push(remote);
        return remote;
      },
      close: async () => {
        for (const remote of opened) await remote.close();
      },
    };
  },
  s3: async () => {
    const server = await s3Server();
    const access = {
      ...{ accessKeyId: "test", secretAccessKey: "testsecret", region: "us-east-1" },
      endpoint: server.endpoint,
    };
    return {
      open: async () =>
        blobRemote(s3Blobs("s3://bucket/runs", access, { wait: async () => undefined }), nodeHash),
      close: () => server.close(),
    };
  },
};
