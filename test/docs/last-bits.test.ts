import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { numpy, python, torch } from "rewind-engine/random";
import { describe, expect, test } from "vitest";
import { tablesOf } from "./blocks.ts";
import { readPage } from "./pages.ts";

const PAGE = readPage("docs/generators.md");
const rows = tablesOf(PAGE).get("generator draws of 10^6 differ in last bits") ?? [];

const SCRIPT = fileURLToPath(new URL("last-bits.py", import.meta.url));

/** `LAST_BITS=1e6 npx vitest run … test/docs/last-bits.test.ts` counts 10^6, as the page does. It takes a minute. */
const COUNT = Number(process.env.LAST_BITS ?? 20_000);

const SEEDS: Readonly<Record<string, number>> = { numpy: 7, python: 42, torch: 42 };
const MADE: Readonly<Record<string, (seed: number) => unknown>> = { numpy, python, torch };

// Another engine or C library differs in other last bits, perhaps in as many draws.
const likeCounted = process.version.startsWith("v20.") && process.arch === "x64";
const found = spawnSync(
  "python3",
  ["-c", "import platform as p, numpy; print(p.machine(), *p.libc_ver())"],
  { encoding: "utf8" },
);
const isHere = likeCounted && /^x86_64 glibc /.test(found.stdout ?? "");
if (!isHere) console.warn("skipped: the last bits need Node 20 on x64, glibc and numpy");

/** The calls that have a number in the table. */
const CASES = rows.flatMap(([generator = "", draws = "", differ = ""]) => {
  if (differ === "bit-exact") return [];
  const calls = [...draws.matchAll(/`(\w+)\(([^)]*)\)`/g)];
  return calls.map(([, method = "", args = ""]) => {
    const numbers = JSON.parse(`[${args}]`) as number[];
    return [nameIn(generator), method, numbers, Number(differ.replaceAll(",", ""))] as const;
  });
});

describe("the last bits of draws, as docs/generators.md counts them", () => {
  test("each generator has rows, and their methods exist", () => {
    expect(new Set(rows.map(([name = ""]) => nameIn(name)))).toEqual(new Set(Object.keys(SEEDS)));
    for (const [generator = "", draws = ""] of rows) {
      const rng = MADE[nameIn(generator)]?.(1) as Record<string, unknown>;
      for (const [, method = ""] of draws.matchAll(/`(\w+)/g)) {
        expect(rng[method], method).toBeTypeOf("function");
      }
    }
  });

  test("the table has numbers", () => expect(CASES.length).toBeGreaterThan(15));

  test.skipIf(!isHere).each(CASES)(
    "%s: %s of %j, %i of 10^6",
    (generator, method, args, differ) => {
      const [ours, theirs] = [
        oursOf(generator, method, args),
        theirsOf(generator, method, args),
      ] as const;
      const different = ours.reduce((sum, x, i) => sum + (x === theirs[i] ? 0 : 1), 0);
      const expected = (differ * COUNT) / 1e6;
      if (COUNT === 1e6) expect(different).toBe(differ);
      else expect(Math.abs(different - expected)).toBeLessThanOrEqual(5 * Math.sqrt(expected));
      for (const [i, x] of ours.entries()) {
        // The page says: at most 8 units in the last place.
        if (!(Math.abs(x / (theirs[i] as number) - 1) <= 8 * 2 ** -52)) expect(x).toBe(theirs[i]);
      }
    },
    600_000,
  );
});

function oursOf(generator: string, method: string, args: readonly number[]): Float64Array {
  const made = MADE[generator]?.(SEEDS[generator] as number);
  const draw = (made as Record<string, (...args: unknown[]) => number>)[method];
  const given = generator === "torch" ? [undefined, { dtype: "float64" }] : args;
  return Float64Array.from({ length: COUNT }, () => draw?.apply(made, [...given]) as number);
}

/** All draws of a generator at once, because importing numpy takes longer than drawing. */
const made = new Map<string, Float64Array>();

function theirsOf(generator: string, method: string, args: readonly number[]): Float64Array {
  const key = JSON.stringify([generator, method, args]);
  if (!made.has(key)) {
    const calls = CASES.filter(([name]) => name === generator);
    const lines = calls.map(([, called, given]) => {
      const name = generator === "numpy" ? called.replace(/[A-Z]/g, (x) => `_${x}`) : called;
      return JSON.stringify([generator, SEEDS[generator], name.toLowerCase(), given]);
    });
    const { stdout, stderr, status } = spawnSync("python3", [SCRIPT, `${COUNT}`, ...lines], {
      maxBuffer: 2 ** 28,
    });
    expect(status, String(stderr)).toBe(0);
    for (const [i, call] of calls.entries()) {
      const start = stdout.byteOffset + 8 * COUNT * i;
      const bytes = stdout.buffer.slice(start, start + 8 * COUNT);
      made.set(JSON.stringify(call.slice(0, 3)), new Float64Array(bytes));
    }
  }
  return made.get(key) as Float64Array;
}

function nameIn(cell: string): string {
  return cell.replaceAll("`", "");
}
