import { createHash } from "node:crypto";
import process from "node:process";
import { currentPlace, placeSigns } from "./place.ts";

/** The properties of a host that a run's exactness may depend on. */
export interface HostFingerprint {
  readonly node: string;
  readonly v8: string;
  readonly arch: string;
  readonly platform: string;
  /** SHA-256, in hexadecimal, over the results of a fixed set of `Math.*` calls. */
  readonly math: string;
  /** The versions of ICU and of its time zones, which decide how dates and numbers are written. */
  readonly icu: string;
  readonly tz: string;
  /** The time zone and the locale of the process. */
  readonly zone: string;
  readonly locale: string;
}

/**
 * The fingerprint of this host. Two hosts with the same `math` gave the same bits for every
 * function and argument of the set; IEEE 754 fixes +, -, *, / and sqrt, but not sin, exp or pow.
 *
 * @example
 * ```ts
 * hostFingerprint().node; // "20.20.2"
 * ```
 */
export function hostFingerprint(): HostFingerprint {
  return { ...machine(), ...currentPlace() };
}

/** What does not depend on the place. */
function machine(): Omit<HostFingerprint, "zone" | "locale"> {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    arch: process.arch,
    platform: process.platform,
    math: mathDigest(),
    icu: process.versions.icu ?? "none",
    tz: process.versions.tz ?? "none",
  };
}

/** A short name for this host: replays where it is the same should give the same bits. */
export function hostDigest(): string {
  const host = JSON.stringify([machine(), placeSigns()]);
  return createHash("sha256").update(host).digest("hex").slice(0, 16);
}

/**
 * The differences between this host and the one that recorded a run, each as a clause for a
 * message; empty if nothing differs. With `isPinned`, zone and locale are left out.
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
  // A store may come from a stranger, so only texts are compared and shown.
  const there = recorded as Record<string, unknown>;
  return Object.entries(NAMES)
    .filter(([key]) => typeof there[key] === "string" && there[key] !== here[key])
    .filter(([key]) => !isPinned || !PINNED.has(key))
    .map(([key, name]) =>
      key === "math" ? name : `it was recorded with ${name} ${there[key]}, this is ${here[key]}`,
    );
}

const NAMES = {
  math: "Math functions give different last bits here than where it was recorded",
  node: "Node",
  v8: "V8",
  arch: "the architecture",
  platform: "the platform",
  icu: "ICU",
  tz: "the time zone data",
  zone: "the time zone",
  locale: "the locale",
} as const;

/** Replays run in the recorded zone and locale, if those are known. */
const PINNED: ReadonlySet<string> = new Set(["zone", "locale"]);

/** The functions whose last bits differ between builds of V8, and the basic ones. */
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
    // One form of NaN: its bits depend on the processor, and programs cannot tell them apart.
    if (Number.isNaN(result)) bytes.setBigUint64(8 * i, 0x7ff8000000000000n, true);
    else bytes.setFloat64(8 * i, result, true);
  });
  return createHash("sha256").update(bytes).digest("hex");
}
