import { type EngineEntry, engineImports } from "./engine-imports.ts";

/** The modules that programs get for `rewind-engine` and `rewind-engine/random`, as URLs. */
export interface Engine {
  readonly main: string;
  readonly random: string;
}

/** This running engine. */
export function ownEngine(): Engine {
  // `.ts` where the sources run as they are, under vitest; `.js` in what is published.
  const extension = /\.[jt]s$/.exec(import.meta.url)?.[0] ?? ".js";
  return {
    main: new URL(`../index${extension}`, import.meta.url).href,
    random: new URL(`../random/index${extension}`, import.meta.url).href,
  };
}

/**
 * `code` with its imports of the engine led to `engine`. The engine is imported here and handed
 * over through a global symbol, by a small module that the program's text names in full as a `data:`
 * URL. So a program gets the very modules that run, also under a tool that loads them in a way of
 * its own, and no path of this machine enters a file.
 */
export async function withEngine(code: string, engine: Engine): Promise<string> {
  const found = engineImports(code);
  if (found.length === 0) return code;
  const bridges = new Map<EngineEntry, string>();
  for (const { entry } of found) {
    if (bridges.has(entry)) continue;
    const url = entry === "rewind-engine" ? engine.main : engine.random;
    const module = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
    modules().set(entry, module);
    bridges.set(entry, bridgeUrl(entry, Object.keys(module)));
  }
  let text = "";
  let done = 0;
  for (const { entry, start, end } of found) {
    text += `${code.slice(done, start)}"${bridges.get(entry)}"`;
    done = end;
  }
  return text + code.slice(done);
}

const SHARED = "rewind-engine.modules";

/** The modules handed over, which programs reach through the same symbol. */
function modules(): Map<EngineEntry, Record<string, unknown>> {
  const shared = globalThis as unknown as Record<symbol, Map<EngineEntry, Record<string, unknown>>>;
  const key = Symbol.for(SHARED);
  shared[key] ??= new Map();
  return shared[key];
}

function bridgeUrl(entry: EngineEntry, names: readonly string[]): string {
  const bridge =
    `const engine = globalThis[Symbol.for("${SHARED}")].get("${entry}");\n` +
    `export const { ${names
      .filter((name) => name !== "default")
      .sort()
      .join(", ")} } = engine;\n`;
  return `data:text/javascript;base64,${Buffer.from(bridge).toString("base64")}`;
}
