import path from "node:path";
import { isRewindError } from "../../../base/errors.ts";
import { SETTINGS } from "../../../node/config/settings.ts";
import { nodeFiles } from "../../../node/host/files.ts";
import { machineSeal } from "../../../node/host/machine-seal.ts";
import { fileRefs } from "../../../node/store/file-refs.ts";
import { projectOf, STORE_FOLDER } from "../../../node/store/find-project.ts";
import { storeFiles } from "../../../node/store/store-files.ts";
import { isId, shortId } from "../../../object/id.ts";
import { generatorNames } from "../../../random/generators.ts";
import { ENSEMBLES, shortRef, TAGS } from "../../../store/ref-name.ts";
import type { RefStore } from "../../../store/ref-store.ts";
import type { WordKind } from "../../command.ts";
import { COMMANDS } from "../../command-list.ts";
import { TOPICS } from "../../help/help-topics.ts";
import { SHELLS } from "./shells.ts";

/** A word and its description. */
export interface Candidate {
  readonly value: string;
  readonly describe: string;
}

/** Words of a kind, or the given words, as candidates for `current`. Some may not begin with it. */
export async function candidatesFor(
  what: WordKind | readonly string[],
  current: string,
  folder: string,
): Promise<Candidate[]> {
  switch (what) {
    case "revision":
      return revisions(current, folder);
    case "branch":
      return named(await refNames(folder), "branch");
    case "ensemble":
      return named(await refNames(folder), "ensemble");
    case "tag":
      return named(await refNames(folder), "tag");
    case "command":
      return [...commands(), { value: "help", describe: "explain a command or a topic" }];
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

/** Refs and, if the word may be one, the ids of runs; also after the dots of a range. */
async function revisions(current: string, folder: string): Promise<Candidate[]> {
  const [, range = "", rest = ""] = /^(.*\.\.)?(.*)$/s.exec(current) ?? [];
  const names = await refNames(folder);
  const branches = new Set(named(names, "branch").map(({ value }) => value));
  const ofRuns = names.filter(({ describe }) => describe !== "ensemble");
  const refs = ofRuns.map(({ value, describe }) => ({
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
  ensembles: "ensemble",
};

function named(refs: readonly Candidate[], kind: string): Candidate[] {
  return refs.filter(({ describe }) => describe === kind);
}

/** The refs of a folder's store, as revisions name them. */
async function refNames(folder: string): Promise<Candidate[]> {
  const names = await fromRefs(folder, (refs) => refs.names("refs/"));
  return names.filter(isPlain).map((ref) => ({
    value: ref.startsWith(ENSEMBLES) ? ref.slice(ENSEMBLES.length) : shortRef(ref),
    describe: KINDS[ref.split("/")[1] ?? ""] ?? "",
  }));
}

/**
 * Whether a name means the same to every shell, quoted or not. A branch of a clone may be named
 * `$(…)`, and a shell that inserts it into a line would run it.
 */
function isPlain(ref: string): boolean {
  return /^[\p{L}\p{M}\p{N}._/%+:,=-]+$/u.test(ref);
}

/**
 * The runs whose ids begin with these digits, if a ref names or has named them, the latest first.
 */
async function runIds(digits: string, folder: string): Promise<Candidate[]> {
  const runs = await fromRefs(folder, async (refs) => {
    const changes = (await refs.operations()).flatMap((operation) => operation.changes);
    return [
      ...(await refs.list("refs/")).map(({ name, target }) => ({ name, to: target })),
      ...changes,
    ]
      .filter(({ name }) => !name.startsWith(TAGS) && !name.startsWith(ENSEMBLES))
      .flatMap(({ to = "" }) => (isId(to) && to.startsWith(digits) ? [to as string] : []))
      .reverse();
  });
  const shown = (id: string): string => (digits.length > shortId(id).length ? id : shortId(id));
  return [...new Set(runs)].map((id) => ({ value: shown(id), describe: "run" }));
}

/** The refs that can be read; none without a store or if it is damaged. */
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
