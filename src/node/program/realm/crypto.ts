import crypto from "node:crypto";
import { INSTEAD } from "../../../replay/guarded.ts";
import { builtinNamed } from "../../host/builtins.ts";
import type { Chance } from "./chance.ts";
import { facade, refused } from "./facade.ts";
import type { Gate } from "./gate.ts";

/**
 * `node:crypto` and the web's `crypto`, as a program sees them: digests work, and chance is
 * replaced.
 */
export function cryptoOf(gate: Gate, chance: Chance): { module: object; web: object } {
  const web = webCrypto(gate, chance);
  const bytes = (size: number, callback?: unknown): Buffer => {
    const name = "crypto.randomBytes()";
    // It would be called after the step.
    if (callback !== undefined && !gate.isLoading) gate.deny({ name, hint: INSTEAD.bytes });
    return chance.fill(name, Buffer.alloc(size));
  };
  const ours = {
    webcrypto: web,
    subtle: web.subtle,
    getRandomValues: web.getRandomValues,
    randomUUID: () => chance.uuid("crypto.randomUUID()"),
    randomBytes: bytes,
    pseudoRandomBytes: bytes,
    randomFillSync: (view: ArrayBufferView) => chance.fill("crypto.randomFillSync()", view),
    randomInt: refused("crypto.randomInt()", {
      key: "randomInt",
      hint: "use rng.integer(low, high)",
      gate,
    }),
  };
  const builtin = builtinNamed("crypto");
  return { module: facade(crypto, { name: "crypto", builtin, gate, ours }), web };
}

function webCrypto(gate: Gate, chance: Chance) {
  const subtle: Record<string, unknown> = {};
  for (const key of Object.getOwnPropertyNames(SubtleCrypto.prototype)) {
    if (key === "constructor") continue;
    const hint = "use createHash of node:crypto, which returns its result at once";
    subtle[key] = refused(`crypto.subtle.${key}()`, { key, hint, gate });
  }
  return {
    subtle,
    getRandomValues: <T extends ArrayBufferView>(view: T): T =>
      chance.fill("crypto.getRandomValues()", view),
    randomUUID: (): string => chance.uuid("crypto.randomUUID()"),
  };
}
