import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import { blobRemote } from "../../remote/blob-remote.ts";
import type { Remote } from "../../remote/remote.ts";
import { nodeFiles } from "../host/files.ts";
import type { FileStoreTools } from "../store/store-tools.ts";
import { folderBlobs } from "./folder-blobs.ts";
import { maskUrl } from "./mask.ts";
import { projectRemote } from "./project-git.ts";
import { REMOTE_FORMS } from "./remote-forms.ts";
import { folderOfUrl } from "./url.ts";

/** How the URL of a remote begins that is one of the project's Git repository, by name. */
export const GIT_REMOTE = "git-remote:";

/** REMOTE_UNKNOWN. */
export function noRemote(name: string, known: readonly string[] = [], isRef = false): RewindError {
  const data = { remote: name, known, ...(isRef && { isRef }) };
  return new RewindError("REMOTE_UNKNOWN", `there is no remote ${name}`, data);
}

/** Opens the remote at a URL, as `openRemote` is given it. Throws REMOTE_UNSUPPORTED. */
export async function openRemote(
  url: string,
  {
    root,
    tools,
    refPrefix,
    scratch,
    signal,
  }: {
    /** The project folder, from which paths are relative. */
    readonly root: string;
    readonly tools: FileStoreTools;
    /** Where our refs lie in a Git repository, if it is not the usual place. */
    readonly refPrefix?: string | undefined;
    /** A folder of this user alone, outside the project, for what a transport keeps. */
    readonly scratch: string | undefined;
    /** Ends a request to a server at once. */
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Remote> {
  const [, scheme = ""] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(url) ?? [];
  if (!url.startsWith(GIT_REMOTE) && (scheme === "" || scheme === "file")) {
    const folder = scheme === "file" ? folderOfUrl(url) : path.resolve(root, url);
    return blobRemote(folderBlobs(folder, tools.uniqueName, nodeFiles), tools.hash);
  }
  if (scheme.startsWith("git+")) {
    const { gitRemote } = await import("./git-remote.ts");
    return gitRemote(url.slice("git+".length), { scratch, refPrefix, hash: tools.hash, signal });
  }
  if (scheme === "http" || scheme === "https") {
    const { httpBlobs } = await import("./http-blobs.ts");
    return blobRemote(httpBlobs(url, signal), tools.hash);
  }
  if (scheme === "ssh") {
    const { sshBlobs } = await import("./ssh-blobs.ts");
    return blobRemote(sshBlobs(url, signal), tools.hash);
  }
  if (scheme === "s3") {
    const [{ s3Blobs }, { s3Access }] = await Promise.all([
      import("./s3-blobs.ts"),
      import("./s3-credentials.ts"),
    ]);
    return blobRemote(s3Blobs(url, await s3Access(), { signal }), tools.hash);
  }
  if (url.startsWith(GIT_REMOTE)) {
    const { gitRemote } = await import("./git-remote.ts");
    const name = url.slice(GIT_REMOTE.length);
    const found = await projectRemote(root, name);
    if (found === undefined) throw noRemote(name);
    const { url: at, settings } = found;
    return gitRemote(at, { scratch, refPrefix, hash: tools.hash, settings, signal });
  }
  throw new RewindError(
    "REMOTE_UNSUPPORTED",
    `expected a folder or a URL of ${REMOTE_FORMS.map(([form]) => form).join("; ")}, got ${JSON.stringify(maskUrl(url))}`,
    { url: maskUrl(url) },
  );
}
