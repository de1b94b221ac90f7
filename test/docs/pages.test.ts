import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { blocksOf } from "./blocks.ts";
import { type CommandText, commandTexts, globalOptionTexts } from "./command-texts.ts";
import { packedFiles } from "./packed.ts";
import { PAGES, type PageName, PROJECT_PAGES, pageUrl, readPage } from "./pages.ts";

const ALL: readonly PageName[] = [...PAGES, ...PROJECT_PAGES];

test("every page of docs/ is listed, and the package has all pages", () => {
  const found = readdirSync(new URL("../../docs", import.meta.url)).map((name) => `docs/${name}`);
  expect(found.sort()).toEqual(PAGES.filter((name) => name.startsWith("docs/")).sort());
  const packed = packedFiles();
  expect(ALL.filter((name) => !packed.includes(name))).toEqual([]);
});

describe("links", () => {
  test.each(ALL)("of %s lead to files and headings that exist", (name) => {
    for (const [, link = ""] of proseOf(name).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? pageUrl(name) : new URL(file, pageUrl(name));
      expect(existsSync(target), `${name}: ${link}`).toBe(true);
      const page = ALL.find((each) => pageUrl(each).href === target.href);
      if (anchor !== undefined && page !== undefined) {
        expect(anchorsOf(page), `${name}: ${link}`).toContain(anchor);
      }
    }
  });

  test("lead from the README to every other page", () => {
    const links = [...readPage("README.md").matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link);
    expect(ALL.filter((name) => name !== "README.md" && !links.includes(name))).toEqual([]);
  });
});

describe("commands in the text", () => {
  // FORMAT.md has the first bytes of files in code spans, such as `rewind pack v001`.
  const pages = ALL.filter((name) => name !== "src/store/FORMAT.md");
  test.each(pages)("of %s have names and options that exist", async (name) => {
    const commands = await commandTexts();
    const wrong = commandLinesOf(name).filter((line) => !isKnown(line, commands));
    expect(wrong).toEqual([]);
  });

  test("a wrong one would be seen", async () => {
    const commands = await commandTexts();
    expect(isKnown("rewind get main@3 --path x", commands)).toBe(true);
    expect(isKnown("rewind rebase main", commands)).toBe(false);
    expect(isKnown("rewind get main@3 --last", commands)).toBe(false);
  });
});

describe("plain English", () => {
  test.each(ALL)("%s has no phrases that are hard to read", (name) => {
    const found = proseOf(name)
      .replace(/<!-- generated: [\s\S]*?<!-- end of generated -->/g, "")
      .split("\n")
      .filter((line) => HARD.test(line));
    expect(found).toEqual([]);
  });
});

/** Phrases that a reader must read twice. */
const HARD =
  /\bmend|\bnone such\b|\b(?:is|are) none\b|\bfrom [01] on\b|\bso many\b|\bof (?:its|one's|our|a) own\b|\bthat there are\b|\bwhat is there\b|\bwhat was there\b|\bone too many\b|\b(?:Is|Holds|Has) it \w+.*,|\bnames none\b|\bWhere (?:it|there) (?:is|are) (?:none|no)\b/i;

/** A page without its blocks of code. */
function proseOf(name: PageName): string {
  return readPage(name).replace(/^```[\s\S]*?^```$/gm, "");
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(name: PageName): string[] {
  return [...proseOf(name).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** What follows `rewind` in code spans, and in the blocks that no test runs. */
function commandLinesOf(name: PageName): string[] {
  const spans = [...proseOf(name).matchAll(/`(rewind [a-z][^`]*)`/g)].map(([, line]) => line ?? "");
  const blocks = blocksOf(readPage(name)).filter(({ language }) => language === "sh");
  const lines = blocks.flatMap(({ text }) => text.split("\n"));
  return [...spans, ...lines.filter((line) => line.startsWith("rewind "))];
}

/** Whether a line has the name of a command, or of a topic of help, and only options that it takes. */
function isKnown(line: string, commands: readonly CommandText[]): boolean {
  const [, name = "", rest = ""] = /^rewind ([a-z-]+)(.*)$/.exec(line.replace(/ #.*$/, "")) ?? [];
  if (name === "help") return true;
  const command = commands.find((each) => each.name === name);
  if (command === undefined) return false;
  const known = [...command.options, ...globalOptionTexts()].flatMap(({ written }) =>
    written.split(" ")[0]?.startsWith("-") ? written.match(/--?[a-zA-Z-]+/g) : [],
  );
  const given = rest.replace(/'[^']*'|"[^"]*"/g, "").match(/(?<= )--?[a-zA-Z][a-zA-Z-]*/g) ?? [];
  return given.every(
    (option) => known.includes(option) || known.includes(`--no-${option.slice(2)}`),
  );
}
