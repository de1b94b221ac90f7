import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { concatBytes, utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import type { Swapped } from "../../remote/remote.ts";
import { gitProgram } from "../host/git-program.ts";
import { maskSecrets, maskUrl } from "./mask.ts";

/** Settings that this repository gets for one call, so that no file and no list of processes has them. */
type Settings = readonly (readonly [key: string, value: string])[];

/** An entry of a tree. */
interface TreeEntry {
  readonly path: string;
  readonly id: string;
}

/** A change of a ref on the server. */
interface Update {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What Git has said besides its output is cut to this length in messages. */
const LONGEST_WORDS = 2000;

/** A push that the server refuses without a reason of its own is sent this many times in all. */
const ATTEMPTS = 4;
const WAIT_MS = 100;

/**
 * A bare repository beside the store, through which everything goes to a Git server and comes from
 * there, by the user's own `git`: their credential helpers, agents and proxies work.
 */
export class ScratchGit {
  /** What messages call the server. */
  readonly url: string;
  readonly #url: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #settings: Settings;

  private constructor(program: string, folder: string, url: string, settings: Settings) {
    this.#program = program;
    this.#folder = folder;
    this.#url = url;
    this.#settings = settings;
    this.url = maskUrl(url);
  }

  /** Makes the repository if it is not there. Throws REMOTE_FAILED without Git. */
  static async open(folder: string, url: string, settings: Settings = []): Promise<ScratchGit> {
    const program = gitProgram();
    if (program === undefined) {
      throw new RewindError("REMOTE_FAILED", "expected the program git, which is not installed", {
        url: maskUrl(url),
      });
    }
    if (url.startsWith("-")) {
      throw new RewindError("REMOTE_UNSUPPORTED", `expected a URL, got ${JSON.stringify(url)}`, {});
    }
    const git = new ScratchGit(program, path.resolve(folder, "git"), url, settings);
    if (!fs.existsSync(path.join(git.#folder, "HEAD"))) {
      fs.mkdirSync(git.#folder, { recursive: true });
      await git.#run(["init", "--quiet", "--bare", "--template="]);
    }
    return git;
  }

  /** The refs of the server that match. */
  async listRemote(patterns: readonly string[]): Promise<{ ref: string; id: string }[]> {
    const output = await this.#text(["ls-remote", "--refs", "--", this.#url, ...patterns]);
    return output.split("\n").flatMap((line) => {
      const [, id, ref] = /^([0-9a-f]{40,64})\t(refs\/.*)$/.exec(line) ?? [];
      return id === undefined || ref === undefined ? [] : [{ id, ref }];
    });
  }

  /** Fetches by these refspecs, and by no others. */
  async fetch(refspecs: readonly string[]): Promise<void> {
    await this.#run([
      ...["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"],
      ...["--no-recurse-submodules", "--refmap=", "--", this.#url, ...refspecs],
    ]);
  }

  /** Whether an object is here. */
  async has(id: string): Promise<boolean> {
    return (await this.#try(["cat-file", "-e", id])) !== undefined;
  }

  /** The commit that a ref names here. */
  async commitOf(ref: string): Promise<string | undefined> {
    const output = await this.#try(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
    return output?.trim();
  }

  /** The files of a commit. */
  async tree(commit: string): Promise<readonly TreeEntry[]> {
    const output = await this.#text(["ls-tree", "-r", "-z", "--full-tree", commit]);
    return output.split("\0").flatMap((entry) => {
      const [, id, name] = /^100644 blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
      return id === undefined || name === undefined ? [] : [{ path: name, id }];
    });
  }

  /** The bytes of a blob, at most `most`. Throws REMOTE_INVALID. */
  async blob(name: string, most: number): Promise<Uint8Array> {
    const size = Number(await this.#text(["cat-file", "-s", name]));
    if (size > most) {
      const message = `expected at most ${most} bytes from ${this.url}, got ${size}`;
      throw new RewindError("REMOTE_INVALID", message, { url: this.url });
    }
    return this.#run(["cat-file", "blob", name]);
  }

  /** Writes a blob, and returns its id. */
  async write(bytes: Uint8Array): Promise<string> {
    const output = await this.#run(["hash-object", "-w", "--no-filters", "--stdin"], bytes);
    return text(output).trim();
  }

  /** Writes a tree of blobs and of trees, `packs` alone being one. */
  async makeTree(
    entries: readonly { readonly name: string; readonly id: string }[],
  ): Promise<string> {
    const lines = entries.map(({ name, id }) =>
      name === "packs" ? `040000 tree ${id}\t${name}` : `100644 blob ${id}\t${name}`,
    );
    return text(await this.#run(["mktree", "--missing"], utf8(`${lines.join("\n")}\n`))).trim();
  }

  async commit(tree: string, parents: readonly string[], message: string): Promise<string> {
    const behind = parents.flatMap((id) => ["-p", id]);
    return text(await this.#run(["commit-tree", ...behind, tree], utf8(`${message}\n`))).trim();
  }

  /** Keeps a commit under a ref here. */
  async keep(ref: string, commit: string): Promise<void> {
    await this.#run(["update-ref", ref, commit]);
  }

  /**
   * Changes refs on the server, data and refs in one transfer, each only if it is what is expected.
   * If the server declines some, the others are pushed without them.
   */
  async push(updates: readonly Update[], attempt = 1): Promise<readonly Swapped[]> {
    const results = await this.#pushOnce(updates);
    if (results.every((result) => result !== undefined && "version" in result)) {
      return results as readonly Swapped[];
    }
    // A server words a lost race as it likes: whether the ref is another now tells.
    const now = new Map<string, string>();
    for (const { ref, id } of await this.listRemote(updates.map(({ ref }) => ref)))
      now.set(ref, id);
    const settled = updates.map(({ ref, from, to }, i) => {
      const result = results[i];
      if (result !== undefined && "version" in result) return result;
      if (now.get(ref) === from) return result;
      return now.get(ref) === to ? { version: to } : { moved: true as const };
    });
    const left = updates.filter((_, i) => settled[i] === undefined);
    if (left.length === updates.length) {
      // Somebody may hold the lock of one of them for a moment.
      if (attempt === ATTEMPTS) {
        return updates.map(() => ({ declined: "the server has refused the push" }));
      }
      await sleep(WAIT_MS * attempt);
    }
    const isSame = left.length === updates.length;
    const again = left.length === 0 ? [] : await this.push(left, isSame ? attempt + 1 : 1);
    let at = 0;
    return settled.map((result) => result ?? (again[at++] as Swapped));
  }

  /** Undefined for the updates that were not made only because others could not be. */
  async #pushOnce(updates: readonly Update[]): Promise<(Swapped | undefined)[]> {
    const { output, words, code } = await this.#start([
      ...[
        "push",
        "--porcelain",
        "--no-verify",
        "--no-signed",
        "--recurse-submodules=no",
        "--atomic",
      ],
      ...updates.map(({ ref, from = "" }) => `--force-with-lease=${ref}:${from}`),
      ...["--", this.#url, ...updates.map(({ ref, to = "" }) => `${to}:${ref}`)],
    ]);
    const told = new Map<string, { readonly flag: string; readonly summary: string }>();
    for (const line of text(output).split("\n")) {
      const [, flag, ref, summary] = /^(.)\t[^:]*:(refs\/[^\t]*)\t(.*)$/.exec(line) ?? [];
      if (flag !== undefined && ref !== undefined) told.set(ref, { flag, summary: summary ?? "" });
    }
    if (told.size === 0 && code !== 0) throw this.#failed(words);
    return updates.map(({ ref, to }): Swapped | undefined => {
      const { flag = "!", summary = "" } = told.get(ref) ?? {};
      if (flag !== "!") return { version: to };
      if (/atomic (push|transaction) fail/.test(summary)) return undefined;
      if (/stale info|fetch first|non-fast-forward|needs force/.test(summary))
        return { moved: true };
      return { declined: [summary, remoteWords(words)].filter((part) => part !== "").join("\n") };
    });
  }

  async #text(values: readonly string[]): Promise<string> {
    return text(await this.#run(values));
  }

  async #try(values: readonly string[]): Promise<string | undefined> {
    const { output, code } = await this.#start(values);
    return code === 0 ? text(output) : undefined;
  }

  async #run(values: readonly string[], input?: Uint8Array): Promise<Uint8Array> {
    const { output, words, code } = await this.#start(values, input);
    if (code !== 0) throw this.#failed(words);
    return output;
  }

  #failed(words: string): RewindError {
    const told = words.trim().slice(0, LONGEST_WORDS);
    const first = told.split("\n").find((line) => /^(fatal|error|ssh):/.test(line)) ?? told;
    const reason = first.replace(/^(fatal|error): /, "");
    return new RewindError("REMOTE_FAILED", `${this.url}: ${reason || "git has failed"}`, {
      ...{ url: this.url, told },
    });
  }

  #start(
    values: readonly string[],
    input?: Uint8Array,
  ): Promise<{ output: Uint8Array; words: string; code: number | null }> {
    const child = spawn(this.#program, [...SETTINGS, ...values], {
      cwd: this.#folder,
      env: environment(this.#folder, this.#settings),
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const output: Uint8Array[] = [];
    const words: Uint8Array[] = [];
    child.stdout.on("data", (bytes: Uint8Array) => output.push(bytes));
    child.stderr.on("data", (bytes: Uint8Array) => words.push(bytes));
    // A program that ends early closes its input: its status says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? new Uint8Array());
    return new Promise((resolve, reject) => {
      child.on("error", (cause) =>
        reject(
          new RewindError(
            "REMOTE_FAILED",
            `git cannot be started: ${cause.message}`,
            {},
            { cause },
          ),
        ),
      );
      child.on("close", (code) =>
        resolve({
          output: concatBytes(output),
          words: maskSecrets(text(concatBytes(words)), this.#url),
          code,
        }),
      );
    });
  }
}

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
  "core.compression=0",
  "pack.window=0",
].flatMap((setting) => ["-c", setting]);

const PERSON = { NAME: "rewind", EMAIL: "rewind@localhost", DATE: "2000-01-01T00:00:00Z" };

function environment(folder: string, settings: Settings): NodeJS.ProcessEnv {
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

/** What the server itself has said. */
function remoteWords(words: string): string {
  return words
    .split("\n")
    .flatMap((line) => /^remote: (.*)$/.exec(line)?.[1]?.trimEnd() ?? [])
    .join("\n")
    .trim()
    .slice(0, LONGEST_WORDS);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
