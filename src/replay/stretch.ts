import { toHex, utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { encode } from "../codec/encode.ts";
import { objectId } from "../object/id.ts";
import { encodeRun, type Segment } from "../object/run.ts";
import { type StateRef, sameState, stateRef } from "../object/state.ts";
import type { Witness } from "../object/timeline.ts";
import { advance, type Position } from "./advance.ts";
import { encodeCheckpoint } from "./checkpoint.ts";
import { drive } from "./drive.ts";
import { type Environment, encodeState, type LongOptions } from "./environment.ts";
import type { RecordedRun } from "./recorded-run.ts";
import { type TwinReplay, Twins } from "./twins.ts";

/**
 * The steps of one replay. They begin at a checkpoint, or at a segment that begins inside a block,
 * and end with the block, with the run, or at the next segment.
 */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** The recorded digest of the states inside. */
  readonly witness: Witness;
  /** The stored state at `to`; undefined if a segment begins there with another state. */
  readonly end: StateRef | undefined;
  /** The key under which a check of it is remembered; made at the first request. */
  key?: string;
}

/** The stretch that begins at `from`, a step from which a replay can begin. */
export async function stretchAt(recorded: RecordedRun, from: number): Promise<Stretch> {
  const { manifest } = recorded;
  const cut = recorded.segmentAfter(from) ?? Number.POSITIVE_INFINITY;
  const to = Math.min(recorded.gridAfter(from), cut, manifest.steps);
  const begun = manifest.segments.find(({ start }) => start === to)?.begin;
  return {
    from,
    to,
    witness: await witnessOf(recorded, from),
    end: begun === undefined ? await recorded.stored(to) : undefined,
  };
}

async function witnessOf(recorded: RecordedRun, from: number): Promise<Witness> {
  const { manifest, entries, timeline } = recorded;
  if (from === manifest.steps) return 0;
  if (from % manifest.blockSize !== 0) return recorded.segmentRecorded(from).begin?.witness ?? 0;
  return (await entries.entry(timeline, from / manifest.blockSize)).witness;
}

/** Whether a replay of the stretch by this program was compared here before and agreed. */
export async function isChecked(recorded: RecordedRun, stretch: Stretch): Promise<boolean> {
  if (recorded.checked.has(stretch.from)) return true;
  const known = recorded.env.checks.has(await keyOf(recorded, stretch));
  if (known) recorded.checked.add(stretch.from);
  return known;
}

/**
 * Compares a stretch with the recording, and remembers that it agreed. `live` is a replay inside
 * the stretch, and continues to its end. If the program can run again, the stretch is instead
 * replayed twice, in two instances with different pasts, and the two are compared at every step.
 * This also finds an effect that comes and goes between the digests. Stops without a result at the
 * limit of `env.checks`. Throws REPLAY_MISMATCH.
 */
export async function checkStretch(
  recorded: RecordedRun,
  live: Position,
  stretch: Stretch,
  options: LongOptions = {},
): Promise<void> {
  const { env } = recorded;
  const { from, to } = stretch;
  const replay = canRunAgain(live)
    ? await new Twins(env, { warm: true }).begin(await recorded.start(from), to)
    : alone(live);
  const { position } = replay;
  if (options.signal === undefined && env.checks.limitMs === Number.POSITIVE_INFINITY) {
    env.guard(() => replay.advance(to));
  } else if (!(await advanceInTime(recorded, replay, to, options))) {
    const run = objectId(env.store.hash, "run", encodeRun(recorded.manifest));
    env.checks.leftUnchecked({ run, from: Math.max(live.step, position.step), to });
    return;
  }
  const { parting } = replay;
  if (parting !== undefined) throw await replayMismatch(recorded, stretch, parting.step);
  await checkEnd(recorded, position, stretch);
  await rememberChecked(recorded, stretch);
}

/** Whether each replay gets its own instance of the program. */
export function canRunAgain({ segment }: Pick<Position, "segment">): boolean {
  return segment.program.fresh !== undefined;
}

/** A single replay, in the form of a pair. */
function alone(position: Position): Pick<TwinReplay, "position" | "advance" | "parting"> {
  return { position, advance: (to) => void advance(position, to), parting: undefined };
}

/** Remembers that a replay of the stretch agreed with the recording. */
export async function rememberChecked(recorded: RecordedRun, stretch: Stretch): Promise<void> {
  recorded.checked.add(stretch.from);
  recorded.env.checks.add(await keyOf(recorded, stretch));
}

