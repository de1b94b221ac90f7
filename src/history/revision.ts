import { RewindError } from "../base/errors.ts";
import { checkKind } from "../base/options.ts";

/** Text that names a run and perhaps a step, taken apart. */
export interface Revision {
  /** A branch, a tag, `HEAD`, an archived run, or digits of a run's id. */
  readonly base: string;
  /** `base@{n}`: the run that the ref named n changes ago. */
  readonly ago: number | undefined;
  /** The step, if the text names one. */
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
  /** `~100`: this many steps before the revision's own. */
  | { readonly back: number };

/**
 * Takes a revision apart: `main`, `main@842137`, `main@842_137`, `main@50%`, `main@-1`, `HEAD~100`,
 * `HEAD@{1}`, `v1`, `3f2a`. Throws INVALID_REVISION, with the part that cannot be read.
 *
 * @example
 * ```ts
 * parseRevision("main@50%"); // { base: "main", ago: undefined, step: { percent: 50 } }
 * ```
 */
export function parseRevision(text: string): Revision {
  if (isRange(text)) {
    throw invalid(text, text, "expected one step, got a range", {
      range: true,
      ends: endsOf(text),
    });
  }
  const [, base = "", rest = ""] = /^([^@~]*)(.*)$/s.exec(text) ?? [];
  if (base === "") throw invalid(text, text, "expected the name of a run before it");
  const [, ago, spelled = ""] = /^(?:@\{(\d+)\})?(.*)$/s.exec(rest) ?? [];
  return {
    base,
    ago: ago === undefined ? undefined : countIn(text, ago),
    step: spelled === "" ? undefined : parseStep(text, spelled),
  };
}

/** The two sides of a range, for an error; none if it cannot be read. */
function endsOf(text: string): readonly string[] {
  const [from = "", to = "", ...more] = text.split("..");
  if (more.length > 0 || nameOf(from) + nameOf(to) === "") return [];
  return [named(from, to), named(to, from)].flatMap((side) => side ?? []);
}

/** The two sides of a range, each a revision; a missing side is undefined. */
export interface Range {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Whether a revision has two dots between two sides; `../main` does not. */
function isRange(text: string): boolean {
  checkKind(text, "a revision", "text");
  return text.includes("..") && !text.includes("../");
}

/**
 * Takes a range apart: `main@100..main@200`, `main@100..@200`, `main@100..`, `..main@200`.
 * Undefined if the text is a single revision, without two dots.
 *
 * Each side is a revision or is missing. A side that begins with `@` or `~` takes the other side's
 * name, so that `main@100..@200` is `main@100..main@200`, `~100..HEAD` is `HEAD~100..HEAD` and
 * `@{1}..main` is `main@{1}..main`. The caller decides what a missing side means: the run's first
 * or last step in a range of steps (`resolveRange`), HEAD in a range of runs, as in Git.
 *
 * Throws INVALID_REVISION, also if both sides are missing or neither has a name.
 *
 * @example
 * ```ts
 * parseRange("main@100..@200"); // { from: "main@100", to: "main@200" }
 * parseRange("main@100..");     // { from: "main@100", to: undefined }
 * parseRange("main@100");       // undefined
 * ```
 */
export function parseRange(text: string): Range | undefined {
  if (!isRange(text)) return undefined;
  const [from = "", to = "", ...more] = text.split("..");
  if (more.length > 0 || /^\./.test(to)) {
    throw invalid(text, text, "expected two sides, as in main@100..main@200", { range: true });
  }
  if (nameOf(from) === "" && nameOf(to) === "") {
    throw invalid(text, text, "expected the name of a run on at least one side", { range: true });
  }
  const sides = { from: named(from, to), to: named(to, from) };
  for (const side of [sides.from, sides.to]) if (side !== undefined) parseRevision(side);
  return sides;
}

/** A side of a range, with the other side's name in front if it has no name itself. */
function named(side: string, other: string): string | undefined {
  if (side === "") return undefined;
  if (nameOf(side) !== "") return side;
  // `main@{2}@5..@9` stays in the run that main named then.
  const ago = side.startsWith("@{") ? "" : (/^[^@~]*(@\{\d+\})/.exec(other)?.[1] ?? "");
  return `${nameOf(other)}${ago}${side}`;
}

/** The part before the first `@` or `~`. */
function nameOf(side: string): string {
  return /^[^@~]*/.exec(side)?.[0] ?? "";
}

function parseStep(text: string, spelled: string): StepSpec {
  const digits = (part: string): number => countIn(text, part);
  const back = new RegExp(`^~(${COUNT})$`).exec(spelled)?.[1];
  if (back !== undefined) return { back: digits(back) };
  const step = spelled.startsWith("@") ? readStep(spelled.slice(1), digits) : undefined;
  if (step !== undefined) return step;
  throw invalid(text, spelled, "expected a step such as @842137, @842_137, @50%, @-1 or ~100");
}

/**
 * The step after the `@` of a revision, or in an option: `842_137`, `50%`, `-1`. Undefined for any
 * other text. `count` reads digits, which may have `_` between them.
 */
export function readStep(text: string, count: (digits: string) => number): StepSpec | undefined {
  const fromEnd = new RegExp(`^-(${COUNT})$`).exec(text)?.[1];
  if (fromEnd !== undefined && count(fromEnd) > 0) return { fromEnd: count(fromEnd) };
  const percent = /^(\d+(?:\.\d{1,6})?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { percent: Number(percent) };
  return new RegExp(`^${COUNT}$`).test(text) ? { at: count(text) } : undefined;
}

const COUNT: string = String.raw`\d+(?:_\d+)*`;

/** A whole number in a revision, read exactly. */
function countIn(text: string, part: string): number {
  const count = Number(part.replaceAll("_", ""));
  if (Number.isSafeInteger(count)) return count;
  throw invalid(text, part, "expected at most 2^53 - 1");
}

function invalid(
  text: string,
  part: string,
  expected: string,
  data: { readonly range?: boolean; readonly ends?: readonly string[] } = {},
): RewindError {
  const where = part === text ? "" : ` in the revision ${JSON.stringify(text)}`;
  return new RewindError(
    "INVALID_REVISION",
    `cannot read ${JSON.stringify(part)}${where}: ${expected}`,
    { revision: text, part, ...data },
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
