import { concatBytes } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { patiently, type Watch } from "./patience.ts";

/** An answer with its bytes, which are as many as asked for at most. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/**
 * Sends a request and reads the whole answer. It follows redirects to the same host alone, reads no
 * more than `most` bytes, and does not wait for ever. Throws REMOTE_FAILED, REMOTE_INVALID and
 * INTERRUPTED.
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
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Answer> {
  const { shown } = options;
  try {
    let at = new URL(url);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await patiently(options.signal, (watch) => requestOnce(at, options, watch));
      if ("bytes" in answer) return answer;
      const next = redirected(answer.location, at);
      if (next?.origin !== at.origin) {
        throw invalid(shown, `a redirect to ${next?.host ?? "what is no URL"}`);
      }
      at = next;
    }
  } catch (cause) {
    if (cause instanceof RewindError) throw cause;
    const message = `${shown}: ${reasonOf(cause)}`;
    throw new RewindError("REMOTE_FAILED", message, { url: shown }, { cause });
  }
  throw invalid(shown, "too many redirects");
}

const MOST_REDIRECTS = 5;

async function requestOnce(
  at: URL,
  { shown, most, send = fetch, method = "GET", headers, body }: Parameters<typeof request>[1],
  watch: Watch,
): Promise<Answer | { readonly location: string }> {
  // How much of it has gone is not told: it has the time that it takes at the slowest.
  watch.moved(0, body?.length);
  const response = await send(at, {
    ...{ method, redirect: "manual", signal: watch.signal },
    ...(headers !== undefined && { headers }),
    ...(body !== undefined && { body: body as BodyInit }),
  });
  watch.moved(0);
  const location = response.headers.get("location");
  if (response.status >= 300 && response.status < 400 && location !== null) {
    await response.body?.cancel();
    return { location };
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    watch.moved(part.length);
    length += part.length;
    if (length > most) {
      throw new RewindError(
        "REMOTE_INVALID",
        `${shown} sends more than the ${most} bytes that were expected`,
        { url: shown },
      );
    }
    parts.push(part);
  }
  return { status: response.status, headers: response.headers, bytes: concatBytes(parts) };
}

function redirected(location: string, at: URL): URL | undefined {
  try {
    return new URL(location, at);
  } catch {
    return undefined;
  }
}

function invalid(shown: string, problem: string): RewindError {
  return new RewindError("REMOTE_INVALID", `${shown}: ${problem}`, { url: shown });
}

/** Why a request failed, in the words of the system. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause as { code?: string; message?: string } | undefined;
  return inner?.message || inner?.code || message;
}
