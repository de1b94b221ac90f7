import { RewindError } from "../base/errors.ts";
import type { OptionKinds } from "../base/options.ts";
import type { Hash } from "../codec/hash.ts";
import { peel } from "../history/resolve.ts";
import { objectsOf } from "../object/closure.ts";
import type { Id } from "../object/id.ts";
import { decodeProgram } from "../object/program.ts";
import { missing, type ObjectStore, objectReader } from "../store/object-store.ts";
import { holdings } from "./holdings.ts";
import { Known } from "./known.ts";
import { Lineage } from "./lineage.ts";
import { lostPacks, withoutLost } from "./lost.ts";
import { mergeSmallPacks } from "./merge-packs.ts";
import { Outbox } from "./outbox.ts";
import { type Filled, type PackingTools, PackWriter } from "./pack-writer.ts";
import { MOST_PACKS } from "./ref-value.ts";
import type { PackRef, RefSwap, RefValue, Remote, Swapped } from "./remote.ts";

/** A ref that is to be pushed. */
export interface ToPush {
  /** `heads/main`, `tags/v1`. */
  readonly name: string;
  /** The run or the tag. */
  readonly target: Id;
  /**
   * What the remote must have now for the ref to be replaced even if that loses runs; undefined for
   * absent. Without it, the new run must continue the present one.
   */
  readonly lease?: { readonly target: Id | undefined } | undefined;
}

/** What a push does or did with a ref. */
export interface PushedRef {
  readonly name: string;
  readonly target: Id;
  /** What the remote had. */
  readonly before: Id | undefined;
  /**
   * `completed`: it names the same run, of which the remote lacked code, checkpoints or packs. `equal`:
   * it stays, since the remote has another recording of the same steps.
   */
  readonly outcome: "new" | "moved" | "completed" | "same" | "equal" | "refused";
  /** Why it is refused. */
  readonly reason?: PushRefusal | undefined;
}

/** Why a ref is not pushed. */
export type PushRefusal =
  /** The remote has a run that this store does not know. */
  | { readonly kind: "unknown" }
  /** The remote's run would be lost. */
  | { readonly kind: "diverged" }
  /** The remote's ref is not what the lease says. */
  | { readonly kind: "lease" }
  /** Somebody has changed it during the push. */
  | { readonly kind: "moved" }
  /** The remote itself does not take it, and says why. */
  | { readonly kind: "declined"; readonly text: string };

/** What a push sends or sent. */
export interface Pushed {
  readonly refs: readonly PushedRef[];
  readonly runs: number;
  readonly objects: number;
  readonly bytes: number;
  /** The bytes of all packs that the refs of the remote name afterwards. */
  readonly bytesThere: number;
  /** The modules whose source is sent, sorted; a simulation without a module has its name here. */
  readonly code: readonly string[];
  /** Who has recorded the runs, as they say, sorted. */
  readonly authors: readonly string[];
}

