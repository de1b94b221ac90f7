import { RewindError } from "../../base/errors.ts";
import type { Blobs } from "../../remote/blob-remote.ts";
import { LARGEST_WEB_LIST, parseWebList } from "../../remote/web-list.ts";
import { type Answer, request } from "./http.ts";
import { maskUrl } from "./mask.ts";
import { parsedUrl } from "./url.ts";

/** A folder remote behind any static web server. It can only be read. */
export function httpBlobs(url: string, signal?: AbortSignal): Blobs {
  const base = parsedUrl(url.endsWith("/") ? url : `${url}/`);
  const shown = maskUrl(url);
  if (base.username !== "" || base.password !== "") {
    const message = `expected a URL without a user and a password, got ${shown}`;
    throw new RewindError("REMOTE_UNSUPPORTED", message, { url: shown });
  }
  /** The list as it was read last: a server that knows its tag does not send it again. */
  let list: { readonly tag: string; readonly names: readonly string[] } | undefined;

  const get = async (name: string, most: number, headers = {}, method = "GET"): Promise<Answer> => {
    const path = name.split("/").map(encodeURIComponent).join("/");
    const answer = await request(new URL(path, base).href, {
      ...{ shown, most, method, signal, headers },
    });
    const { status } = answer;
    if (status === 200 || status === 304 || status === 404 || status === 410) return answer;
    const why = status === 401 || status === 403 ? "permission denied" : "the server failed";
    throw new RewindError("REMOTE_FAILED", `${shown}: ${why} (HTTP ${status})`, {
      url: shown,
      status,
    });
  };
  const readOnly = async (): Promise<never> => {
    throw new RewindError(
      "REMOTE_READ_ONLY",
      `${shown} can only be read: push to the folder that its server serves`,
      { url: shown },
    );
  };

  return {
    url: shown,
    async list(prefix) {
      const known = list === undefined ? {} : { "if-none-match": list.tag };
      const answer = await get("info/refs", LARGEST_WEB_LIST, known);
      if (answer.status !== 304 || list === undefined) {
        if (answer.status !== 200) {
          throw new RewindError("REMOTE_INVALID", `${shown} is not a remote of rewind`, {
            url: shown,
          });
        }
        const names = parseWebList(new TextDecoder().decode(answer.bytes), shown);
        list = { tag: answer.headers.get("etag") ?? "", names };
      }
      return list.names.filter((name) => name.startsWith(prefix));
    },
    async read(name, most) {
      const { status, bytes } = await get(name, most);
      return status === 200 ? bytes : undefined;
    },
    async sizes(names) {
      const sizes = new Map<string, number>();
      for (const name of names) {
        const { status, headers } = await get(name, 0, {}, "HEAD");
        if (status === 200) sizes.set(name, Number(headers.get("content-length") ?? -1));
      }
      return sizes;
    },
    write: readOnly,
    create: readOnly,
  };
}
