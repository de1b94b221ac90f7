import { type Insertion, insertIntoMap } from "./insert-into-map.ts";

/** A bundle's code and its source map, which begins `shift` lines after the code. */
export interface MappedText {
  readonly code: string;
  readonly mapJson: string;
  readonly shift: number;
}

/**
 * Whether esbuild may have renamed a function or a class, whose `name` would then differ from
 * Node's. It renames what collides with another module's (`World2`), a class that refers to itself
 * (`_Wolf`), and a default export without a name (`wolf_default`). It may answer yes without need.
 */
export function mayRename({ code, mapJson }: MappedText): boolean {
  if (/\bclass _|\b_[\w$]* = class\b/.test(code)) return true;
  const numbered = new Set<string>();
  for (const [, declared, assigned] of code.matchAll(NAMED)) {
    const name = declared ?? assigned ?? "";
    if (/_default\d*$/.test(name)) return true;
    const digits = /\d*$/.exec(name)?.[0].length ?? 0;
    for (let cut = 1; cut <= digits; cut++) numbered.add(name.slice(0, -cut));
  }
  if (numbered.size === 0) return false;
  // The map has the names in the files of what the bundle calls differently.
  const { names } = JSON.parse(mapJson) as { names: readonly string[] };
  return names.some((name) => numbered.has(name));
}

/**
 * Gives the functions and classes of a bundle the names that they have in Node. `plain` is the
 * bundle, `kept` the same with esbuild's `keepNames`, which sets the name of every function by a
 * call, and so slows a step that makes closures. The result has only what changes a name, written
 * so that a closure costs nothing: `var f2 = { f: () => 1 }.f`. If the two bundles differ in other
 * ways, it is `kept`.
 */
export function withNames<T extends MappedText>(plain: T, kept: T): T {
  const insertions = insertionsOf(plain.code, kept.code);
  if (insertions === undefined) return kept;
  let code = "";
  let done = 0;
  for (const { at, text } of insertions) {
    code += plain.code.slice(done, at) + text;
    done = at;
  }
  code += plain.code.slice(done);
  return { ...plain, code, mapJson: insertIntoMap(plain, insertions) };
}

const ID = "[\\p{ID_Start}$_][\\p{ID_Continue}$]*";
const STRING = '"(?:[^"\\\\\\n]|\\\\.)*"';

/** A class or function by its own name, and one by what it is assigned to. */
const NAMED = new RegExp(
  `\\b(?:class|function\\*?) (${ID})|(?<![\\p{ID_Continue}$])(${ID}) (?:\\?\\?|&&|\\|\\|)?= (?=(?:async )?(?:class\\b|function\\b|\\(|${ID} =>))`,
  "gu",
);

/**
 * What `keepNames` adds: the helper, calls of it that are lines, and the beginning and the end of a
 * call around a function. A variable of the program that is called like the helper gets a number.
 */
const ADDED = new RegExp(
  [
    "(?<helper>^var __defProp = Object\\.defineProperty;\\n)",
    '(?<setter>^var __name = \\(\\w+, \\w+\\) => __defProp\\(\\w+, "name", .*\\n)',
    `^ *static \\{\\n *__name\\(this, (?<ofClass>${STRING})\\);\\n *\\}\\n`,
    `^ *__name\\((?<local>${ID}), (?<ofFunction>${STRING})\\);\\n`,
    "(?<begins>\\(?/\\* @__PURE__ \\*/ __name\\()",
    `, (?<ends>${STRING})\\)`,
    "(?<=\\b__(?:defProp|name))(?<number>\\d+)",
  ].join("|"),
  "gmu",
);

