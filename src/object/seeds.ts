import { RewindError } from "../base/errors.ts";
import { decodeBody, encodeBody } from "./body.ts";

/** Where a run's randomness comes from: the master seed, and the rule that derives block seeds. */
export interface Seeds {
  readonly rule: SeedRule;
  /** From 0 to 2^256 - 1. */
  readonly master: bigint;
}

/**
 * How generators are seeded. `block`: at the first step of each block, with SHA-256 of the master
 * seed and the number of the block. `step`: the same at every step. `continuous`: once, at the first
 * step of the run or segment, with the master seed; every checkpoint holds their states.
 */
export type SeedRule = (typeof SEED_RULES)[number];

/** Every rule, the default first. */
export const SEED_RULES = ["block", "continuous", "step"] as const;

/** Whether a value names one of them. */
export function isSeedRule(value: unknown): value is SeedRule {
  return (SEED_RULES as readonly unknown[]).includes(value);
}

/** The bytes of a seeds object. */
export function encodeSeeds(seeds: Seeds): Uint8Array {
  return encodeBody("seeds", format(seeds));
}

/** Reads a seeds object. */
export function decodeSeeds(body: Uint8Array): Seeds {
  return decodeBody(
    "seeds",
    body,
    (fields) => {
      const rule = fields.expectLength(2).text();
      const master = fields.bigint();
      if (!isSeedRule(rule)) {
        throw new RewindError(
          "UNSUPPORTED_FORMAT",
          `expected a seed rule among ${SEED_RULES.join(", ")}, got "${rule}"`,
        );
      }
      if (master < 0n || master >= 1n << 256n) {
        throw new RewindError(
          "OBJECT_INVALID",
          "not valid seeds: expected a master seed from 0 to 2^256 - 1",
        );
      }
      return { rule: rule as SeedRule, master };
    },
    format,
  );
}

function format(seeds: Seeds): readonly unknown[] {
  return [seeds.rule, seeds.master];
}
