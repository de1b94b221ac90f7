import { Script } from "node:vm";

/** A program's code, compiled once. */
export interface CompiledProgram {
  /**
   * Runs the code in a new instance, with module variables of its own (its packages' too), and
   * returns what it exports. Throws what the code throws.
   */
  instantiate(surroundings: Surroundings): Promise<Record<string, unknown>>;
}

/** What an instance of a program is given. */
export interface Surroundings {
  /** A module from outside the bundle: `node:fs`, `rewind-engine`, `import:native-package`. */
  host(name: string): unknown;
  /** Values that take the place of globals. */
  readonly scope: Readonly<Record<string, unknown>>;
}

/**
 * Compiles a bundle: an ES module without imports, which asks `__rewind_host(name)` for what is not
 * in it. It runs as the body of a function and not as a module, since Node never forgets a module
 * that it has loaded, and each instance would be parsed anew. `filename` stands in stack traces,
 * with the line numbers of `code`. Throws a SyntaxError for code that is no such module.
 *
 * @example
 * ```ts
 * const program = compileProgram("let n = 1;\nexport {\n  n\n};\n", "rewind:n.js");
 * await program.instantiate({ host: () => undefined, scope: {} }); // { n: 1 }
 * ```
 */
export function compileProgram(code: string, filename: string): CompiledProgram {
  const body = asFunctionBody(code);
  const isUsed = mayUse(code);
  const compiled = new Map<string, Program>();
  const compile = (names: readonly string[]): Program => {
    const key = names.join();
    let program = compiled.get(key);
    if (program === undefined) {
      // Sloppy outside, for a parameter may be called `eval`; strict inside, as any ES module is.
      const head = `(function (${[HOST, ...names].join(", ")}) { return (async () => { "use strict";`;
      const script = new Script(`${head}\n${body}\n})(); })`, { filename, lineOffset: -1 });
      program = script.runInThisContext() as Program;
      compiled.set(key, program);
    }
    return program;
  };
  return {
    async instantiate({ host, scope }) {
      const names = Object.keys(scope).filter(isUsed).sort();
      return compile(names)(host, ...names.map((name) => scope[name]));
    },
  };
}

/** Whether code may use a global; where it makes code from texts of its own, it may use any. */
function mayUse(code: string): (name: string) => boolean {
  if (/\beval\b/.test(code)) return () => true;
  const words = new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  return (name) => words.has(name);
}

type Program = (
  host: Surroundings["host"],
  ...values: readonly unknown[]
) => Promise<Record<string, unknown>>;

/** The one name that a bundle takes from outside the language. */
export const HOST = "__rewind_host";

/**
 * The code with its exports returned in place of exported. esbuild writes them as the last
 * statement of the text, `export {`, one `  local as name` a line, `};`; of a CommonJS module it
 * writes `export default require_name();`.
 */
function asFunctionBody(code: string): string {
  const list = /(^|\n)export \{\n((?: {2}.*\n)+)\};\s*$/.exec(code);
  if (list !== null) {
    const [whole, before = "", lines = ""] = list;
    const entries = lines.replace(/^ {2}(.*?)(?: as (.*?))?(,?)$/gm, (_, local, name, comma) => {
      // As a computed key, since `__proto__: value` would set the prototype.
      const key = name === "__proto__" ? '["__proto__"]' : (name ?? local);
      return `  ${key}: ${local}${comma}`;
    });
    return `${code.slice(0, code.length - whole.length)}${before}return {\n${entries}};\n`;
  }
  const single = /(^|\n)export default (.*);\s*$/.exec(code);
  if (single !== null) {
    const [whole, before = "", value = ""] = single;
    return `${code.slice(0, code.length - whole.length)}${before}return { default: ${value} };\n`;
  }
  return `${code}\nreturn {};\n`;
}