/** How a push is done. */
export interface PushOptions {
  /** Whether the source of the programs is sent. Default true. */
  readonly code?: boolean | undefined;
  /** Whether checkpoints stay here: whoever fetches derives them by replay. Default false. */
  readonly thin?: boolean | undefined;
  /** Sends nothing; the result is what would be sent. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((sent: { readonly bytes: number }) => void) | undefined;
}

/** What those may be. */
export const PUSH_OPTIONS: OptionKinds<PushOptions> = {
  code: "flag",
  thin: "flag",
  dryRun: "flag",
  signal: "signal",
  onProgress: "function",
};

/** A ref of a remote as it was seen last. */
export interface SeenRef {
  readonly version: string;
  readonly value: RefValue;
}

/** What a push has done, and what the next one can build on. */
export interface PushResult {
  readonly pushed: Pushed;
  readonly seen: ReadonlyMap<string, SeenRef>;
  /** The hashes of the packs that were written. */
  readonly written: readonly string[];
}

/** The store that a push reads. */
export interface PushSource {
  readonly store: ObjectStore;
  readonly tools: PackingTools & { readonly hash: Hash };
}

/**
 * Sends runs to a remote: packs with what it lacks, then the refs. Refs that would lose somebody's
 * runs are refused, each by itself. A push that is cut can be repeated: it finds the packs that
 * arrived.
 */
export async function push(
  source: PushSource,
  remote: Remote,
  refs: readonly ToPush[],
  present: ReadonlyMap<string, SeenRef>,
  options: PushOptions = {},
): Promise<PushResult> {
  const lineage = new Lineage(source.store);
  const known = new Known(source.store, lineage);
  const { code = true, thin = false } = options;
  const lost = await lostPacks(
    remote,
    [...present.values()].map(({ value }) => value),
  );
  for (const { value } of present.values()) {
    const left = withoutLost(value, lost);
    if (left !== undefined) await known.add(left, !thin);
  }
  const names = {
    ...{ code: new Set<string>(), authors: new Set<string>(), written: new Set<string>() },
  };
  const totals = { runs: 0, objects: 0, bytes: 0 };
  /** Whether a ref of the same run lacks nothing that is to be sent and that this store has. */
  const isComplete = async (value: RefValue): Promise<boolean> => {
    if (withoutLost(value, lost) !== value) return false;
    const lacks = { code: code && !value.code, checkpoints: !thin && !value.full };
    if (!lacks.code && !lacks.checkpoints) return true;
    const here = await holdings(source.store, value.target, lacks);
    return !(lacks.code && here.code) && !(lacks.checkpoints && here.checkpoints);
  };
  const planned: { readonly ref: PushedRef; readonly swap: RefSwap | undefined }[] = [];
  for (const ref of refs) {
    const there = present.get(ref.name);
    const before = there?.value.target;
    const { name, target } = ref;
    const outcome = await outcomeOf(ref, before, source.store, lineage);
    const about = { name, target, before };
    if (typeof outcome === "object") {
      planned.push({ ref: { ...about, outcome: "refused", reason: outcome }, swap: undefined });
    } else if (
      outcome === "equal" ||
      (outcome === "same" && there !== undefined && (await isComplete(there.value)))
    ) {
      planned.push({ ref: { ...about, outcome }, swap: undefined });
    } else {
      const value = await send(source, remote, target, { known, lineage, totals, names, options });
      await known.add(value, !thin);
      const swap = { name, from: there?.version, to: value };
      const done = outcome === "same" ? "completed" : outcome;
      planned.push({ ref: { ...about, outcome: done }, swap });
    }
  }
  const swaps = planned.flatMap(({ swap }) => swap ?? []);
  const results = options.dryRun || swaps.length === 0 ? [] : await remote.swap(swaps);
  const seen = new Map(present);
  for (const [i, { name, to }] of swaps.entries()) {
    const result = results[i];
    if (result === undefined || !("version" in result)) continue;
    if (result.version !== undefined && to !== undefined) {
      seen.set(name, { version: result.version, value: to });
    }
  }
  let at = 0;
  const pushedRefs = planned.map(({ ref, swap }): PushedRef => {
    const result = swap === undefined ? undefined : results[at++];
    if (result === undefined || "version" in result) return ref;
    return { ...ref, outcome: "refused", reason: refusalOf(result) };
  });
  const { authors, written } = names;
  const sorted = { code: [...names.code].sort(), authors: [...authors].sort() };
  const packsThere = new Map<string, number>();
  for (const { value } of seen.values()) {
    for (const pack of value.packs) packsThere.set(pack.hash, pack.bytes);
  }
  const bytesThere = [...packsThere.values()].reduce((sum, bytes) => sum + bytes, 0);
  const pushed = { refs: pushedRefs, ...totals, bytesThere, ...sorted };
  return { pushed, seen, written: [...written] };
}

/** Why a remote did not change a ref. */
export function refusalOf(result: Exclude<Swapped, { readonly version: unknown }>): PushRefusal {
  return "moved" in result ? { kind: "moved" } : { kind: "declined", text: result.declined };
}

async function outcomeOf(
  { target, lease }: ToPush,
  before: Id | undefined,
  store: ObjectStore,
  lineage: Lineage,
): Promise<"new" | "moved" | "same" | "equal" | PushRefusal> {
  if (lease !== undefined && lease.target !== before) return { kind: "lease" };
  if (before === undefined) return "new";
  if (before === target) return "same";
  if (lease !== undefined) return "moved";
  if (!(await store.has(before))) return { kind: "unknown" };
  // A tag continues nothing: it is no run.
  const [ours, theirs] = [target as Id<"run">, before as Id<"run">];
  if (await lineage.continues(ours, theirs)) return "moved";
  return (await lineage.sameSteps(ours, theirs)) ? "equal" : { kind: "diverged" };
}

interface Sending {
  readonly known: Known;
  readonly lineage: Lineage;
  readonly totals: { runs: number; objects: number; bytes: number };
  readonly names: Readonly<Record<"code" | "authors" | "written", Set<string>>>;
  readonly options: PushOptions;
}

/** Sends what the remote lacks of a target, and returns the value of a ref that names it. */
async function send(
  source: PushSource,
  remote: Remote,
  target: Id,
  sending: Sending,
): Promise<RefValue> {
  const { totals, options } = sending;
  const outbox = new Outbox(remote, {
    ...options,
    onSent(pack) {
      totals.bytes += pack.bytes;
      totals.objects += pack.objects;
      options.onProgress?.({ bytes: totals.bytes });
    },
  });
  try {
    return await sendThrough(outbox, source, remote, target, sending);
  } finally {
    // After a failure the caller closes the remote, which would cut off a pack on its way.
    await outbox.end().catch(() => undefined);
  }
}

async function sendThrough(
  outbox: Outbox,
  { store, tools }: PushSource,
  remote: Remote,
  target: Id,
  { known, lineage, totals, names, options }: Sending,
): Promise<RefValue> {
  const { code = true, thin = false, dryRun = false } = options;
  const packs = new Map<string, PackRef>();
  const writer = new PackWriter(tools);
  const give = async (filled: Filled | "missing" | undefined): Promise<void> => {
    if (filled !== undefined && filled !== "missing") await outbox.give(filled);
  };
  const taken = new Set<readonly PackRef[]>();
  /** Whether the remote has it; then the packs that hold it belong to this ref as well. */
  const isThere = (id: Id): boolean => {
    const found = known.packsWith(id);
    if (found === undefined) return false;
    // Many objects are in the same packs, and those may be thousands.
    if (!taken.has(found)) for (const pack of found) packs.set(pack.hash, pack);
    taken.add(found);
    return true;
  };
  const run = await peel(store, target);
  const manifest = await lineage.manifest(run);
  if (manifest === undefined) throw missing("run", run);
  if (run !== target) await give(await writer.add(store, "tag", target));
  if (!isThere(run)) {
    totals.runs++;
    const { author } = manifest.meta;
    if (typeof author === "string" && author !== "") names.authors.add(author);
    await give(await writer.add(store, "run", run));
  }
  for await (const id of lineage.ancestors(run, isThere)) {
    totals.runs++;
    await give(await writer.add(store, "run", id));
  }
  const read = objectReader(store);
  let atCheckpoints = false;
  /** What the remote has then: a store may lack sources and checkpoints itself. */
  const has = { code: true, full: !thin };
  /** The program whose source comes next, and the names of those that are sent whole. */
  let program: Id | undefined;
  const labels = new Map<Id, string>();
  for await (const needed of objectsOf(manifest, read, { skip: isThere, checkpoints: !thin })) {
    const { kind, id, optional, derivable } = needed;
    if (optional && !code) {
      has.code = false;
      continue;
    }
    if (derivable && !atCheckpoints) {
      await give(writer.turnToCheckpoints());
      atCheckpoints = true;
    }
    const filled = await writer.add(store, kind, id);
    if (filled === "missing") {
      if (!optional && !derivable) throw missing(kind, id);
      if (optional) has.code = false;
      if (optional && program !== undefined) labels.delete(program);
      if (derivable) has.full = false;
      continue;
    }
    if (kind === "program" && code) {
      const { module, name } = decodeProgram(await read("program", id as Id<"program">));
      program = id;
      labels.set(id, module ?? name);
    }
    await give(filled);
  }
  for (const label of labels.values()) names.code.add(label);
  await give(writer.end());
  await outbox.end();
  for (const pack of outbox.given) {
    packs.set(pack.hash, pack);
    names.written.add(pack.hash);
  }
  const named = dryRun
    ? [...packs.values()]
    : await mergeSmallPacks([...packs.values()], remote, tools, (packed) =>
        outbox.transfer(packed),
      );
  if (named.length > MOST_PACKS) {
    throw new RewindError(
      "REMOTE_TOO_LARGE",
      `expected a run in at most ${MOST_PACKS} packs, it is in ${named.length}`,
      { bytes: named.reduce((sum, pack) => sum + pack.bytes, 0), limit: MOST_PACKS },
    );
  }
  const { steps, parents, meta } = manifest;
  const about = { run, parents, time: meta.time, message: meta.message };
  return { target, steps, ...has, about, packs: named };
}
