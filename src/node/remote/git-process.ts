import { spawn } from "node:child_process";
import process from "node:process";
import { concatBytes } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { maskSecrets, maskUrl } from "./mask.ts";

/** Settings that Git gets for one call, so that no file and no list of processes has them. */
export type GitSettings = readonly (readonly [key: string, value: string])[];

/** How Git ended. */
export interface GitResult {
  readonly output: Uint8Array;
  /** What it has said besides, without passwords: the end of it, if it is long. */
  readonly words: string;
  readonly code: number | null;
}

/** What Git has said is kept up to this length. */
const LONGEST_WORDS = 1 << 16;

/** Runs the user's `git` on a repository that only rewind uses. */
export class GitProcess {
  /** What messages call the server. */
  readonly shown: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #url: string;
  readonly #settings: GitSettings;
  readonly #signal: AbortSignal | undefined;
  readonly #onDamage: () => void;

  constructor({
    program,
    folder,
    url,
    settings = [],
    signal,
    onDamage,
  }: {
    readonly program: string;
    /** The repository, which becomes GIT_DIR. */
    readonly folder: string;
    readonly url: string;
    readonly settings?: GitSettings | undefined;
    readonly signal?: AbortSignal | undefined;
    /** Called when Git finds damage, here or there: its words do not always tell where. */
    readonly onDamage: () => void;
  }) {
    this.#onDamage = onDamage;
    this.#program = program;
    this.#folder = folder;
    this.#url = url;
    this.#settings = settings;
    this.#signal = signal;
    this.shown = maskUrl(url);
  }

  /** Its output, of at most `most` bytes. Throws REMOTE_FAILED, REMOTE_INVALID and INTERRUPTED. */
  async output(
    values: readonly string[],
    { most, input }: { readonly most: number; readonly input?: Uint8Array },
  ): Promise<Uint8Array> {
    const { output, words, code } = await this.run(values, { most, ...(input && { input }) });
    if (code !== 0) throw this.failed(words);
    return output;
  }

  /** The same with any status. Throws REMOTE_INVALID and INTERRUPTED. */
  run(
    values: readonly string[],
    { most, input }: { readonly most: number; readonly input?: Uint8Array },
  ): Promise<GitResult> {
    const child = spawn(this.#program, [...SETTINGS, ...values], {
      cwd: this.#folder,
      env: environment(this.#folder, this.#settings),
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe"],
      signal: this.#signal,
    });
    const output: Uint8Array[] = [];
    let length = 0;
    let words = "";
    child.stdout.on("data", (bytes: Uint8Array) => {
      length += bytes.length;
      if (length <= most) output.push(bytes);
      else child.kill("SIGKILL");
    });
    const decoder = new TextDecoder();
    child.stderr.on("data", (bytes: Uint8Array) => {
      words = (words + decoder.decode(bytes, { stream: true })).slice(-LONGEST_WORDS);
    });
    // A program that ends early closes its input: its status says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? new Uint8Array());
    return new Promise((resolve, reject) => {
      child.on("error", (cause) => {
        if (this.#signal?.aborted) reject(new RewindError("INTERRUPTED", "interrupted"));
        const message = `git cannot be started: ${cause.message}`;
        reject(new RewindError("REMOTE_FAILED", message, {}, { cause }));
      });
      child.on("close", (code) => {
        if (length > most) {
          const message = `expected at most ${most} bytes from ${this.shown}, got more`;
          reject(new RewindError("REMOTE_INVALID", message, { url: this.shown }));
        }
        resolve({ output: concatBytes(output), words: maskSecrets(words, this.#url), code });
      });
    });
  }

  /** REMOTE_FAILED, or REMOTE_INVALID for a damaged repository, with what Git has said. */
  failed(words: string): RewindError {
    const told = words.trim().slice(0, LONGEST_SHOWN);
    const first = told.split("\n").find((line) => /^(fatal|error|ssh):/.test(line)) ?? told;
    const reason = first.replace(/^(fatal|error): /, "");
    if (DAMAGE.test(told)) {
      this.#onDamage();
      const message = `${this.shown} is a damaged Git repository: ${reason}`;
      return new RewindError("REMOTE_INVALID", message, { url: this.shown, told, isGit: true });
    }
    const message = `${this.shown}: ${reason || "git has failed"}`;
    return new RewindError("REMOTE_FAILED", message, { url: this.shown, told });
  }
}

/** What Git says of objects that are missing or damaged. */
const DAMAGE =
  /not our ref [0-9a-f]{40}|pack-objects died|object file \S+ is empty|corrupt loose object|loose object .* is corrupt|bad object [0-9a-f]{40}|unable to (?:unpack|read|parse) |missing (?:blob|tree|commit) |could not read [0-9a-f]{40}|invalid sha1 pointer|packfile \S+ (?:cannot be accessed|does not match)|inflate: data stream error/i;

/** What Git has said is cut to this length in messages. */
export const LONGEST_SHOWN = 2000;

/** What no setting of the user may change here. */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "push.followTags=false",
  "push.gpgSign=false",
  "commit.gpgSign=false",
  "fetch.fsckObjects=false",
  // A server that sends nothing for a minute is given up.
  "http.lowSpeedLimit=1",
  "http.lowSpeedTime=60",
  "core.compression=0",
  "pack.window=0",
].flatMap((setting) => ["-c", setting]);

const PERSON = { NAME: "rewind", EMAIL: "rewind@localhost", DATE: "2000-01-01T00:00:00Z" };

function environment(folder: string, settings: GitSettings): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    // Within a Git hook these name the hook's repository.
    const isOfRepository =
      /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|COMMON_DIR|NAMESPACE|PREFIX|ALTERNATE_OBJECT_DIRECTORIES|QUARANTINE_PATH|PUSH_OPTION.*)$/;
    if (!isOfRepository.test(name)) env[name] = value;
  }
  for (const [part, value] of Object.entries(PERSON)) {
    env[`GIT_AUTHOR_${part}`] = value;
    env[`GIT_COMMITTER_${part}`] = value;
  }
  // The user's own come first: a server for continuous integration gives credentials in this way.
  const own = Number(env.GIT_CONFIG_COUNT ?? 0);
  env.GIT_CONFIG_COUNT = String(own + settings.length);
  for (const [i, [key, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${own + i}`] = key;
    env[`GIT_CONFIG_VALUE_${own + i}`] = value;
  }
  const onTerminal = process.stdin.isTTY === true;
  return {
    ...env,
    GIT_DIR: folder,
    GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
    GIT_OPTIONAL_LOCKS: "0",
    LC_ALL: "C",
    ...(onTerminal ? {} : { GIT_TERMINAL_PROMPT: "0", GIT_ASKPASS: "", SSH_ASKPASS: "" }),
    ...(onTerminal || env.GIT_SSH_COMMAND !== undefined || env.GIT_SSH !== undefined
      ? {}
      : { SSH_ASKPASS_REQUIRE: "never" }),
  };
}
