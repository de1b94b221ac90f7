import { AwsClient } from "aws4fetch";
import { equalBytes, utf8 } from "../../base/bytes.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Blobs } from "../../remote/blob-remote.ts";
import { LARGEST_WEB_LIST, MOST_NAMES } from "../../remote/web-list.ts";
import { sleep as pauseFor } from "../host/pause.ts";
import { type Answer, request } from "./http.ts";
import type { S3Access } from "./s3-credentials.ts";
import { decodedPart, parsedUrl } from "./url.ts";

/** A request is sent this many times in all before it counts as failed. */
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 200;
/** An error's or a list's text is read up to this. */
const LARGEST_TEXT = 1 << 22;
/** A page has a thousand keys: a list of more pages is refused. */
const MOST_PAGES = 1_000;

/** The lengths of more files come with a list of all. */
const ASKED_ONE_BY_ONE = 2;
/** In a list, the size of a file comes after its key. */
const KEY_OR_SIZE = /<Key>([^<]*)<\/Key>|<Size>(\d{1,15})<\/Size>/g;

/** It begins at the first of them, so that it is not tried at each. */
const SLASHES_AT_END = /(?<!\/)\/+$/;

/**
 * A remote in a bucket, `s3://bucket/prefix`. That of several writers one creates a file is the
 * server's promise: `PUT` with `If-None-Match: *`.
 */
