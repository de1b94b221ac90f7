import { fileURLToPath } from "node:url";
import { RewindError } from "../../base/errors.ts";
import { maskUrl } from "./mask.ts";

/** The parts of a URL that somebody has typed. Throws REMOTE_UNSUPPORTED. */
export function parsedUrl(url: string): URL {
  return guarded(url, () => new URL(url));
}

/** A part of a URL with its `%20` and the like decoded. Throws REMOTE_UNSUPPORTED. */
export function decodedPart(part: string, url: string): string {
  return guarded(url, () => decodeURIComponent(part));
}

/** The folder of a `file://` URL. Throws REMOTE_UNSUPPORTED. */
export function folderOfUrl(url: string): string {
  return guarded(url, () => fileURLToPath(url));
}

function guarded<T>(url: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const message = `expected a valid URL, got ${JSON.stringify(maskUrl(url))}: ${(cause as Error).message}`;
    throw new RewindError("REMOTE_UNSUPPORTED", message, { url: maskUrl(url) }, { cause });
  }
}
