import type { OptionsByName } from "./command.ts";

/** A parsed word with leading dashes: `--steps=5`, `-fd`, `-bNAME`. */
export interface OptionWord {
  /** The options that it names; undefined for an unknown name or letter. */
  readonly names: readonly (string | undefined)[];
  /** The value that is attached to the last of them. */
  readonly value: string | undefined;
}

/** Reads a word as options; undefined for a positional, a negative number, `-` and `--`. */
export function readOptionWord(word: string, options: OptionsByName): OptionWord | undefined {
  const [, long, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (long !== undefined) return { names: [longName(long, options)], value };
  if (!/^-[^-\d]/.test(word)) return undefined;
  const names: (string | undefined)[] = [];
  for (let at = 1; at < word.length; at++) {
    const name = nameOfLetter(word.charAt(at), options);
    names.push(name);
    if (name !== undefined && options[name]?.type === "boolean") continue;
    // The rest of the word is the value of the first option that takes one.
    const rest = word.slice(at + 1);
    return { names, value: rest === "" ? undefined : rest.replace(/^=/, "") };
  }
  return { names, value: undefined };
}

/** An option as written: `--steps`, `-C`. */
export function written(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** The property name of an option: `blockSize` for `--block-size`. */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function longName(word: string, options: OptionsByName): string | undefined {
  // One-letter options are not written as `--C` or `--b`.
  return word.length > 1 && Object.hasOwn(options, word) ? word : undefined;
}

function nameOfLetter(letter: string, options: OptionsByName): string | undefined {
  if (Object.hasOwn(options, letter)) return letter;
  return Object.keys(options).find((name) => options[name]?.alias === letter);
}
