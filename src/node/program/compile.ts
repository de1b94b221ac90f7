import { Script } from "node:vm";

/** A program's code, compiled once. */
export interface CompiledProgram {
  /**
   * Runs the code in a new instance, with new module variables (its packages' too), and returns its
   * exports. Throws what the code throws.
   */
  instantiate(surroundings: Surroundings): Promise<Record<string, unknown>>;
}

/** What an instance of a program gets from outside. */
export interface Surroundings {
  /** A module from outside the bundle: `node:fs`, `rewind-engine`, `import:native-package`. */
  host(name: string): unknown;
  /** Values that replace globals. */
  readonly scope: Readonly<Record<string, unknown>>;
}

/**
 * Compiles a bundle: an ES module without imports, which asks `__rewind_host(name)` for other
 * modules. It runs as the body of a function, not as a module, because Node never unloads a module
 * and would parse each instance again. Stack traces show `filename` with the line numbers of
 * `code`. Throws a SyntaxError for code that is not such a module.
 *
 * @example
 * ```ts
 * const program = compileProgram("let n = 1;\nexport {\n  n\n};\n", "rewind:n.js");
 * await program.instantiate({ host: () => undefined, scope: {} }); // { n: 1 }
 * ```
 */
export function compileProgram(code: string, filename: string): CompiledProgram {
  const isUsed = mayUse(code);
  const compiled = new Map<string, Program>();
  const compile = (names: readonly string[]): Program => {
    const key = names.join();
    let program = compiled.get(key);
    if (program === undefined) {
      const script = new Script(scriptOf(code, names), { filename, lineOffset: -1 });
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

/** The text that is compiled for code which takes these names from its surroundings. */
export function scriptOf(code: string, names: readonly string[] = []): string {
  // Sloppy outside, because a parameter may be called `eval`; strict inside, like any ES module.
  const head = `(function (${[HOST, ...names].join(", ")}) { return (async () => { "use strict";`;
  return `${head}\n${asFunctionBody(code)}\n})(); })`;
}

/**
 * Throws a SyntaxError unless code is whole statements. The constructor parses a function's body by itself,
 * whereas in the text of `scriptOf` a brace in the code could close the function around it.
 */
export function checkStatements(code: string): void {
  new AsyncFunction(`"use strict";\n${asFunctionBody(code)}`);
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Whether code may use a global; code that makes code from texts may use any. */
function mayUse(code: string): (name: string) => boolean {
  if (/\beval\b/.test(code)) return () => true;
  const words = new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  return (name) => words.has(name);
}

type Program = (
  host: Surroundings["host"],
  ...values: readonly unknown[]
) => Promise<Record<string, unknown>>;

/** The only name that a bundle uses from outside the language. */
export const HOST = "__rewind_host";

/**
 * The code, returning its exports instead of exporting them. esbuild writes them as the last
 * statement: `export {`, one ` local as name` per line, `};`. For a CommonJS module it writes
 * `export default require_name();`.
 */
function asFunctionBody(module: string): string {
  // A module may begin with a line for the shell, but a function's body may not.
  const code = module.replace(/^#!/, "//");
  const list = /(^|\n)export \{\n((?: {2}.*\n)+)\};\s*$/.exec(code);
  if (list !== null) {
    const [whole, before = "", lines = ""] = list;
    const entries = lines.slice(0, -1).split("\n").map(asProperty).join("\n");
    return `${code.slice(0, code.length - whole.length)}${before}return {\n${entries}\n};\n`;
  }
  const single = /(^|\n)export default (.*);\s*$/.exec(code);
  if (single !== null) {
    const [whole, before = "", value = ""] = single;
    return `${code.slice(0, code.length - whole.length)}${before}return { default: ${value} };\n`;
  }
  return `${code}\nreturn {};\n`;
}

const IDENTIFIER =
  "(?:[\\p{ID_Start}$_]|\\\\u[\\da-fA-F{}]+)(?:[\\p{ID_Continue}$]|\\\\u[\\da-fA-F{}]+)*";
const TEXT = '"(?:[^"\\\\\\n\\r\\u2028\\u2029]|\\\\.)*"';
const ENTRY = new RegExp(`^ {2}(${IDENTIFIER})(?: as (?:(${IDENTIFIER})|(${TEXT})))?(,?)$`, "u");

/**
 * A line of the list as a property. Nothing but names may be moved to another place: a comment, say,
 * would become code.
 */
function asProperty(line: string): string {
  const [, local, name = local, text = `"${name}"`, comma] = ENTRY.exec(line) ?? [];
  if (local === undefined) throw new SyntaxError(`expected the name of an export, got ${line}`);
  // A computed key, because `__proto__: value` would set the prototype.
  return `  [${text}]: ${local}${comma}`;
}