/** What to insert into `plain`; undefined if `kept` has more than its names. */
function insertionsOf(plain: string, kept: string): Insertion[] | undefined {
  const insertions: Insertion[] = [];
  const top: string[] = [];
  const calls: Insertion[] = []; // whose ends have not been found yet
  const mayHaveText = !/\b__name\d/.test(kept); // with a variable called like the helper, it is a call of that one
  let helperAt = 0;
  let at = 0; // in plain
  let done = 0; // in kept
  for (const match of kept.matchAll(ADDED)) {
    const same = kept.slice(done, match.index);
    if (!plain.startsWith(same, at)) return undefined;
    at += same.length;
    done = match.index;
    let text = match[0];
    const { helper, setter, ofClass, local, ofFunction, begins, ends, number } = match.groups ?? {};
    // A part of the user's own text, for example.
    const isCommon = mayHaveText || ends !== undefined || helper !== undefined;
    if (isCommon && plain.startsWith(text, at)) continue;
    if (begins !== undefined) {
      const next = kept.slice(done + text.length, done + text.length + 2);
      if (text.startsWith("(") && plain.startsWith(`(${next}`, at)) {
        at++;
        done++;
        text = text.slice(1);
      }
      // Before a function that is called where it is written.
      if (plain.startsWith(PURE + next, at)) at += PURE.length;
      calls.push({ at, text });
    } else if (ends !== undefined) {
      const call = calls.pop();
      if (call === undefined) return undefined;
      if (call.text.startsWith("(")) text += ")";
      insertions.push(...around(plain, call, { at, text }, ends));
    } else if (ofClass !== undefined) {
      if (nameOfClass(plain.slice(0, at)) !== ofClass) insertions.push({ at, text });
    } else if (local !== undefined) {
      // A function declared at the top has its name before any code of the bundle runs.
      const isTop = !text.startsWith(" ") && plain.startsWith("\n}\n", at - 3);
      if (JSON.stringify(local) !== ofFunction) {
        if (isTop) top.push(text);
        else insertions.push({ at, text });
      }
    } else if (number !== undefined) {
      at += /^\d*/.exec(plain.slice(at, at + LONGEST))?.[0].length ?? 0;
    } else {
      if (setter !== undefined) helperAt = at;
      // An empty line is after the last helper.
      if (at === 0 && kept[done + text.length] === "\n") text += "\n";
    }
    done += text.length;
  }
  if (calls.length > 0 || plain.slice(at) !== kept.slice(done)) return undefined;
  return withHelper(plain, { at: helperAt, text: top.join("") }, insertions);
}

/**
 * The insertions sorted, with the function that they call, by a name that the code does not have;
 * `first` are the calls right after it.
 */
function withHelper(plain: string, first: Insertion, others: readonly Insertion[]): Insertion[] {
  const sorted = [...others].sort((a, b) => a.at - b.at);
  if (![first, ...sorted].some(({ text }) => text.includes("__name("))) return sorted;
  let name = "__named";
  while (plain.includes(name)) name += "_";
  const helper = `var ${name} = (value, name) => Object.defineProperty(value, "name", { value: name, configurable: true });\n`;
  const named = (text: string): string => text.replaceAll(/^([^"\n]*)__name\(/gm, `$1${name}(`);
  // esbuild writes an empty line after its own helpers.
  const head = helper + named(first.text) + (first.at === 0 ? "\n" : "");
  return [
    { at: first.at, text: head },
    ...sorted.map(({ at, text }) => ({ at, text: named(text) })),
  ];
}

/** What to insert around a function for it to have a name, which is quoted. */
function around(plain: string, call: Insertion, end: Insertion, name: string): Insertion[] {
  const named = FUNCTION.exec(plain.slice(call.at, call.at + LONGEST));
  if (named !== null) return JSON.stringify(named[1]) === name ? [] : [call, end];
  if (nameBefore(plain.slice(Math.max(0, call.at - LONGEST), call.at)) === name) return [];
  const key = name.slice(1, -1);
  // As a key, `__proto__` would set the prototype.
  if (!IDENTIFIER.test(key) || key === "__proto__") return [call, end];
  return [
    { at: call.at, text: `{ ${key}: ` },
    { at: end.at, text: ` }.${key}` },
  ];
}

/** The name, quoted, that the language gives the class whose body begins after this code. */
function nameOfClass(before: string): string | undefined {
  const line = before.slice(before.lastIndexOf("\n", before.length - 2) + 1);
  const [, prefix = "", own] = CLASS.exec(line.slice(-LONGEST)) ?? [];
  return own === undefined ? nameBefore(prefix) : JSON.stringify(own);
}

/** The name, quoted, of the variable or property that what follows is assigned to. */
function nameBefore(code: string): string | undefined {
  const [, name] = TARGET.exec(code) ?? [];
  return name === undefined || name.startsWith('"') ? name : JSON.stringify(name);
}

const PURE = "/* @__PURE__ */ ";

/** How much code is searched for a name; a longer one is set by a call. */
const LONGEST = 300;

const IDENTIFIER = new RegExp(`^${ID}$`, "u");
const FUNCTION = new RegExp(`^\\(?(?:async )?function\\*? (${ID})`, "u");
const CLASS = new RegExp(`^(.*)\\bclass(?: (?!extends )(${ID}))?(?: extends .*)? \\{\\n$`, "u");
const TARGET = new RegExp(`(#?${ID}|${STRING})(?: (?:\\?\\?|&&|\\|\\|)?=|:) $`, "u");
