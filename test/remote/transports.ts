import { execFileSync, spawn } from "node:child_process";
import { rmSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { nodeFiles } from "../../src/node/host/files.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { folderBlobs } from "../../src/node/remote/folder-blobs.ts";
import { gitRemote } from "../../src/node/remote/git-remote.ts";
import { s3Blobs } from "../../src/node/remote/s3-blobs.ts";
import { stdioBlobs } from "../../src/node/remote/ssh-blobs.ts";
import { blobRemote } from "../../src/remote/blob-remote.ts";
import type { PackRef, Remote } from "../../src/remote/remote.ts";
import { s3Server } from "../support/s3-server.ts";

/** A remote that several clients open. */
export interface Shared {
  /** One more client. */
  open(): Promise<Remote>;
  /** Removes packs there, as somebody with access to its files could, or cuts them short. */
  damage(packs: readonly PackRef[], how: "remove" | "cut"): void | Promise<void>;
  close(): Promise<void>;
}

/** Damages packs of a remote in a folder. */
export function damageIn(folder: string): Shared["damage"] {
  return (packs, how) => {
    for (const { hash } of packs) {
      const file = path.join(folder, "packs", `pack-${hash}.pack`);
      if (how === "remove") rmSync(file);
      else truncateSync(file, statSync(file).size - 1);
    }
  };
}

/** Gives each ref that has the packs a commit without them, or with others of their names. */
export function damageInGit(bare: string, packs: readonly PackRef[], how: "remove" | "cut"): void {
  const git = (values: readonly string[], input: Uint8Array | string = ""): Buffer =>
    execFileSync("git", ["-C", bare, ...values], { input });
  const text = (values: readonly string[], input: Uint8Array | string = ""): string =>
    git(values, input).toString().trim();
  const names = packs.map(({ hash }) => `pack-${hash}.pack`);
  const entries = (commit: string): string[] => text(["ls-tree", commit]).split("\n");
  for (const line of text(["for-each-ref", "--format=%(refname)", "refs/rewind/"]).split("\n")) {
    const all = entries(`${line}:packs`);
    if (!all.some((entry) => names.some((name) => entry.endsWith(name)))) continue;
    const changed = all.flatMap((entry) => {
      const [, id = "", name = ""] = /^\d+ blob (\w+)\t(.*)$/.exec(entry) ?? [];
      if (!names.includes(name)) return [entry];
      if (how === "remove") return [];
      const short = text(
        ["hash-object", "-w", "--stdin"],
        git(["cat-file", "blob", id]).subarray(1),
      );
      return [`100644 blob ${short}\t${name}`];
    });
    const tree = text(["mktree"], changed.map((entry) => `${entry}\n`).join(""));
    const rest = entries(line).filter((entry) => !entry.endsWith("\tpacks"));
    const root = text(
      ["mktree"],
      [...rest, `040000 tree ${tree}\tpacks`].map((e) => `${e}\n`).join(""),
    );
    const author = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    text(["update-ref", line, text([...author, "commit-tree", "-m", "damaged", root])]);
  }
}

let clients = 0;
const unique = (): string => `${process.pid}-${clients++}`;

/** Every transport that can be written to, each in a folder of its own. */
export const TRANSPORTS: Readonly<Record<string, (root: string) => Promise<Shared>>> = {
  folder: async (root) => ({
    open: async () =>
      blobRemote(folderBlobs(path.join(root, "shared"), unique, nodeFiles), nodeHash),
    damage: damageIn(path.join(root, "shared")),
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
      damage: (packs, how) => damageInGit(bare, packs, how),
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
      damage: damageIn(path.join(root, "shared")),
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
      damage: (packs, how) => {
        for (const { hash } of packs) {
          const key = `runs/packs/pack-${hash}.pack`;
          const bytes = server.objects.get(key) as Uint8Array;
          if (how === "remove") server.objects.delete(key);
          else server.objects.set(key, bytes.subarray(1));
        }
      },
      close: () => server.close(),
    };
  },
};
