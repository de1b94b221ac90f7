import { dirname, join, relative, resolve, sep } from "node:path";
import { RewindError } from "../../base/errors.ts";
import {
  checkRegular,
  LARGEST_CODE_BYTES,
  LARGEST_JSON_BYTES,
  LARGEST_SETTINGS_BYTES,
  readRegular,
} from "../host/regular-file.ts";
import { type Manifest, namedPlaces } from "./named-places.ts";
import { isBare, remembered } from "./package-folder.ts";
import { packageName } from "./packages.ts";

/** The tsconfig.json that applies to `folder`: the nearest one up to the project folder `root`. */
export function nearestConfig(root: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "tsconfig.json");
    if (readSettings(root, file) !== undefined) return file;
    if (at === root || at === dirname(at)) return undefined;
  }
}

/**
 * A tsconfig.json and those that it extends, if they exist. Throws MODULE_FAILED if one of them
 * cannot be read completely.
 */
export function configFiles(root: string, config: string): string[] {
  const found = new Set<string>();
  const waiting = [config];
  let bases = 0;
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = found.has(file) ? undefined : readSettings(root, file);
    if (text === undefined) continue;
    found.add(file);
    const names = new Set(extendedBy(text));
    bases += names.size;
    if (bases > MOST_BASES) {
      const message = `expected ${nameOf(root, config)} to extend at most ${MOST_BASES} files`;
      throw new RewindError("MODULE_FAILED", message, { file: nameOf(root, config) });
    }
    const folder = dirname(file);
    for (const name of [...names].reverse())
      waiting.push(...placesOf(root, name, folder).reverse());
  }
  return [...found];
}

/**
 * Checks the package.json files, and those of Yarn, that esbuild reads to resolve `specifier` from
 * `folder`: in that folder and above, inside the project and outside, and in the
 * places to which these lead. Throws MODULE_FAILED.
 */
export function packageSettings(root: string): (specifier: string, folder: string) => void {
  const checked = new Set<string>();
  const check = (folder: string): void => {
    for (let at = folder; !checked.has(at); at = dirname(at)) {
      checked.add(at);
      for (const [file, limitBytes] of READ_BY_ESBUILD) {
        checkRegular(join(at, file), { name: nameOf(root, join(at, file)), limitBytes });
      }
    }
  };
  const manifestOf = remembered((folder) =>
    jsonIn(readSettings(root, join(folder, "package.json"))),
  );
  const looked = new Set<string>();
  const look = (specifier: string, folder: string): void => {
    check(folder);
    const manifest = manifestOf(folder);
    const question = `${folder}\0${specifier}`;
    if (manifest === undefined || looked.has(question)) return;
    looked.add(question);
    for (const place of namedPlaces(manifest, specifier)) {
      // A package's own `imports` may name another package; anything else is a path, with or without "./".
      if (isBare(place)) ask(place, folder);
      const path = resolve(folder, place);
      for (const at of [dirname(path), path]) look("", at);
    }
  };
  const ask = (specifier: string, folder: string): void => {
    check(folder);
    const isPath = /^\.{0,2}(?:\/|$)/.test(specifier);
    if (isPath) {
      look("", resolve(folder, specifier));
      return;
    }
    for (let at = folder; ; at = dirname(at)) {
      // By its own name or by "#", a package's file asks the package.json above it.
      look(specifier, at);
      if (at === dirname(at)) return;
      look(specifier, join(at, "node_modules", packageName(specifier)));
      look("", join(at, "node_modules", specifier));
    }
  };
  return ask;
}

function jsonIn(text: string | undefined): Manifest | undefined {
  try {
    const value = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // esbuild says so, if it matters
  }
}

const READ_BY_ESBUILD: ReadonlyArray<readonly [file: string, limitBytes: number]> = [
  ["package.json", LARGEST_SETTINGS_BYTES],
  [".pnp.data.json", LARGEST_JSON_BYTES],
  [".pnp.cjs", LARGEST_CODE_BYTES],
  [".pnp.js", LARGEST_CODE_BYTES],
];

function readSettings(root: string, file: string): string | undefined {
  const options = { name: nameOf(root, file), limitBytes: LARGEST_SETTINGS_BYTES };
  const contents = readRegular(file, options);
  return contents && new TextDecoder().decode(contents);
}

/** A file's path from the project folder, so that messages are short. */
function nameOf(root: string, file: string): string {
  return relative(root, file).split(sep).join("/");
}

/** More than anyone needs; looking for each in every folder above would take minutes. */
const MOST_BASES = 1_000;

/**
 * The files that a tsconfig.json extends. It may have comments, and may write the key twice or with
 * escapes. An extra file does no harm, but a missing one does, because esbuild reads it.
 */
function extendedBy(text: string): string[] {
  const tokens = tokensOf(text);
  const names: string[] = [];
  for (const [i, token] of tokens.entries()) {
    if (!token.startsWith('"') || tokens[i + 1] !== ":" || textOf(token) !== "extends") continue;
    let at = i + 2;
    // All the texts in a list count, including those in nested lists.
    do {
      const value = tokens[at] ?? "";
      if (value.startsWith('"')) names.push(textOf(value));
    } while (tokens[i + 2] === "[" && ++at < tokens.length && !END_OF_LIST.has(tokens[at] ?? ""));
  }
  return names;
}

const END_OF_LIST: ReadonlySet<string> = new Set(["]", "{", "}", ":"]);

/** The texts, with their quotes, and the other characters of JSON with comments, in one pass. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; ) {
    const character = text[at] ?? "";
    const two = text.slice(at, at + 2);
    if (character === '"') {
      const end = endOfString(text, at);
      tokens.push(text.slice(at, end));
      at = end;
    } else if (two === "/*") {
      const end = text.indexOf("*/", at + 2);
      at = end === -1 ? text.length : end + 2;
    } else if (two === "//") {
      LINE_END.lastIndex = at;
      at = LINE_END.exec(text)?.index ?? text.length;
    } else {
      if (/\S/.test(character)) tokens.push(character);
      at++;
    }
  }
  return tokens;
}

const LINE_END = /[\n\r\u2028\u2029]/g;

/** The end of the string that begins at `at`; an unclosed string extends to the end of the text. */
function endOfString(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === '"') return end + 1;
  }
  return text.length;
}

/** The text of a JSON string; "" if it is not valid, which esbuild refuses. */
function textOf(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return "";
  }
}

/** The files that `name` in a tsconfig.json may mean. */
function placesOf(root: string, name: string, folder: string): string[] {
  if (name === "") return [];
  const places: string[] = [];
  if (/^(\.|\/|[A-Za-z]:)/.test(name)) places.push(resolve(folder, name));
  else
    for (let at = folder; at !== dirname(at); at = dirname(at))
      places.push(join(at, "node_modules", name));
  return places.flatMap((place) => [
    ...[place, `${place}.json`, join(place, "tsconfig.json")],
    ...namedByPackage(root, place),
  ]);
}

/** The file that the package.json of a folder names as its tsconfig.json. */
function namedByPackage(root: string, folder: string): string[] {
  const text = readSettings(root, join(folder, "package.json"));
  if (text === undefined) return [];
  try {
    const { tsconfig } = JSON.parse(text) as { tsconfig?: unknown };
    return typeof tsconfig === "string" ? [join(folder, tsconfig)] : [];
  } catch {
    return [];
  }
}
