import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Writable } from "node:stream";
import { utf8 } from "../../base/bytes.ts";
import { clock } from "../../base/clock.ts";
import { RewindError } from "../../base/errors.ts";
import type { Blobs } from "../../remote/blob-remote.ts";
import { LARGEST_WEB_LIST, parseWebList, webList } from "../../remote/web-list.ts";
import { programOnPath } from "../host/program-on-path.ts";
import { encodeMessage, type Message, messagesOf } from "./frames.ts";
import { patiently, type Watch } from "./patience.ts";
import { decodedPart, parsedUrl } from "./url.ts";

const NOTHING = new Uint8Array();

/** The errors of the other end that keep their code; it must not choose among those of this end. */
const THEIR_ERRORS = ["REMOTE_FAILED", "REMOTE_INVALID", "UNSUPPORTED_FORMAT"] as const;
const LONGEST_MESSAGE = 2_000;

/** A remote in a folder of another machine, where rewind is installed: `ssh://host/path`. */
export function sshBlobs(url: string, signal?: AbortSignal): Blobs {
  const { hostname, username, port, pathname } = parsedUrl(url);
  const host = username === "" ? hostname : `${decodedPart(username, url)}@${hostname}`;
  if (hostname === "" || host.startsWith("-")) throw notAHost(url);
  // As Git has it: /~/runs is in the home folder.
  const folder = decodedPart(pathname, url).replace(/^\/~\//, "");
  const values = [
    ...(port === "" ? [] : ["-p", port]),
    ...(process.stdin.isTTY === true ? [] : ["-o", "BatchMode=yes"]),
    ...["--", host, `rewind serve --stdio ${quoted(folder)}`],
  ];
  const program = programOnPath("ssh");
  if (program === undefined) {
    throw new RewindError("REMOTE_FAILED", "expected the program ssh, which is not installed", {
      url,
    });
  }
  return stdioBlobs(url, () => spawn(program, values, { stdio: ["pipe", "pipe", "pipe"] }), signal);
}

/** A remote behind a program that runs `rewind serve --stdio`. It is started at the first request. */
export function stdioBlobs(url: string, start: () => ChildProcess, signal?: AbortSignal): Blobs {
  let child: ChildProcess | undefined;
  let answers: AsyncGenerator<Message> | undefined;
  let words = "";
  /** Resolves when the program has said its last words, or soon. */
  let ended: Promise<void> = Promise.resolve();
  /** The bytes that the next answer may have. */
  let wanted = 0;
  let watch: Watch | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const failed = (why: string): RewindError =>
    new RewindError("REMOTE_FAILED", `${url}: ${why}`, { url });

  const begin = (): ChildProcess => {
    const begun = start();
    begun.on("error", (error) => {
      words += error.message;
    });
    // The end of its output tells that it has ended.
    begun.stdin?.on("error", () => undefined);
    begun.stderr?.on("data", (bytes: Uint8Array) => {
      words = (words + new TextDecoder().decode(bytes)).slice(-2_000);
    });
    ended = new Promise((resolve) => {
      for (const event of ["close", "error"]) begun.once(event, () => resolve());
      begun.stdout?.once("end", () => clock.after(LAST_WORDS_MS, resolve).unref());
    });
    const parts = begun.stdout as unknown as AsyncIterable<Uint8Array>;
    answers = messagesOf(
      watched(parts, () => watch),
      () => wanted,
    );
    return begun;
  };
  const askOnce = async (
    head: Message["head"],
    { bytes = NOTHING, most = 0 }: Asked,
  ): Promise<Message> => {
    child ??= begin();
    wanted = most;
    const asked = child;
    const next = await patiently(signal, async (current) => {
      watch = current;
      current.signal.addEventListener("abort", () => asked.kill());
      await send(asked.stdin, encodeMessage({ head, bytes }), current);
      return answers?.next();
    }).catch((error) => {
      throw error instanceof RewindError ? error : failed(error.message);
    });
    if (next === undefined || next.done) {
      await ended;
      throw failed(words.trim().split("\n").at(-1) || "the connection has ended");
    }
    const { error, message } = next.value.head;
    if (error === undefined) return next.value;
    const why = typeof message === "string" ? message : "the other end failed";
    const code = THEIR_ERRORS.find((each) => each === error) ?? "REMOTE_FAILED";
    throw new RewindError(code, `${url}: ${why.slice(0, LONGEST_MESSAGE)}`, { url });
  };
  /** One request at a time: an answer belongs to the request before it. */
  const ask = (head: Message["head"], asked: Asked = {}): Promise<Message> => {
    const answer = before.then(() => askOnce(head, asked));
    before = answer.catch(() => undefined);
    return answer;
  };

  return {
    url,
    async list(name) {
      const { bytes } = await ask({ verb: "list", name }, { most: LARGEST_WEB_LIST });
      return parseWebList(new TextDecoder().decode(bytes), url);
    },
    async read(name, most) {
      const { head, bytes } = await ask({ verb: "read", name, most }, { most });
      return head.found === true ? bytes : undefined;
    },
    async sizes(names) {
      const asked = { bytes: utf8(webList(names)), most: LARGEST_WEB_LIST };
      const { bytes } = await ask({ verb: "sizes" }, asked);
      const lengths = parseWebList(new TextDecoder().decode(bytes), url);
      return new Map(
        names.flatMap((name, i) =>
          /^\d{1,15}$/.test(lengths[i] ?? "") ? [[name, Number(lengths[i])]] : [],
        ),
      );
    },
    write: async (name, bytes) => void (await ask({ verb: "write", name }, { bytes })),
    create: async (name, bytes) =>
      (await ask({ verb: "create", name }, { bytes })).head.created === true,
    changed: async () => void (await ask({ verb: "changed" })),
    async close() {
      child?.stdin?.end();
      child = undefined;
    },
  };
}

/** The parts of a stream, of which the watch of the request is told. */
async function* watched(
  parts: AsyncIterable<Uint8Array>,
  watch: () => Watch | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    watch()?.moved(part.length);
    yield part;
  }
}

const PART_BYTES = 1 << 16;

/** Its words come by another way than its answers, and may come later. */
const LAST_WORDS_MS = 500;

/** Writes part by part, so that the watch learns how far it is. */
async function send(stream: Writable | null, bytes: Uint8Array, watch: Watch): Promise<void> {
  for (let at = 0; at < bytes.length && !watch.signal.aborted; at += PART_BYTES) {
    const part = bytes.subarray(at, at + PART_BYTES);
    // If it has failed, the end of the program's output tells.
    await new Promise<void>((resolve) => stream?.write(part, () => resolve()) ?? resolve());
    watch.moved(part.length);
  }
}

/** What goes with a request, and how many bytes its answer may have. */
interface Asked {
  readonly bytes?: Uint8Array;
  readonly most?: number;
}

/** A word for the shell of the other machine. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function notAHost(url: string): RewindError {
  return new RewindError(
    "REMOTE_UNSUPPORTED",
    `expected ssh://HOST/PATH, got ${JSON.stringify(url)}`,
    {
      url,
    },
  );
}
