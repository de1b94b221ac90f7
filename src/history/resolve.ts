import { checkStepInRange } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { type Id, isId } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import { decodeTag } from "../object/tag.ts";
import { type ObjectStore, reader } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";
import { reflog } from "./operations.ts";
import { parseHead, parseRevision, stepOf } from "./revision.ts";

/** What a revision names. */
export interface Resolved {
  readonly id: Id<"run">;
  readonly run: RunManifest;
  /** The full name of the ref that names the run, such as `refs/heads/main`, if the revision has one. */
  readonly ref: string | undefined;
  /** The step, where the revision names one; in 0..steps. */
  readonly step: number | undefined;
}

/** Where names are looked up, in this order. */
const PLACES: readonly string[] = ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/", ""];

/** A prefix of an id must have this many digits. */
const SHORTEST_PREFIX = 4;

/**
 * What a revision names. Throws INVALID_REVISION, UNKNOWN_REVISION (with the nearest names),
 * AMBIGUOUS_ID, STEP_OUT_OF_RANGE.
 */
export async function resolve(store: ObjectStore, refs: RefStore, text: string): Promise<Resolved> {
  const revision = parseRevision(text);
  const base = await resolveBase(store, refs, revision.base, text);
  let { id } = base;
  if (revision.ago !== undefined)
    id = await runBefore(
      refs,
      revision.base === "HEAD" ? "HEAD" : (base.ref ?? ""),
      revision.ago,
      text,
    );
  const target = await peel(store, id);
  const run = decodeRun(await reader(store)("run", target));
  // HEAD's cursor belongs to the run that HEAD leads to now.
  const cursor = revision.ago === undefined ? base.step : undefined;
  const step = revision.step ? stepOf(revision.step, run.steps, cursor ?? run.steps) : cursor;
  if (step !== undefined) checkStepInRange(step, run.steps, `run ${revision.base}`);
  return { id: target, run, ref: revision.ago === undefined ? base.ref : undefined, step };
}

interface Base {
  readonly id: Id;
  readonly ref: string | undefined;
  readonly step: number | undefined;
}

async function resolveBase(
  store: ObjectStore,
  refs: RefStore,
  base: string,
  text: string,
): Promise<Base> {
  if (base === "HEAD") return resolveHead(refs);
  for (const place of PLACES) {
    const ref = `${place}${base}`;
    if (!ref.startsWith("refs/")) continue;
    const id = await refs.read(ref);
    if (id !== undefined && isId(id)) return { id, ref, step: undefined };
  }
  const id = await runWithPrefix(store, base);
  if (id !== undefined) return { id, ref: undefined, step: undefined };
  throw await unknown(refs, base, text);
}

async function resolveHead(refs: RefStore): Promise<Base> {
  const head = parseHead((await refs.read("HEAD")) ?? "ref: refs/heads/main");
  const id = head.ref === undefined ? head.run : await refs.read(head.ref);
  if (id !== undefined && isId(id)) return { id, ref: head.ref, step: head.step };
  throw new RewindError(
    "UNKNOWN_REVISION",
    `HEAD names the branch ${head.ref?.replace("refs/heads/", "")}, which has no run yet`,
    { revision: "HEAD", names: [] },
  );
}

/** The run whose id begins with these digits; undefined where they are no digits or there is none. */
async function runWithPrefix(store: ObjectStore, digits: string): Promise<Id | undefined> {
  const prefix = digits.toLowerCase();
  if (!/^[0-9a-f]{1,64}$/.test(prefix) || prefix.length < SHORTEST_PREFIX) return undefined;
  const matches: Id[] = [];
  for (const id of await store.withPrefix(prefix, 1_000)) {
    const kind = (await store.get(id))?.kind;
    if (kind === "run" || kind === "tag") matches.push(id);
  }
  if (matches.length <= 1) return matches[0];
  throw new RewindError(
    "AMBIGUOUS_ID",
    `${digits} is the beginning of ${matches.length} runs' ids`,
    {
      prefix: digits,
      matches,
    },
  );
}

/** The run that an id leads to: itself, or the target of the tag that it names. */
export async function peel(store: ObjectStore, id: Id): Promise<Id<"run">> {
  const object = await store.get(id);
  return object?.kind === "tag" ? decodeTag(object.body).target : (id as Id<"run">);
}

/** The run that a ref named `ago` changes ago, by the operation log. */
async function runBefore(refs: RefStore, ref: string, ago: number, text: string): Promise<Id> {
  const entries = (await reflog(refs, ref)).filter(({ to }) => to !== undefined);
  const id = entries[ago]?.to;
  if (id !== undefined) return id;
  throw new RewindError(
    "UNKNOWN_REVISION",
    `cannot go back ${ago} changes in ${JSON.stringify(text)}: the log of ${ref || "an id"} has ${entries.length}`,
    { revision: text, names: [] },
  );
}

async function unknown(refs: RefStore, base: string, text: string): Promise<RewindError> {
  const names = (await refs.names("refs/")).map((name) =>
    name.replace(/^refs\/(heads\/|tags\/|remotes\/)?/, ""),
  );
  return new RewindError(
    "UNKNOWN_REVISION",
    `expected the name of a run, got ${JSON.stringify(base)}${base === text ? "" : ` in ${JSON.stringify(text)}`}`,
    { revision: text, base, names: nearest(base, names), known: names.slice(0, 10) },
  );
}
