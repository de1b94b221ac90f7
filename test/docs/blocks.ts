import { cellsOf } from "./markdown.ts";

/** A fenced block of a Markdown page. */
export interface Block {
  /** The first word after the fence, such as `ts`. */
  readonly language: string;
  /** The rest of the fence's line. */
  readonly label: string;
  readonly text: string;
  /** The HTML comment on the line before the block, if there is one. */
  readonly comment: string | undefined;
  /** The number of the fence's line; the page's first line is 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = page.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\S*) ?(.*)$/.exec(lines[i] as string);
    if (fence === null) continue;
    const end = lines.indexOf("```", i + 1);
    if (end === -1) throw new Error(`line ${i + 1}: expected the block to end`);
    const [, language = "", label = ""] = fence;
    blocks.push({
      language,
      label,
      text: lines
        .slice(i + 1, end)
        .map((line) => `${line}\n`)
        .join(""),
      comment: /^<!-- (.*) -->$/.exec(lines[i - 1] ?? "")?.[1],
      line: i + 1,
    });
    i = end;
  }
  return blocks;
}

/** The rows of each table, keyed by its header cells. */
export function tablesOf(page: string): Map<string, string[][]> {
  const tables = new Map<string, string[][]>();
  let head: string | undefined;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) {
      head = undefined;
      continue;
    }
    const cells = cellsOf(line);
    if (head === undefined) {
      head = cells.join(" ");
      tables.set(head, []);
    } else if (!/^-+$/.test(cells[0] ?? "")) tables.get(head)?.push(cells);
  }
  return tables;
}
