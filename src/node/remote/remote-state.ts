import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { checkKind } from "../../base/options.ts";
import { type KeptRefs, keptRefs, seenRefsOf } from "../../remote/pack-table.ts";
import type { SeenRef } from "../../remote/push.ts";
import { makeFolders, onStore, replaceFile, withFile } from "../host/files.ts";
import type { Seal } from "../host/machine-seal.ts";
import type { StoreFolders } from "../store/store-folders.ts";
import type { FileStoreTools } from "../store/store-tools.ts";

/** A remote of a store: where it is, and its refs as they were seen last. */
export interface KnownRemote {
  readonly url: string;
  /** Where our refs lie in a Git repository, if the user has chosen another place. */
  readonly refPrefix?: string | undefined;
  readonly refs: ReadonlyMap<string, SeenRef>;
  /** The hashes of its packs whose objects this store has. */
  readonly here: ReadonlySet<string>;
  /** Whether a push is safe: the server was probed, or the user says that nobody else writes. */
  readonly probed: boolean;
}

/** A file of more bytes is not read. */
const LARGEST_FILE = 1 << 27;

/**
 * The remotes of a store, a file each in `local/remotes/`. Each is sealed: what came along with a
 * copy of the store names no remote.
 */
export class RemoteStates {
  readonly #folder: string;
  readonly #folders: StoreFolders;
  readonly #tools: FileStoreTools;

  constructor(folders: StoreFolders, tools: FileStoreTools) {
    this.#folder = path.join(folders.local, "remotes");
    this.#folders = folders;
    this.#tools = tools;
  }

  /** The names of the remotes, sorted. */
  names(): readonly string[] {
    const entries = this.#on(this.#folder, () => this.#tools.files.list(this.#folder));
    return entries
      .flatMap(({ name }) => /^(.+)\.json$/.exec(name)?.[1] ?? [])
      .filter((name) => isRemoteName(name) && this.read(name) !== undefined);
  }

  /** A remote; undefined if no remote has this name, or if its file is not this user's. */
  read(name: string): KnownRemote | undefined {
    const file = this.#file(name);
    const text = this.#on(file, () => {
      const { files } = this.#tools;
      if (files.stat(file)?.kind !== "file") return undefined;
      return withFile(files, file, "read", (descriptor) => {
        const size = Math.min(files.size(descriptor), LARGEST_FILE);
        return new TextDecoder().decode(files.read(descriptor, 0, size));
      });
    });
    return text === undefined ? undefined : parse(name, text, this.#tools);
  }

  write(name: string, remote: KnownRemote): void {
    const file = this.#file(name);
    const bytes = utf8(format(name, remote, this.#tools));
    if (bytes.length > LARGEST_FILE) {
      const message = `what is to be noted of the remote ${name} takes ${bytes.length} bytes`;
      const data = { bytes: bytes.length, limit: LARGEST_FILE };
      throw new RewindError("REMOTE_TOO_LARGE", message, data);
    }
    this.#on(file, () => {
      makeFolders(this.#tools.files, this.#folder);
      replaceFile(this.#tools.files, file, `${file}.${this.#tools.uniqueName()}`, bytes);
    });
  }

  remove(name: string): void {
    const file = this.#file(name);
    this.#on(file, () => this.#tools.files.remove(file));
  }

  #file(name: string): string {
    return path.join(this.#folder, `${checkRemoteName(name)}.json`);
  }

  #on<T>(file: string, work: () => T): T {
    return onStore(this.#folders.root, file, work);
  }
}

function isRemoteName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/.test(name) && !/\.(lock|json)$|\.\.|\.$/.test(name);
}

/** Checks the name of a remote. Throws INVALID_REF_NAME. */
export function checkRemoteName(name: string): string {
  checkKind(name, "the name of a remote", "text");
  if (isRemoteName(name)) return name;
  throw new RewindError(
    "INVALID_REF_NAME",
    `expected the name of a remote, of letters, digits, . _ and -, got ${JSON.stringify(name)}`,
    { name, problem: "", example: "lab" },
  );
}

interface Tools {
  readonly seal: Seal;
}

/** What is sealed: a file under another name, or another kind of file, is not this one. */
function sealed(name: string, content: string): string {
  return `remote ${name}\n${content}`;
}

function format(
  name: string,
  { url, refPrefix, refs, here, probed }: KnownRemote,
  { seal }: Tools,
): string {
  const text = JSON.stringify({ url, refPrefix, ...keptRefs(refs), here: [...here], probed });
  return `${seal.make(sealed(name, text))} ${text}\n`;
}

function parse(name: string, text: string, { seal }: Tools): KnownRemote | undefined {
  const [, mark = "", content = ""] = /^([0-9a-f]+) (.*)\n$/s.exec(text) ?? [];
  if (!seal.isOurs(sealed(name, content), mark)) return undefined;
  const { url, refPrefix, here, probed, ...kept } = JSON.parse(content) as KeptRefs & {
    readonly url: string;
    readonly refPrefix?: string;
    readonly here: readonly string[];
    readonly probed: boolean;
  };
  return { url, refPrefix, refs: seenRefsOf(kept), here: new Set(here), probed };
}
