import { COMMANDS, GROUPS } from "../../src/cli/command-list.ts";
import { RANGE_FORMS, RUN_FORMS, STEP_FORMS } from "../../src/history/revision-forms.ts";
import {
  FUNCTION_FORMS,
  GENERATOR_FORMS,
  LOADER_FORMS,
  STEP_FORMS as PLAN_STEPS,
} from "../../src/plan/forms.ts";
import { commandTexts, globalOptionTexts, type OptionText } from "./command-texts.ts";
import { libraryText } from "./library-text.ts";
import { code, inCell, markdownTable, unpadded } from "./markdown.ts";

/** The parts of the pages that are written from the code, by their names in the markers. */
const PARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  commands: () =>
    markdownTable(
      ["to", "commands"],
      Object.entries(GROUPS).map(([group, title]) => [title, commandsOf(group)]),
    ),
  "options of every command": () => optionTable(globalOptionTexts()),
  "options of each command": commandReference,
  "names of a run": () => formTable("revision", RUN_FORMS),
  "names of a step": () => formTable("step", STEP_FORMS),
  ranges: () => formTable("range", RANGE_FORMS),
  "generators of plans": () => formTable("first line", GENERATOR_FORMS),
  "steps of plans": () => formTable("step", PLAN_STEPS),
  "loaders of plans": () => formTable("after the length", LOADER_FORMS),
  "draws of PyTorch": () => formTable("function", FUNCTION_FORMS),
  "exports of rewind-engine": () => libraryText("index.ts"),
  "exports of rewind-engine/plot": () => libraryText("plot.ts"),
  "exports of rewind-engine/random": () => libraryText("random.ts"),
};

/** The names of the commands of a group. */
function commandsOf(wanted: string): string {
  const all = Object.entries(COMMANDS).filter(([, { group }]) => group === wanted);
  return all.map(([name]) => code(name)).join(" ");
}

/** A part that is written from the code, with its markers. */
const PART = /<!-- generated: (.+) -->\n[\s\S]*?<!-- end of generated -->/g;

/** A page as it should be: its generated parts fresh, its tables without padding. */
export async function regenerated(page: string): Promise<string> {
  let result = unpadded(page);
  for (const [old, name = ""] of result.matchAll(PART)) {
    const part = PARTS[name];
    if (part === undefined) throw new Error(`nothing writes the part "${name}"`);
    const fresh = `<!-- generated: ${name} -->\n\n${await part()}\n\n<!-- end of generated -->`;
    // A function, because `$` is special in a replacement text.
    result = result.replace(old, () => fresh);
  }
  return result;
}

/** The names of the generated parts. */
export const PART_NAMES: readonly string[] = Object.keys(PARTS);

/** The names of the generated parts of a page. */
export function partNames(page: string): string[] {
  return [...page.matchAll(PART)].map(([, name]) => name as string);
}

async function commandReference(): Promise<string> {
  const texts = await commandTexts();
  return texts
    .map(({ name, usage, describe, arguments: words, options, examples }) =>
      [
        `### ${name}`,
        code(`rewind ${name} ${usage}`.trimEnd()),
        paragraphs(describe),
        ...(words.length === 0
          ? []
          : [words.map(([word, says]) => `- ${code(word)}: ${says}`).join("\n")]),
        ...(options.length === 0 ? [] : [optionTable(options)]),
        markdownTable(
          ["example", "does"],
          examples.map(([line, says]) => [code(`rewind ${line}`), inCell(says)]),
        ),
      ].join("\n\n"),
    )
    .join("\n\n");
}

/** A text of the help: its lines that are indented by two spaces become a list. */
function paragraphs(text: string): string {
  return text
    .replace(/(?:^ {2}.*\n?)+/gm, (list) => `\n${list.replace(/^ {2}(\S+) +/gm, "- `$1`: ")}\n`)
    .trim();
}

function optionTable(options: readonly OptionText[]): string {
  return markdownTable(
    ["option", "does"],
    options.map(({ written, describe }) => [code(written), inCell(describe)]),
  );
}

function formTable(head: string, forms: readonly (readonly [string, string])[]): string {
  return markdownTable(
    [head, "means"],
    forms.map(([written, means]) => [code(written), inCell(means)]),
  );
}
