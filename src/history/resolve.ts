import { count, plural } from "../base/count.ts";
import { type ErrorData, RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { someWords } from "../base/some-of.ts";
import { type Id, isId, shortId } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import { decodeTag } from "../object/tag.ts";
import { parseHead, UNBORN_HEAD } from "../store/head.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import { ENSEMBLES, isRefName, LOOKUP_ORDER, shortRef } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";
import { runOfRow } from "./ensemble-run.ts";
import { findEnsemble } from "./ensembles.ts";
import { goneOf } from "./gone.ts";
import { reflog } from "./operations.ts";
import { parseRevision, type Revision, stepOf } from "./revision.ts";
import { idIn } from "./sound-refs.ts";

/** What a revision names. */
export interface Resolved {
  readonly id: Id<"run">;
  readonly run: RunManifest;
  /** The full name of the ref in the revision, such as `refs/heads/main`, if it has one. */
  readonly ref: string | undefined;
  /** The step, if the revision names one; in 0..steps. */
  readonly step: number | undefined;
}

/** Where a name is looked up; the first digits of an id come after all of these. */
const PLACES: readonly string[] = [...LOOKUP_ORDER, ""];

/** The full names that a name can mean, in the order in which they are looked up. */
function placesOf(name: string): readonly string[] {
  return PLACES.map((place) => `${place}${name}`).filter(
    (ref) => ref.startsWith("refs/") && !ref.startsWith(ENSEMBLES),
  );
}

/** A prefix of an id must have this many digits. */
const SHORTEST_PREFIX = 4;

/**
 * What a revision names. A whole id, of 64 digits, is that run's; then come `HEAD`, the PLACES and
 * the first digits of an id. Throws INVALID_REVISION, UNKNOWN_REVISION (with the nearest names),
 * AMBIGUOUS_ID, STEP_OUT_OF_RANGE.
 */
export async function resolve(store: ObjectStore, refs: RefStore, text: string): Promise<Resolved> {
  const revision = parseRevision(text);
  const { ago } = revision;
  const base =
    ago === undefined
      ? await resolveBase(store, refs, revision.base, text)
      : await resolveBefore(store, refs, revision.base, ago, text);
  const target = await peel(store, base.id);
  const run = decodeRun(await objectReader(store)("run", target));
  const { ref } = base;
  // HEAD's cursor belongs to the run that HEAD leads to now, which may have become shorter.
  const cursor = base.step === undefined ? undefined : Math.min(base.step, run.steps);
  const step = revision.step
    ? checkedStep(stepOf(revision.step, run.steps, cursor ?? run.steps), run.steps, text, revision)
    : cursor;
  return { id: target, run, ref, step };
}

function checkedStep(step: number, steps: number, text: string, { base }: Revision): number {
  if (step >= 0 && step <= steps) return step;
  const part = text.slice(base.length);
  // The step that @-2002 or ~3000 means depends on the length of the run: say it.
  const spelled = /^@\d/.test(part) ? "" : ` for ${JSON.stringify(part)}`;
  throw new RewindError(
    "STEP_OUT_OF_RANGE",
    `expected a step in 0..${count(steps)}, got ${count(step)}${spelled}: the run ${base} has ${plural(steps, "step")}`,
    { revision: text, part, step, last: steps },
  );
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
  const [, ensemble, number] = /^([^:]+):(.*)$/s.exec(base) ?? [];
  if (ensemble !== undefined && number !== undefined) {
    return { id: await runOfRow(store, refs, ensemble, number), ref: undefined, step: undefined };
  }
  const whole = isId(base) ? await runWithPrefix(store, base) : undefined;
  if (whole !== undefined) return { id: whole, ref: undefined, step: undefined };
  for (const ref of placesOf(base)) {
    const id = await refs.read(ref);
    if (id === undefined) continue;
    await checkNoOther(store, base, { ref, id });
    return { id: idIn(ref, id), ref, step: undefined };
  }
  const id = await runWithPrefix(store, base);
  if (id !== undefined) return { id, ref: undefined, step: undefined };
  await checkNoEnsemble(store, refs, base, text);
  throw await unknown(refs, base, text);
}

/** Says how to name a run of an ensemble where the name of the ensemble alone was given. */
async function checkNoEnsemble(
  store: ObjectStore,
  refs: RefStore,
  name: string,
  text: string,
): Promise<void> {
  if (!isRefName(`${ENSEMBLES}${name}`)) return;
  const ensemble = await findEnsemble(store, refs, name);
  if (ensemble === undefined) return;
  const { count: runs } = ensemble.manifest.rows;
  throw new RewindError(
    "UNKNOWN_REVISION",
    `${name} is an ensemble of ${plural(runs, "run")}: name one of them, such as ${name}:0`,
    { revision: text, ensemble: name },
  );
}

/**
 * Checks that a name is not also the beginning of another run's id: rewind prints such beginnings,
 * and a store from a stranger may have a branch of that name. Throws AMBIGUOUS_ID.
 */
async function checkNoOther(
  store: ObjectStore,
  base: string,
  { ref, id }: { readonly ref: string; readonly id: string },
): Promise<void> {
  if (!/^[0-9a-f]{4,63}$/i.test(base)) return;
  const same: readonly string[] = [id, await peel(store, id as Id)];
  const others = (await runsWithPrefix(store, base)).filter((other) => !same.includes(other));
  if (others.length === 0) return;
  const full = ref.slice("refs/".length);
  throw new RewindError(
    "AMBIGUOUS_ID",
    `${base} is ${full}, and the beginning of another run's id: ${others.map(shortId).join(", ")}`,
    { prefix: base, matches: [...others, id], ref: full },
  );
}

async function resolveHead(refs: RefStore): Promise<Base> {
  const head = parseHead((await refs.read("HEAD")) ?? UNBORN_HEAD);
  const id = head.ref === undefined ? head.run : await refs.read(head.ref);
  if (id !== undefined) return { id: idIn(head.ref ?? "HEAD", id), ref: head.ref, step: head.step };
  const known = await namesOf(refs);
  const gone = await goneOf(refs, [head.ref ?? "HEAD"], known.length === 0);
  const yet = gone === undefined ? " yet" : "";
  throw new RewindError(
    "UNKNOWN_REVISION",
    `HEAD names the branch ${head.ref?.replace("refs/heads/", "")}, which has no run${yet}`,
    {
      revision: "HEAD",
      names: [],
      ...someWords(known),
      gone,
    },
  );
}

/**
 * The run whose id begins with these digits; undefined if there is no such run or these are not
 * digits.
 */
async function runWithPrefix(store: ObjectStore, digits: string): Promise<Id | undefined> {
  const matches = await runsWithPrefix(store, digits);
  if (matches.length <= 1) return matches[0];
  throw new RewindError(
    "AMBIGUOUS_ID",
    `${digits} is the beginning of ${count(matches.length)} runs' ids`,
    { prefix: digits, matches },
  );
}

/** The runs and tags whose ids begin with these digits; none if these are not digits. */
async function runsWithPrefix(store: ObjectStore, digits: string): Promise<readonly Id[]> {
  const prefix = digits.toLowerCase();
  if (!/^[0-9a-f]{1,64}$/.test(prefix) || prefix.length < SHORTEST_PREFIX) return [];
  const matches: Id[] = [];
  for (const id of await store.withPrefix(prefix, 1_000)) {
    const kind = (await store.get(id))?.kind;
    if (kind === "run" || kind === "tag") matches.push(id);
  }
  return matches;
}

/** The run that an id leads to: the run itself, or the target of a tag. */
export async function peel(store: ObjectStore, id: Id): Promise<Id<"run">> {
  const object = await store.get(id);
  return object?.kind === "tag" ? decodeTag(object.body).target : (id as Id<"run">);
}

/** The run that a ref named `ago` changes ago, by the operation log; the ref may be gone by now. */
async function resolveBefore(
  store: ObjectStore,
  refs: RefStore,
  name: string,
  ago: number,
  text: string,
): Promise<Base> {
  const ref = await loggedRef(refs, name);
  if (ref === undefined) {
    // It may be the id of a run; if it is not, this throws.
    await resolveBase(store, refs, name, text);
    const known = someWords(await namesOf(refs));
    throw cannotGoBack(ago, text, `${name} is a run's id, and an id has no history`, {
      names: [],
      ...known,
    });
  }
  const runs = (await reflog(refs, ref)).flatMap(({ to }) => (to === undefined ? [] : [to]));
  const id = runs[ago];
  if (id !== undefined) return { id, ref: undefined, step: undefined };
  const problem =
    runs.length === 1
      ? `${name} has named 1 run, ${name}@{0}`
      : runs.length === 0
        ? `${name} has named no run yet`
        : `${name} has named ${count(runs.length)} runs, ${name}@{0} to ${name}@{${runs.length - 1}}`;
  throw cannotGoBack(ago, text, problem, { log: name });
}

function cannotGoBack(
  ago: number,
  text: string,
  problem: string,
  data: Omit<ErrorData["UNKNOWN_REVISION"], "revision">,
): RewindError {
  return new RewindError(
    "UNKNOWN_REVISION",
    `cannot go back ${ago} ${ago === 1 ? "change" : "changes"} in ${JSON.stringify(text)}: ${problem}`,
    { revision: text, ...data },
  );
}

/** The full name of a ref: one that exists, or one that the operation log mentions. */
export async function loggedRef(refs: RefStore, name: string): Promise<string | undefined> {
  if (name === "HEAD") return name;
  const places = placesOf(name);
  for (const ref of places) if ((await refs.read(ref)) !== undefined) return ref;
  for (const ref of places) if ((await reflog(refs, ref)).length > 0) return ref;
  return undefined;
}

async function unknown(refs: RefStore, base: string, text: string): Promise<RewindError> {
  const names = await namesOf(refs);
  const where = base === text ? "" : ` in ${JSON.stringify(text)}`;
  const tooShort = /^[0-9a-f]+$/i.test(base) && base.length < SHORTEST_PREFIX;
  return new RewindError(
    "UNKNOWN_REVISION",
    `expected the name of a run${tooShort ? `, or at least ${SHORTEST_PREFIX} digits of its id` : ""}, got ${JSON.stringify(base)}${where}`,
    {
      revision: text,
      base,
      names: likely(base, names),
      ...someWords(names),
      gone: await goneOf(refs, placesOf(base), names.length === 0),
    },
  );
}

/** Names that may be meant: `origin/main` for `main`, then similar ones. */
function likely(base: string, names: readonly string[]): readonly string[] {
  const longer = names.filter((name) => name.endsWith(`/${base}`));
  return [...new Set([...longer, ...nearest(base, ["HEAD", ...names])])].slice(0, MOST_LIKELY);
}

const MOST_LIKELY = 3;

/** What refs can be called by: `main`, `v1`, `origin/main`, `archive/main/1`. */
async function namesOf(refs: RefStore): Promise<string[]> {
  const names = await refs.names("refs/");
  // A run of an ensemble has a name, NAME:0, and the ensemble itself has no steps.
  return names.map((ref) => (ref.startsWith(ENSEMBLES) ? firstRun(ref) : shortRef(ref)));
}

function firstRun(ref: string): string {
  return `${ref.slice(ENSEMBLES.length)}:0`;
}
