import path from "node:path";
import { isRewindError } from "../../base/errors.ts";
import { fileRefs } from "../../node/file-refs.ts";
import { nodeFiles } from "../../node/files.ts";
import { projectOf, STORE_FOLDER } from "../../node/find-project.ts";
import { machineSeal } from "../../node/machine-seal.ts";
import { SETTINGS } from "../../node/settings.ts";
import { storeFiles } from "../../node/store-files.ts";
import { isId, shortId } from "../../object/id.ts";
import { generatorNames } from "../../random/generators.ts";
import { shortRef } from "../../store/ref-name.ts";
import type { RefStore } from "../../store/ref-store.ts";
import { COMMANDS } from "../commands.ts";
import { TOPICS } from "../help/help-topics.ts";
import { SHELLS } from "./shells.ts";

/** A word, and what it stands for. */
export interface Candidate {
  readonly value: string;
  readonly describe: string;
}

/** What a word of a command line can be: of a kind, or one of these. */
export type What =
  | "revision"
  | "branch"
  | "tag"
  | "files"
  | "folders"
  | "command"
  | "topic"
  | "setting"
  | "generator"
  | "shell"
  | "nothing"
  | readonly string[];

/** Words of a kind, for a word that begins with `current`; more than fit may be among them. */
export async function candidatesFor(
  what: What,
  current: string,
  folder: string,
): Promise<Candidate[]> {
  switch (what) {
    case "revision":
      return revisions(current, folder);
    case "branch":
      return named(await refNames(folder), "branch");
    case "tag":
      return named(await refNames(folder), "tag");
    case "command":
      return [...commands(), { value: "help", describe: "explain a command, or a topic" }];
    case "topic": {
      return [
        ...commands(),
        ...[...TOPICS].map(([value, { summary }]) => ({ value, describe: summary })),
      ];
    }
    case "setting":
      return Object.entries(SETTINGS).map(([value, { describe }]) => ({ value, describe }));
    case "generator":
      return plain(generatorNames());
    case "shell":
      return plain(SHELLS);
    default:
      return typeof what === "string" ? [] : plain(what);
  }
}

function commands(): Candidate[] {
  return Object.entries(COMMANDS).map(([value, { summary }]) => ({ value, describe: summary }));
}

function plain(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, describe: "" }));
}

/** Refs and, where the word may be one, the ids of runs; behind the dots of a range as well. */
async function revisions(current: string, folder: string): Promise<Candidate[]> {
  const [, range = "", rest = ""] = /^(.*\.\.)?(.*)$/s.exec(current) ?? [];
  const names = await refNames(folder);
  const branches = new Set(named(names, "branch").map(({ value }) => value));
  const refs = names.map(({ value, describe }) => ({
    // A branch comes before a tag of its name.
    value: describe === "tag" && branches.has(value) ? `tags/${value}` : value,
    describe,
  }));
  const ids = /^[0-9a-f]+$/.test(rest) ? await runIds(rest, folder) : [];
  const head = { value: "HEAD", describe: "the current run" };
  return [head, ...refs, ...ids].map(({ value, describe }) => ({ value: range + value, describe }));
}

const KINDS: Readonly<Record<string, string>> = {
  heads: "branch",
  tags: "tag",
  archive: "archived run",
  remotes: "remote branch",
};

function named(refs: readonly Candidate[], kind: string): Candidate[] {
  return refs.filter(({ describe }) => describe === kind);
}

/** The refs of the store of a folder, by the names that revisions have for them. */
async function refNames(folder: string): Promise<Candidate[]> {
  const names = await fromRefs(folder, (refs) => refs.names("refs/"));
  return names.filter(isPlain).map((ref) => ({
    value: shortRef(ref),
    describe: KINDS[ref.split("/")[1] ?? ""] ?? "",
  }));
}

/**
 * Whether a name means the same to every shell, in quotes or out of them. A branch of a clone may be
 * called `$(…)`: a shell that put it into a line would run it.
 */
function isPlain(ref: string): boolean {
  return /^[\p{L}\p{M}\p{N}._/%+:,=-]+$/u.test(ref);
}

/** The runs whose ids begin so and that a ref names or has named, the latest first. */
async function runIds(digits: string, folder: string): Promise<Candidate[]> {
  const runs = await fromRefs(folder, async (refs) => {
    const changes = (await refs.operations()).flatMap((operation) => operation.changes);
    return [
      ...(await refs.list("refs/")).map(({ name, target }) => ({ name, to: target })),
      ...changes,
    ]
      .filter(({ name }) => !name.startsWith("refs/tags/"))
      .flatMap(({ to = "" }) => (isId(to) && to.startsWith(digits) ? [to as string] : []))
      .reverse();
  });
  const shown = (id: string): string => (digits.length > shortId(id).length ? id : shortId(id));
  return [...new Set(runs)].map((id) => ({ value: shown(id), describe: "run" }));
}

/** What can be read of the refs; nothing where there is no store, or where it is damaged. */
async function fromRefs<T>(
  folder: string,
  read: (refs: RefStore) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const project = projectOf(folder);
  if (project === undefined) return [];
  try {
    const root = path.join(project, STORE_FOLDER);
    const files = storeFiles(root, nodeFiles);
    return await read(
      fileRefs(root, { files, seal: machineSeal(), now: () => "", onDamage: () => undefined }),
    );
  } catch (error) {
    if (isRewindError(error)) return [];
    throw error;
  }
}
