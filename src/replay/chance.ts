import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { either } from "../base/either.ts";
import { RewindError } from "../base/errors.ts";
import { checkOptions } from "../base/options.ts";
import { LATEST_MS, type ProgramClock } from "../object/program.ts";
import type { RandomGenerator } from "../random/generator.ts";

/**
 * What a program gets for `Math.random` and the clock in its steps: `refuse` refuses them, and under
 * `run` the run gives both, the same in each replay.
 */
export type Chance = (typeof CHANCES)[number];

/** Every choice, the default first. */
export const CHANCES = ["refuse", "run"] as const;

/** The clock of a run under `chance: "run"`: it stands still in a step. */
export interface ClockOptions {
  /** The time at step 0, in milliseconds since 1970; 0 unless given. */
  readonly start?: number | undefined;
  /** How far it goes on with each step, in milliseconds; 1 unless given. */
  readonly stepMs?: number | undefined;
}

/**
 * The stream from which `Math.random` draws. Its name is reserved, so that no step draws from it by
 * `ctx.stream` as well.
 */
export const CHANCE_STREAM = "rewind:chance";

/** More readings of the clock in one step than a model makes: a loop that waits for it. */
const MOST_READINGS = 10_000_000;

/** The chance and the clock of a run, for the steps of one segment. */
export class RunChance {
  readonly #clock: ProgramClock;
  readonly #context: { readonly step: number };
  readonly #stream: () => RandomGenerator;
  #step = -1;
  #readings = 0;

  constructor(
    clock: ProgramClock,
    context: { readonly step: number },
    stream: () => RandomGenerator,
  ) {
    this.#clock = clock;
    this.#context = context;
    this.#stream = stream;
  }

  /** Call before steps: a step that is repeated counts its readings anew. */
  begin(): void {
    this.#step = -1;
  }

  /** `Math.random()` */
  random(): number {
    return this.#stream().random();
  }

  /** Fills a view with bytes, four from each draw, and returns it. */
  fill<T>(view: T): T {
    if (!ArrayBuffer.isView(view)) throw new TypeError("expected a typed array");
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const stream = this.#stream();
    for (let i = 0; i < bytes.length; i += 4) {
      const word = stream.uint32();
      for (let j = 0; j < 4 && i + j < bytes.length; j++) bytes[i + j] = word >>> (8 * j);
    }
    return view;
  }

  /** A random UUID, version 4. */
  uuid(): string {
    const bytes = this.fill(new Uint8Array(16));
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const ends = [0, 8, 12, 16, 20, 32];
    return ends
      .slice(1)
      .map((end, i) => hex.slice(ends[i], end))
      .join("-");
  }

  /** The time, in whole milliseconds since 1970. */
  time(): number {
    return Math.floor(this.#clock.start + this.elapsed());
  }

  /** The time since step 0, in milliseconds. */
  elapsed(): number {
    const { step } = this.#context;
    if (step !== this.#step) {
      this.#step = step;
      this.#readings = 0;
    }
    if (++this.#readings > MOST_READINGS) throw standsStill();
    return step * this.#clock.stepMs;
  }

  /** The time at step 0, in milliseconds since 1970. */
  get origin(): number {
    return this.#clock.start;
  }
}

function standsStill(): RewindError<"FORBIDDEN_IN_STEP"> {
  const [times, hint] = [count(MOST_READINGS), "let it wait for steps, not for time"];
  return new RewindError(
    "FORBIDDEN_IN_STEP",
    `the clock was read more than ${times} times in a step, in which it stands still: ${hint}`,
    { name: "the clock", hint },
  );
}

/** What a simulation or a recording says of its chance and its clock. */
export interface ChanceOptions {
  readonly chance?: Chance | undefined;
  readonly clock?: ClockOptions | undefined;
}

/**
 * The clock of a recording: as `asked`, else as the simulation says; undefined if chance and clocks
 * are refused. Without either, a fork keeps its parent's, `before`. Throws INVALID_ARGUMENT.
 */
export function clockAsked(
  simulation: ChanceOptions,
  asked: ChanceOptions,
  before?: ProgramClock,
): ProgramClock | undefined {
  for (const { clock } of [simulation, asked]) {
    if (clock !== undefined) checkOptions(clock, ["start", "stepMs"]);
  }
  const chance = checkChance(asked.chance ?? simulation.chance ?? (before ? "run" : "refuse"));
  if (chance === "refuse") {
    if (asked.clock === undefined) return undefined;
    throw new RewindError(
      "INVALID_ARGUMENT",
      'expected chance: "run" beside a clock: without it, a step cannot read the clock',
      { name: "clock", hint: "add --chance run" },
    );
  }
  const { start = 0, stepMs = 1 } = {
    ...before,
    ...given(simulation.clock),
    ...given(asked.clock),
  };
  if (!Number.isSafeInteger(start) || Math.abs(start) > LATEST_MS) {
    throw invalidClock("start", "whole milliseconds since 1970", start);
  }
  if (typeof stepMs !== "number" || !(stepMs >= 0 && stepMs <= LATEST_MS)) {
    throw invalidClock("stepMs", "a number of milliseconds, at least 0", stepMs);
  }
  return { start: start + 0, stepMs: stepMs + 0 };
}

function invalidClock(name: string, expected: string, value: unknown): RewindError {
  return new RewindError(
    "INVALID_ARGUMENT",
    `expected clock.${name} to be ${expected}, got ${describe(value)}`,
    { name: `clock.${name}`, value },
  );
}

/** Whether a value names one of them. */
export function isChance(value: unknown): value is Chance {
  return (CHANCES as readonly unknown[]).includes(value);
}

function checkChance(chance: unknown): Chance {
  if (isChance(chance)) return chance;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected chance to be ${either(CHANCES)}, got ${describe(chance)}`,
    { name: "chance", value: chance },
  );
}

/** The options that are not undefined. */
function given(clock: ClockOptions | undefined): ClockOptions {
  return Object.fromEntries(Object.entries(clock ?? {}).filter(([, value]) => value !== undefined));
}
