import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { type ErrorCode, RewindError } from "../../base/errors.ts";
import type { Blobs } from "../../remote/blob-remote.ts";
import { programOnPath } from "../host/program-on-path.ts";
import { encodeMessage, type Message, messagesOf } from "./frames.ts";

const NOTHING = new Uint8Array();

/** A remote in a folder of another machine, where rewind is installed: `ssh://host/path`. */
export function sshBlobs(url: string): Blobs {
  const { hostname, username, port, pathname } = new URL(url);
  const host = username === "" ? hostname : `${decodeURIComponent(username)}@${hostname}`;
  if (hostname === "" || host.startsWith("-")) throw notAHost(url);
  // As Git has it: /~/runs is in the home folder.
  const folder = decodeURIComponent(pathname).replace(/^\/~\//, "");
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
  return stdioBlobs(url, () => spawn(program, values, { stdio: ["pipe", "pipe", "pipe"] }));
}

/** A remote behind a program that runs `rewind serve --stdio`. It is started at the first request. */
export function stdioBlobs(url: string, start: () => ChildProcess): Blobs {
  let child: ChildProcess | undefined;
  let answers: AsyncGenerator<Message> | undefined;
  let words = "";
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
    answers = messagesOf(begun.stdout as unknown as AsyncIterable<Uint8Array>);
    return begun;
  };
  const askOnce = async (head: Message["head"], bytes: Uint8Array): Promise<Message> => {
    child ??= begin();
    child.stdin?.write(encodeMessage({ head, bytes }));
    const next = await answers?.next();
    if (next === undefined || next.done) {
      throw failed(words.trim().split("\n").at(-1) || "the connection has ended");
    }
    const { error, message } = next.value.head;
    if (error === undefined) return next.value;
    throw new RewindError(error as ErrorCode, `${url}: ${String(message)}`, { url });
  };
  /** One request at a time: an answer belongs to the request before it. */
  const ask = (head: Message["head"], bytes: Uint8Array = NOTHING): Promise<Message> => {
    const answer = before.then(() => askOnce(head, bytes));
    before = answer.catch(() => undefined);
    return answer;
  };

  return {
    url,
    list: async (name) => {
      const { names } = (await ask({ verb: "list", name })).head;
      if (Array.isArray(names) && names.every((each) => typeof each === "string")) return names;
      throw new RewindError("REMOTE_INVALID", `${url}: expected a list of names`, { url });
    },
    async read(name, most) {
      const { head, bytes } = await ask({ verb: "read", name, most });
      if (head.found !== true) return undefined;
      if (bytes.length <= most) return bytes;
      throw new RewindError("REMOTE_INVALID", `${url} sends more than was asked for`, { url });
    },
    async size(name) {
      const { size } = (await ask({ verb: "size", name })).head;
      return typeof size === "number" ? size : undefined;
    },
    write: async (name, bytes) => void (await ask({ verb: "write", name }, bytes)),
    create: async (name, bytes) =>
      (await ask({ verb: "create", name }, bytes)).head.created === true,
    changed: async () => void (await ask({ verb: "changed" })),
    async close() {
      child?.stdin?.end();
      child = undefined;
    },
  };
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