/** Advances in slices to step `to`; returns false if the limit of `env.checks` came first. */
async function advanceInTime(
  { env }: RecordedRun,
  replay: Pick<TwinReplay, "position" | "advance">,
  to: number,
  { signal }: LongOptions,
): Promise<boolean> {
  const begun = env.now();
  await drive(env, { signal, from: replay.position.step, to }, (until) => {
    env.guard(() => replay.advance(until));
    return env.now() - begun > env.checks.limitMs ? to : until;
  });
  return replay.position.step >= to;
}

/** Compares a replay at the end of a stretch with the recording. Throws REPLAY_MISMATCH. */
export async function checkEnd(
  recorded: RecordedRun,
  live: Position,
  stretch: Stretch,
): Promise<void> {
  if (agrees(recorded, live, stretch)) return;
  throw await replayMismatch(recorded, stretch);
}

/** Whether a replay at the end of a stretch has the recorded witness and last state. */
export function agrees(
  recorded: Pick<RecordedRun, "env">,
  live: Position,
  stretch: Pick<Stretch, "witness" | "end">,
): boolean {
  const { env } = recorded;
  if (live.watch.witness !== stretch.witness) return false;
  if (stretch.end === undefined) return true;
  const encoded = env.guard(() => encodeState(live.state, live.segment.simulation, env));
  return agreesAs(encoded, recorded, live, stretch);
}

/** The same for a state that is encoded already. */
export function agreesAs(
  encoded: Uint8Array,
  { env }: Pick<RecordedRun, "env">,
  live: Position,
  { witness, end }: Pick<Stretch, "witness" | "end">,
): boolean {
  if (live.watch.witness !== witness) return false;
  if (end === undefined) return true;
  return sameState(stateRef(encodeCheckpoint(live, encoded), env.store.hash), end);
}

/**
 * REPLAY_MISMATCH for a stretch, with its likely causes. `parted` is the step at which two replays
 * gave different states, if they did.
 */
export async function replayMismatch(
  recorded: RecordedRun,
  { from, to }: Pick<Stretch, "from" | "to">,
  parted?: number,
): Promise<RewindError<"REPLAY_MISMATCH">> {
  const { env, manifest } = recorded;
  const data = { from, to, block: Math.floor(from / manifest.blockSize) };
  if (parted !== undefined) {
    return new RewindError(
      "REPLAY_MISMATCH",
      `the state at step ${count(parted)} depends on what the program did before, which is not in its state`,
      { ...data, step: parted, causes: [] },
    );
  }
  const { program } = await recorded.parts(recorded.segmentRecorded(from));
  const { simulation } = await recorded.segmentAt(from);
  const hidden = Object.keys(simulation.types ?? {}).length > 0 ? `${HIDDEN}, ${OR_CODEC}` : HIDDEN;
  const causes = (await env.differencesFrom?.(program, manifest.meta)) ?? [];
  const cause = causes.length > 0 ? causes.join("; ") : hidden;
  return new RewindError(
    "REPLAY_MISMATCH",
    `the replay of steps ${count(from)} to ${count(to)} does not match the recording: ${cause}`,
    { ...data, causes },
  );
}

const HIDDEN = "the simulation depends on something that is not in its state";
const OR_CODEC = "or a codec in its types leaves a field out";

/** A digest of everything that a check depends on: the code, the start, and the recorded end. */
async function keyOf(recorded: RecordedRun, stretch: Stretch): Promise<string> {
  stretch.key ??= await makeKey(recorded, stretch);
  return stretch.key;
}

async function makeKey(
  recorded: RecordedRun,
  { from, to, witness, end }: Stretch,
): Promise<string> {
  const { env, manifest } = recorded;
  const segment = recorded.segmentRecorded(from);
  const begun = segment.start === from ? segment.begin : undefined;
  const about = [
    ...["checked", segment.program, segment.seeds, paramsKey(segment, env)],
    ...[from, to, manifest.blockSize, witness],
    nameOf(begun?.state ?? (await recorded.stored(from))),
    nameOf(end),
    ...(begun === undefined ? [] : [toHex(begun.generator)]),
    ...(begun?.named ?? []).flatMap(([name, state]) => [JSON.stringify(name), toHex(state)]),
  ];
  return toHex(env.store.hash(utf8(about.join(" ")))).slice(0, 32);
}

const paramsKeys = new WeakMap<Segment, string>();

/** Made once for a segment, because its params may be large. */
function paramsKey(segment: Segment, { store }: Environment): string {
  let key = paramsKeys.get(segment);
  if (key === undefined) {
    key = toHex(store.hash(encode(segment.params)));
    paramsKeys.set(segment, key);
  }
  return key;
}

function nameOf(ref: StateRef | undefined): string {
  if (ref === undefined) return "-";
  return "inline" in ref ? `=${toHex(ref.inline)}` : ref.id;
}
