import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import type { Swapped } from "../../remote/remote.ts";
import { isOwnFolder } from "../host/own-file.ts";
import { sleep } from "../host/pause.ts";
import { programOnPath } from "../host/program-on-path.ts";
import { GitProcess, type GitSettings, LONGEST_SHOWN } from "./git-process.ts";
import { maskUrl } from "./mask.ts";

/** An entry of a tree. */
export interface TreeEntry {
  readonly kind: "blob" | "tree";
  readonly name: string;
  readonly id: string;
}

/** A change of a ref on the server. */
interface Update {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Lists of refs and of trees are read up to this. */
const LARGEST_LIST = 1 << 24;
/** What Git prints when it does something. */
const LARGEST_REPORT = 1 << 22;

/** The number of blobs that are read at once: together they have at most LARGEST_LIST and one more. */
const AT_ONCE = 64;

const NEWLINE = 0x0a;

/** A push that the server refuses without giving a reason is sent this many times in all. */
const ATTEMPTS = 4;
const WAIT_MS = 100;

/**
 * A bare repository of this user's own, through which everything goes to a Git server and comes
 * from there, by the user's own `git`: their credential helpers, agents and proxies work. Git obeys
 * what is in a repository, so that this one lies outside every project.
 */
export class ScratchGit {
  /** What messages call the server. */
  readonly url: string;
  readonly #url: string;
  readonly #git: GitProcess;
  /** A folder to remove at the end. */
  readonly #temporary: string | undefined;

  private constructor(git: GitProcess, url: string, temporary: string | undefined) {
    this.#git = git;
    this.#url = url;
    this.#temporary = temporary;
    this.url = git.shown;
  }

  /**
   * Makes the repository in a folder of this user alone, if it is not there; without a folder, in a
   * new one that lasts until `close`. Throws REMOTE_FAILED without Git.
   */
  static async open(
    folder: string | undefined,
    url: string,
    settings?: GitSettings,
    signal?: AbortSignal,
  ): Promise<ScratchGit> {
    const program = programOnPath("git");
    if (program === undefined) {
      throw new RewindError("REMOTE_FAILED", "expected the program git, which is not installed", {
        url: maskUrl(url),
      });
    }
    if (url.startsWith("-")) {
      throw new RewindError("REMOTE_UNSUPPORTED", `expected a URL, got ${JSON.stringify(url)}`, {});
    }
    const own = folder === undefined ? undefined : ownFolder(folder);
    const temporary =
      own === undefined ? fs.mkdtempSync(path.join(os.tmpdir(), "rewind-git-")) : undefined;
    const place = path.join(own ?? (temporary as string), "git");
    // What is kept of the server may be what is damaged: the next command begins anew.
    const onDamage = (): void => fs.rmSync(place, { recursive: true, force: true });
    const git = new GitProcess({ program, folder: place, url, settings, signal, onDamage });
    const parts = ["HEAD", "objects", "refs"].map((name) => path.join(place, name));
    if (!parts.every((part) => fs.existsSync(part))) {
      fs.mkdirSync(place, { recursive: true, mode: 0o700 });
      await git.output(["init", "--quiet", "--bare", "--template="], { most: LARGEST_REPORT });
    }
    return new ScratchGit(git, url, temporary);
  }

