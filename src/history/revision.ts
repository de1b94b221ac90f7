import { RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";

/** Text that names a run and perhaps a step, taken apart. */
export interface Revision {
  /** A branch, a tag, `HEAD`, an archived run, or digits of a run's id. */
  readonly base: string;
  /** `base@{n}`: the run that the ref named n changes ago. */
  readonly ago: number | undefined;
  /** Which step, where the text names one. */
  readonly step: StepSpec | undefined;
}

/** A step, as a revision can spell it. */
export type StepSpec =
  /** `@842_137` */
  | { readonly at: number }
  /** `@-1`: counted from the end, -1 being the last step. */
  | { readonly fromEnd: number }
  /** `@50%`: this part of the run's steps, rounded down. */
  | { readonly percent: number }
  /** `~100`: so many steps before the revision's own. */
  | { readonly back: number };

/**
 * Takes a revision apart: `main`, `main@842137`, `main@842_137`, `main@50%`, `main@-1`, `HEAD~100`,
 * `HEAD@{1}`, `v1`, `3f2a`. Throws INVALID_REVISION, which names the part that was not understood.
 *
 * @example
 * ```ts
 * parseRevision("main@50%"); // { base: "main", ago: undefined, step: { percent: 50 } }
 * ```
 */
export function parseRevision(text: string): Revision {
  const [, base = "", rest = ""] = /^([^@~]*)(.*)$/s.exec(text) ?? [];
  if (base === "") throw invalid(text, text, "expected the name of a run before it");
  const [, ago, spelled = ""] = /^(?:@\{(\d+)\})?(.*)$/s.exec(rest) ?? [];
  return {
    base,
    ago: ago === undefined ? undefined : Number(ago),
    step: spelled === "" ? undefined : parseStep(text, spelled),
  };
}

function parseStep(text: string, spelled: string): StepSpec {
  const digits = (part: string): number => Number(part.replaceAll("_", ""));
  const number = String.raw`\d+(?:_\d+)*`;
  const back = new RegExp(`^~(${number})$`).exec(spelled)?.[1];
  if (back !== undefined) return { back: digits(back) };
  const fromEnd = new RegExp(`^@-(${number})$`).exec(spelled)?.[1];
  if (fromEnd !== undefined && digits(fromEnd) > 0) return { fromEnd: digits(fromEnd) };
  const percent = /^@(\d+(?:\.\d{1,6})?)%$/.exec(spelled)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { percent: Number(percent) };
  const at = new RegExp(`^@(${number})$`).exec(spelled)?.[1];
  if (at !== undefined) return { at: digits(at) };
  throw invalid(text, spelled, "expected a step such as @842137, @842_137, @50%, @-1 or ~100");
}

function invalid(text: string, part: string, expected: string): RewindError {
  return new RewindError(
    "INVALID_REVISION",
    `cannot read ${JSON.stringify(part)} in the revision ${JSON.stringify(text)}: ${expected}`,
    { revision: text, part },
  );
}

/** The step that a spec means in a run of `steps` steps, `own` being the revision's own step. */
export function stepOf(spec: StepSpec, steps: number, own: number): number {
  if ("at" in spec) return spec.at;
  if ("fromEnd" in spec) return steps + 1 - spec.fromEnd;
  if ("percent" in spec) return partOf(steps, spec.percent);
  return own - spec.back;
}

/** A percentage of the steps, rounded down; exact, where 0.29 * 100 would be 28.999999999999996. */
function partOf(steps: number, percent: number): number {
  const millionths = BigInt(Math.round(percent * 1e6));
  return Number((millionths * BigInt(steps)) / 100_000_000n);
}

/** What HEAD holds: a ref or a run, and perhaps a step. */
export interface Head {
  readonly ref: string | undefined;
  readonly run: Id<"run"> | undefined;
  readonly step: number | undefined;
}

/** Reads the text of HEAD: `ref: refs/heads/main` or a run id, then perhaps `step: 12`. */
export function parseHead(text: string): Head {
  const ref = /^ref: (\S+)$/m.exec(text)?.[1];
  const run = /^[0-9a-f]{64}$/m.exec(text)?.[0] as Id<"run"> | undefined;
  const step = /^step: (\d+)$/m.exec(text)?.[1];
  if (ref === undefined && run === undefined) {
    throw new RewindError("STORE_DAMAGED", "HEAD: expected a ref or a run", { file: "HEAD" });
  }
  return { ref, run, step: step === undefined ? undefined : Number(step) };
}

/** The text of HEAD. */
export function formatHead(head: Head): string {
  const where = head.ref === undefined ? `${head.run}` : `ref: ${head.ref}`;
  return head.step === undefined ? where : `${where}\nstep: ${head.step}`;
}
