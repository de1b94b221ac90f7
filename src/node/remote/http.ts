import { concatBytes } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";

/** How long a server may take to answer, and to send the next bytes. */
const PATIENCE_MS = 60_000;

/** An answer with its bytes, which are as many as asked for at most. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/**
 * Sends a request and reads the whole answer. It follows redirects to the same host alone, reads no
 * more than `most` bytes, and waits a minute at most for the next of them. Throws REMOTE_FAILED and
 * REMOTE_INVALID.
 */
export async function request(
  url: string,
  options: {
    /** What messages call the server. */
    readonly shown: string;
    readonly most: number;
    readonly method?: string;
    readonly headers?: HeadersInit;
    readonly body?: Uint8Array;
    /** Sends a request; the system's own unless given. */
    readonly send?: typeof fetch;
  },
): Promise<Answer> {
  const { shown, most, send = fetch, method = "GET", headers, body } = options;
  const failed = (cause: unknown): RewindError =>
    new RewindError("REMOTE_FAILED", `${shown}: ${reasonOf(cause)}`, { url: shown }, { cause });
  let at = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const watch = new AbortController();
    let timer = setTimeout(() => watch.abort(), PATIENCE_MS);
    try {
      const response = await send(at, {
        ...{ method, redirect: "manual", signal: watch.signal },
        ...(headers !== undefined && { headers }),
        ...(body !== undefined && { body: body as BodyInit }),
      });
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        const next = new URL(location, at);
        if (next.origin !== at.origin || redirects === 5) {
          const problem =
            next.origin === at.origin ? "too many redirects" : `a redirect to ${next.host}`;
          throw new RewindError("REMOTE_INVALID", `${shown}: ${problem}`, { url: shown });
        }
        at = next;
        continue;
      }
      const parts: Uint8Array[] = [];
      let length = 0;
      for await (const part of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => watch.abort(), PATIENCE_MS);
        length += part.length;
        if (length > most) {
          await watch.abort();
          const message = `${shown} sends more than the ${most} bytes that were expected`;
          throw new RewindError("REMOTE_INVALID", message, { url: shown });
        }
        parts.push(part);
      }
      return { status: response.status, headers: response.headers, bytes: concatBytes(parts) };
    } catch (error) {
      throw error instanceof RewindError ? error : failed(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Why a request failed, in the words of the system. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "AbortError") return "it did not answer within a minute";
  const inner = cause as { code?: string; message?: string } | undefined;
  return inner?.message || inner?.code || message;
}
