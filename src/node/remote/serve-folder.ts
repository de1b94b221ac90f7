import crypto from "node:crypto";
import process from "node:process";
import { nodeFiles } from "../host/files.ts";
import { folderBlobs } from "./folder-blobs.ts";
import { serve } from "./serve.ts";

/** Serves the remote in a folder on this process's own standard input and output. */
export function serveFolder(folder: string): Promise<void> {
  const unique = (): string => crypto.randomBytes(8).toString("hex");
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  return serve(folderBlobs(folder, unique, nodeFiles), process.stdin, write);
}
