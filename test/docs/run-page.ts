import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Block, blocksOf } from "./blocks.ts";
import { type PageName, readPage } from "./pages.ts";
import { type Playground, playground } from "./playground.ts";

interface PageOptions {
  /** The first lines of the blocks that are not run, each with the reason that the page gives. */
  readonly notRun?: Readonly<Record<string, string>>;
  /** Prepares what a reader has done before this page, such as recording a run. */
  readonly prepare?: (place: Playground) => Promise<void> | void;
}

/** Runs every block of a page, in order, as a reader would; then the page's other tests. */
export function testPage(
  name: PageName,
  { notRun = {}, prepare }: PageOptions,
  others: (place: () => Playground) => void = () => {},
): void {
  const blocks = blocksOf(readPage(name));
  let place: Playground;
  beforeAll(async () => {
    place = await playground();
    await prepare?.(place);
  });
  afterAll(() => place?.remove());

  describe(`the blocks of ${name}`, () => {
    test.each(blocks.map((block) => [`line ${block.line}: ${firstLine(block)}`, block] as const))(
      "%s",
      async (_name, block) => {
        if (Object.hasOwn(notRun, firstLine(block)) && block.comment !== undefined) return;
        if (block.language === "ts") await runModule(place, block);
        else if (block.language === "console") runConsole(place, block);
        else if (block.language === "python") await runPython(place, block);
        else if (block.language !== "text") {
          throw new Error(`a block of ${block.language || "no language"} that no test runs`);
        }
      },
    );

    test("only the listed blocks are not run, and each says why", () => {
      const found = blocks.filter(({ comment }) => comment?.startsWith("not run here"));
      expect(
        Object.fromEntries(
          found.map((block) => [firstLine(block), block.comment?.replace("not run here: ", "")]),
        ),
      ).toEqual(notRun);
    });
  });

  others(() => place);
}

function firstPlainLine({ text }: Block): string {
  return text.split("\n")[0] ?? "";
}

/** The file name of a block of TypeScript. */
export function moduleName(block: Block): string {
  const [, file] = /^\/\/ ([a-z-]+\.m?ts)$/.exec(firstLine(block)) ?? [];
  if (file === undefined) throw new Error("expected the first line to name a file");
  return file;
}

/** The first line of a block, without a comment at its end. */
function firstLine(block: Block): string {
  return firstPlainLine(block).replace(/ +#.*$/, "");
}

/** Writes a block that is a module, and runs it. The comment after each console.log is its output. */
async function runModule(place: Playground, block: Block): Promise<void> {
  const file = moduleName(block);
  await place.write(file, block.text);
  if (file.endsWith(".ts")) {
    // `rewind` bundles a simulation; Node would treat it as CommonJS in a project made by `npm init
    // -y`.
    expect(block.text).not.toContain("console.log");
    return;
  }
  const { status, output } = await place.run(file);
  const expected = [...block.text.matchAll(/^.*console\.log\(.*\); \/\/ (.*)$/gm)].map(
    ([, printed]) => `${printed}\n`,
  );
  expect(block.text.match(/console\.log/g)?.length ?? 0).toBe(expected.length);
  expect(output).toBe(expected.join(""));
  expect(status).toBe(0);
}

/** Runs a block of Python like a module, if Python and numpy are installed. */
async function runPython(place: Playground, block: Block): Promise<void> {
  const [, file] = /^# ([a-z-]+\.py)$/.exec(firstPlainLine(block)) ?? [];
  if (file === undefined) throw new Error("expected the first line to name a file");
  if (place.shell("python3 -c 'import numpy'").status !== 0) return;
  await place.write(file, block.text);
  const expected = [...block.text.matchAll(/^print\(.*\) {2}# (.*)$/gm)].map(
    ([, printed]) => `${printed}\n`,
  );
  expect(expected).not.toEqual([]);
  expect(place.shell(`python3 ${file}`)).toEqual({ status: 0, output: expected.join("") });
}

/** Runs the lines of a block that begin with `$ `. The lines after each are its output. */
function runConsole(place: Playground, block: Block): void {
  const parts = block.text.split(/^\$ /m).slice(1);
  expect(parts.length, "lines that begin with $").toBeGreaterThan(0);
  for (const part of parts) {
    const [line = "", ...expected] = part.trimEnd().split("\n");
    const { status, output } = place.shell(line);
    const printed = output.trimEnd() === "" ? [] : output.trimEnd().split("\n");
    const same = printed.map((text, i) => (matches(text, expected[i]) ? expected[i] : text));
    expect(same, line).toEqual(expected);
    expect(status, line).toBe(0);
  }
}

/** Whether a line matches the expected one, in which `…` stands for any text. */
function matches(text: string, expected: string | undefined): boolean {
  if (expected === undefined) return false;
  const parts = expected.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