  /** The refs of the server that match. Throws REMOTE_INVALID if one of them cannot be read there. */
  async listRemote(patterns: readonly string[]): Promise<{ ref: string; id: string }[]> {
    const output = await this.#text(["ls-remote", "--refs", "--", this.#url, ...patterns], {
      most: LARGEST_LIST,
    });
    return output.split("\n").flatMap((line) => {
      const [, id, ref] = /^([0-9a-f]{40,64})\t(refs\/.*)$/.exec(line) ?? [];
      if (id === undefined || ref === undefined) return [];
      // So Git lists a ref that it cannot read.
      if (/^0+$/.test(id)) throw this.#git.failed(`error: invalid sha1 pointer in ${ref}`);
      return [{ id, ref }];
    });
  }

  /** Fetches by these refspecs, and by no others. */
  async fetch(refspecs: readonly string[]): Promise<void> {
    await this.#text(
      [
        ...["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"],
        ...["--no-recurse-submodules", "--refmap=", "--stdin", "--", this.#url],
      ],
      { input: utf8(refspecs.map((refspec) => `${refspec}\n`).join("")) },
    );
  }

  /** Which of these objects are here, and of which kind; in the same order. */
  async kinds(names: readonly string[]): Promise<readonly (string | undefined)[]> {
    if (names.length === 0) return [];
    const lines = await this.#text(["cat-file", "--batch-check=%(objecttype)"], {
      ...{ most: LARGEST_LIST, input: utf8(names.map((name) => `${name}\n`).join("")) },
    });
    return lines.split("\n").flatMap((line, i) => {
      if (i >= names.length) return [];
      return /^(commit|tree|blob|tag)$/.test(line) ? [line] : [undefined];
    });
  }

  /** The lengths of blobs, in the same order; undefined for what is not here or no blob. */
  async sizes(names: readonly string[]): Promise<readonly (number | undefined)[]> {
    if (names.length === 0) return [];
    const lines = await this.#text(["cat-file", "--batch-check=%(objecttype) %(objectsize)"], {
      ...{ most: LARGEST_LIST, input: utf8(names.map((name) => `${name}\n`).join("")) },
    });
    const found = lines.split("\n").map((line) => /^blob (\d{1,15})$/.exec(line)?.[1]);
    return names.map((_, i) => (found[i] === undefined ? undefined : Number(found[i])));
  }

  /** Whether an object is here. */
  async has(id: string): Promise<boolean> {
    return (await this.kinds([id]))[0] !== undefined;
  }

  /** The entries of a tree, those of trees in it left out; undefined if there is no such tree. */
  async tree(name: string): Promise<readonly TreeEntry[] | undefined> {
    const values = ["ls-tree", "-z", "--full-tree", name];
    const { output, code } = await this.#git.run(values, { most: LARGEST_LIST });
    if (code !== 0) return undefined;
    return text(output)
      .split("\0")
      .flatMap((entry): TreeEntry[] => {
        const [, kind, id, name] = /^\d{6} (blob|tree) ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
        if (id === undefined || name === undefined) return [];
        return [{ kind: kind as TreeEntry["kind"], name, id }];
      });
  }

  /** The bytes of a blob, at most `most`. Throws REMOTE_INVALID. */
  async blob(name: string, most: number): Promise<Uint8Array> {
    return this.#git.output(["cat-file", "blob", name], { most });
  }

  /**
   * The bytes of blobs, of at most `most` each, in the same order; undefined for what is no blob.
   * Throws REMOTE_INVALID.
   */
  async blobs(names: readonly string[], most: number): Promise<(Uint8Array | undefined)[]> {
    if (names.length === 0) return [];
    if (names.length > AT_ONCE) {
      const first = await this.blobs(names.slice(0, AT_ONCE), most);
      return [...first, ...(await this.blobs(names.slice(AT_ONCE), most))];
    }
    const output = await this.#git.output(["cat-file", "--batch"], {
      ...{ most: most + LARGEST_LIST, input: utf8(names.map((name) => `${name}\n`).join("")) },
    });
    let at = 0;
    return names.map(() => {
      const end = output.indexOf(NEWLINE, at);
      const [, kind, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(text(output.subarray(at, end))) ?? [];
      at = end + 1;
      if (size === undefined) return undefined;
      const bytes = output.subarray(at, at + Number(size));
      at += bytes.length + 1;
      return kind === "blob" && bytes.length <= most ? bytes : undefined;
    });
  }

  /** Writes a blob, and returns its id. */
  async write(bytes: Uint8Array): Promise<string> {
    const values = ["hash-object", "-w", "--no-filters", "--stdin"];
    return (await this.#text(values, { input: bytes })).trim();
  }

  /** Writes a tree. */
  async makeTree(entries: readonly TreeEntry[]): Promise<string> {
    const lines = entries.map(({ kind, name, id }) =>
      kind === "tree" ? `040000 tree ${id}\t${name}` : `100644 blob ${id}\t${name}`,
    );
    const input = utf8(`${lines.join("\n")}\n`);
    return (await this.#text(["mktree", "--missing"], { input })).trim();
  }

  async commit(tree: string, parents: readonly string[], message: string): Promise<string> {
    const behind = parents.flatMap((id) => ["-p", id]);
    const input = utf8(`${message}\n`);
    return (await this.#text(["commit-tree", ...behind, tree], { input })).trim();
  }

  /** Keeps a commit under a ref here. */
  async keep(ref: string, commit: string): Promise<void> {
    await this.#text(["update-ref", ref, commit]);
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
    const isSame = left.length === updates.length;
    if (isSame) {
      // Somebody may hold the lock of one of them for a moment.
      if (attempt === ATTEMPTS) {
        return updates.map(() => ({ declined: "the server has refused the push" }));
      }
      await sleep(WAIT_MS * attempt);
    }
    const again = left.length === 0 ? [] : await this.push(left, isSame ? attempt + 1 : 1);
    let at = 0;
    return settled.map((result) => result ?? (again[at++] as Swapped));
  }

  close(): void {
    if (this.#temporary !== undefined) fs.rmSync(this.#temporary, { recursive: true, force: true });
  }

  /** Undefined for the updates that were not made only because others could not be. */
  async #pushOnce(updates: readonly Update[]): Promise<(Swapped | undefined)[]> {
    const { output, words, code } = await this.#git.run(
      [
        ...["push", "--porcelain", "--no-verify", "--no-signed", "--recurse-submodules=no"],
        "--atomic",
        ...updates.map(({ ref, from = "" }) => `--force-with-lease=${ref}:${from}`),
        ...["--", this.#url, ...updates.map(({ ref, to = "" }) => `${to}:${ref}`)],
      ],
      { most: LARGEST_REPORT },
    );
    const told = new Map<string, { readonly flag: string; readonly summary: string }>();
    for (const line of text(output).split("\n")) {
      const [, flag, ref, summary] = /^(.)\t[^:]*:(refs\/[^\t]*)\t(.*)$/.exec(line) ?? [];
      if (flag !== undefined && ref !== undefined) told.set(ref, { flag, summary: summary ?? "" });
    }
    if (told.size === 0 && code !== 0) throw this.#git.failed(words);
    return updates.map(({ ref, to }): Swapped | undefined => {
      const { flag = "!", summary = "" } = told.get(ref) ?? {};
      if (flag !== "!") return { version: to };
      if (/atomic (push|transaction) fail/.test(summary)) return undefined;
      if (/stale info|fetch first|non-fast-forward|needs force/.test(summary))
        return { moved: true };
      return { declined: [summary, remoteWords(words)].filter((part) => part !== "").join("\n") };
    });
  }

  async #text(
    values: readonly string[],
    { most = LARGEST_REPORT, input }: { readonly most?: number; readonly input?: Uint8Array } = {},
  ): Promise<string> {
    return text(await this.#git.output(values, { most, ...(input && { input }) }));
  }
}

/** The folder, made for this user alone; undefined if it cannot be, or if others can write to it. */
function ownFolder(folder: string): string | undefined {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    return undefined;
  }
  return isOwnFolder(folder) ? folder : undefined;
}

/** What the server itself has said. */
function remoteWords(words: string): string {
  return words
    .split("\n")
    .flatMap((line) => /^remote: (.*)$/.exec(line)?.[1]?.trimEnd() ?? [])
    .join("\n")
    .trim()
    .slice(0, LONGEST_SHOWN);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
