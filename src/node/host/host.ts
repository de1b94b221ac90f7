import { createHash } from "node:crypto";
import process from "node:process";
import { currentPlace } from "./place.ts";

/** What a run's exactness may depend on besides its code. */
export interface HostFingerprint {
  readonly node: string;
  readonly v8: string;
  readonly arch: string;
  readonly platform: string;
  /** SHA-256, in hexadecimal, over the results of a fixed set of `Math.*` calls. */
  readonly math: string;
  /** The versions of ICU and of its time zones: what dates and numbers read like. */
  readonly icu: string;
  readonly tz: string;
  /** The time zone and the locale of the process. */
  readonly zone: string;
  readonly locale: string;
}

/**
 * What this host is. Two hosts with the same `math` gave the same bits for every function and
 * argument of the set; IEEE 754 fixes +, -, *, / and sqrt, but not sin, exp or pow.
 *
 * @example
 * ```ts
 * hostFingerprint().node; // "20.20.2"
 * ```
 */
export function hostFingerprint(): HostFingerprint {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    arch: process.arch,
    platform: process.platform,
    math: mathDigest(),
    icu: process.versions.icu ?? "none",
    tz: process.versions.tz ?? "none",
    ...currentPlace(),
  };
}

/** A short name for all of it: hosts with the same name give the same bits, as far as can be told. */
export function hostDigest(host: HostFingerprint): string {
  return createHash("sha256").update(JSON.stringify(host)).digest("hex").slice(0, 16);
}

/**
 * What of this host is another than of the one that a run was recorded on, each as a clause for a
 * message; empty where all is the same. With `isPinned`, zone and locale are left out.
 *
 * @example
 * ```ts
 * hostDifferences({ node: "18.0.0", arch: "x64" }); // ["it was recorded with Node 18.0.0, this is 20.20.2", …]
 * ```
 */
export function hostDifferences(
  recorded: unknown,
  { isPinned = false }: { readonly isPinned?: boolean } = {},
): string[] {
  if (typeof recorded !== "object" || recorded === null) return [];
  const here = hostFingerprint() as unknown as Record<string, unknown>;
  // A store may come from a stranger: only texts are compared, and shown.
  const there = recorded as Record<string, unknown>;
  return Object.entries(NAMES)
    .filter(([key]) => typeof there[key] === "string" && there[key] !== here[key])
    .filter(([key]) => !isPinned || !PINNED.has(key))
    .map(([key, name]) =>
      key === "math" ? name : `it was recorded with ${name} ${there[key]}, this is ${here[key]}`,
    );
}

const NAMES = {
  math: "Math functions give other last bits here than where it was recorded",
  node: "Node",
  v8: "V8",
  arch: "the architecture",
  platform: "the platform",
  icu: "ICU",
  tz: "the time zone data",
  zone: "the time zone",
  locale: "the locale",
} as const;

/** What replays run under as it was recorded, where the program's place is known. */
const PINNED: ReadonlySet<string> = new Set(["zone", "locale"]);

/** The functions whose last bits differ between builds of V8, and the plain ones beside them. */
const FUNCTIONS = [
  ...["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "exp", "expm1"],
  ...["fround", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh"],
] as const;

const ARGUMENTS = [
  ...[-20.5, -1.75, -0.9, -0.1, 1e-300, 1e-8, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999999],
  ...[1, 1.1, 1.5, 2.2, Math.PI, 7.7, 33.3, 123.456, 1e5 / 7, 1e10 / 3, 1e22, 1e300],
];

function mathDigest(): string {
  const results: number[] = [];
  for (const x of ARGUMENTS) {
    for (const name of FUNCTIONS) results.push(Math[name](x));
    for (const y of ARGUMENTS) results.push(Math.atan2(x, y), Math.hypot(x, y), Math.abs(x) ** y);
  }
  const bytes = new DataView(new ArrayBuffer(8 * results.length));
  results.forEach((result, i) => {
    // One NaN: its bits are the processor's choice, and no program can tell them apart.
    if (Number.isNaN(result)) bytes.setBigUint64(8 * i, 0x7ff8000000000000n, true);
    else bytes.setFloat64(8 * i, result, true);
  });
  return createHash("sha256").update(bytes).digest("hex");
}