export function s3Blobs(
  url: string,
  access: S3Access,
  {
    signal,
    wait = (ms) => sleep(ms, signal),
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly wait?: (ms: number) => Promise<void>;
  } = {},
): Blobs & { probe(unique: string): Promise<void> } {
  const { hostname: bucket, pathname } = parsedUrl(url);
  const prefix = decodedPart(pathname, url).replace(/^\/+/, "").replace(SLASHES_AT_END, "");
  const { region, endpoint } = access;
  const base =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${endpoint.replace(SLASHES_AT_END, "")}/${bucket}`;
  const client = new AwsClient({
    ...{ accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
    ...(access.sessionToken !== undefined && { sessionToken: access.sessionToken }),
    ...{ service: "s3", region, retries: 0 },
  });
  const keyOf = (name: string): string => (prefix === "" ? name : `${prefix}/${name}`);
  const at = (name: string): string =>
    `${base}/${keyOf(name).split("/").map(encodeURIComponent).join("/")}`;

  const once = (
    method: string,
    address: string,
    { most = LARGEST_TEXT, headers = {}, body }: Sent,
  ): Promise<Answer> =>
    request(address, {
      ...{ shown: url, most: Math.max(most, 4096), method, headers, signal },
      ...(body !== undefined && { body }),
      send: (input, init) => client.fetch(String(input), init as RequestInit),
    });
  /** Tries again after a failure that may pass. */
  const send = async (method: string, address: string, sent: Sent = {}): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await once(method, address, sent);
        const passes = answer.status >= 500 || answer.status === 429;
        if (!passes || attempt === ATTEMPTS) return answer;
      } catch (error) {
        if (!isRewindError(error, "REMOTE_FAILED") || attempt === ATTEMPTS) throw error;
      }
      await wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  };
  const failed = ({ status, bytes }: Answer): RewindError => {
    const text = new TextDecoder().decode(bytes.subarray(0, 4096));
    const code = /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1];
    const words = /<Message>([^<]{1,500})<\/Message>/.exec(text)?.[1];
    const why =
      status === 403 || status === 401 ? "permission denied" : (words ?? "the server failed");
    return new RewindError("REMOTE_FAILED", `${url}: ${why} (${code ?? `HTTP ${status}`})`, {
      ...{ url, status },
    });
  };
  const invalid = (got: string): RewindError =>
    new RewindError("REMOTE_INVALID", `${url}: expected a list of its keys, got ${got}`, { url });
  /** The name of the file that a key of the list, in the encoding of URLs, stands for. */
  const nameOf = (key: string): string => {
    try {
      const name = decodeURIComponent(key.replaceAll("+", " "));
      if (prefix === "") return name;
      if (name.startsWith(`${prefix}/`)) return name.slice(prefix.length + 1);
    } catch {
      // It is told below.
    }
    throw invalid(shown(key));
  };
  const read = async (name: string, most: number): Promise<Uint8Array | undefined> => {
    const answer = await send("GET", at(name), { most });
    if (answer.status === 200) return answer.bytes;
    if (answer.status === 404) return undefined;
    throw failed(answer);
  };
  /** The lengths of the files whose names begin like this; -1 if the server does not tell one. */
  const listed = async (start: string): Promise<ReadonlyMap<string, number>> => {
    const names = new Map<string, number>();
    const tokens = new Set<string>();
    let bytes = 0;
    let keys = 0;
    let token: string | undefined;
    do {
      const query = new URLSearchParams({
        ...{ "list-type": "2", "encoding-type": "url", prefix: keyOf(start) },
        ...(token !== undefined && { "continuation-token": token }),
      });
      const answer = await send("GET", `${base}?${query}`);
      if (answer.status !== 200) throw failed(answer);
      const text = new TextDecoder().decode(answer.bytes);
      let name = "";
      for (const [, key, size] of text.matchAll(KEY_OR_SIZE)) {
        if (key === undefined) names.set(name, Number(size));
        else {
          name = nameOf(key);
          if (!name.startsWith(start)) throw invalid(`a key that was not asked for: ${shown(key)}`);
          names.set(name, -1);
          bytes += name.length;
          keys++;
        }
      }
      if (bytes > LARGEST_WEB_LIST) throw invalid(`over ${LARGEST_WEB_LIST} bytes of keys`);
      if (keys > MOST_NAMES) throw invalid(`over ${MOST_NAMES} keys`);
      token = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(text)?.[1];
      if (token !== undefined && tokens.has(token)) throw invalid("a list without an end");
      tokens.add(token ?? "");
      if (tokens.size > MOST_PAGES) throw invalid(`a list of over ${MOST_PAGES} pages`);
    } while (token !== undefined);
    return names;
  };
  const create = async (name: string, bytes: Uint8Array): Promise<boolean> => {
    const headers = { "if-none-match": "*" };
    /** Whether an attempt may have succeeded without our knowing it. */
    let isUnsure = false;
    for (let attempt = 1; ; attempt++) {
      let answer: Answer | undefined;
      try {
        answer = await once("PUT", at(name), { headers, body: bytes });
      } catch (error) {
        if (!isRewindError(error, "REMOTE_FAILED")) throw error;
      }
      const { status = 0 } = answer ?? {};
      if (status === 200) return true;
      if (answer !== undefined && status < 500 && status !== 409 && status !== 412) {
        throw failed(answer);
      }
      isUnsure ||= status !== 412;
      // Somebody else was first, or the answer was lost: the file as it is now tells. Each value is written by
      // one writer alone, as it names packs, or names what another has written as well.
      const there = await read(name, LARGEST_TEXT);
      if (there !== undefined) return isUnsure && equalBytes(there, bytes);
      if (attempt === ATTEMPTS) {
        throw answer === undefined
          ? new RewindError("REMOTE_FAILED", `${url}: the connection was cut`, { url })
          : failed(answer);
      }
      await wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  };

  return {
    url,
    list: async (start) => [...(await listed(start)).keys()],
    read,
    async sizes(names) {
      if (names.length > ASKED_ONE_BY_ONE) return listed("packs/");
      const sizes = new Map<string, number>();
      for (const name of names) {
        const answer = await send("HEAD", at(name));
        if (answer.status === 200) {
          sizes.set(name, Number(answer.headers.get("content-length") ?? -1));
        } else if (answer.status !== 404) throw failed(answer);
      }
      return sizes;
    },
    async write(name, bytes) {
      const answer = await send("PUT", at(name), { body: bytes });
      if (answer.status !== 200) throw failed(answer);
    },
    create,
    /**
     * Finds out whether the server keeps its promise: of two that create one file, one must fail.
     * Throws REMOTE_UNSUPPORTED.
     */
    async probe(unique) {
      const name = `probe/${unique}`;
      const one = (text: string): Promise<boolean> => create(name, utf8(text));
      try {
        const made = await Promise.all([one("a"), one("b")]);
        if (made.filter(Boolean).length === 1 && !(await one("c"))) return;
      } finally {
        await send("DELETE", at(name));
      }
      throw new RewindError(
        "REMOTE_UNSUPPORTED",
        `${url}: the server lets two writers create one file, so that runs could be lost`,
        { url },
      );
    },
  };
}

interface Sent {
  readonly most?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

function shown(key: string): string {
  return JSON.stringify(key.slice(0, 80));
}

/** Waits. Throws INTERRUPTED. */
async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pauseFor(ms, signal);
  } catch (cause) {
    throw new RewindError("INTERRUPTED", "interrupted", {}, { cause });
  }
}
