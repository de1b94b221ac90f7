/** A table without padding: the formatter would make each row as long as the longest. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [head, head.map(() => "---"), ...rows].map(row).join("\n");
}

/** A page whose tables have no padding; code blocks stay as they are. */
export function unpadded(page: string): string {
  let inBlock = false;
  return page
    .split("\n")
    .map((line) => {
      if (line.startsWith("```")) inBlock = !inBlock;
      return inBlock || !/^\|.*\|$/.test(line) ? line : row(cellsOf(line));
    })
    .join("\n");
}

/** A text in a code span; a bar ends a cell unless it is escaped. */
export function code(text: string): string {
  return `\`${inCell(text)}\``;
}

/** A text that may stand in a cell. */
export function inCell(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}

/** The cells of a row, without the spaces around them. */
export function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function row(cells: readonly string[]): string {
  const padded = cells.map((cell) => (cell === "" ? " " : ` ${cell.replace(/^-{3,}$/, "---")} `));
  return `|${padded.join("|")}|`;
}
