import crypto from "node:crypto";
import { nodeFiles } from "../node/host/files.ts";
import { folderBlobs } from "../node/remote/folder-blobs.ts";
import { serve } from "../node/remote/serve.ts";

/** Serves the remote in a folder: answers the requests of `input` through `write`. */
export function serveFolder(
  folder: string,
  input: AsyncIterable<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const unique = (): string => crypto.randomBytes(8).toString("hex");
  return serve(folderBlobs(folder, unique, nodeFiles), input, write);
}
