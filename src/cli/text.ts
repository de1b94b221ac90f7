/** A number with its thousands apart: `1,000,000`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A count with its noun: `1 step`, `2,000 steps`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A size: `812 B`, `3.4 kB`, `1.2 MB`. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** A length of time: `340 ms`, `2.4 s`, `3 min 12 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toPrecision(3)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Rows of cells as lines, the columns aligned: to the left, or to the right where `right` says so. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  }
  const pad = (cell: string, i: number): string => {
    const space = " ".repeat((widths[i] ?? 0) - width(cell));
    return right.includes(i) ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

/** How wide a text stands on a terminal, its colours left out. */
function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape begins a colour.
  return text.replace(/\u001b\[[0-9;]*m/g, "").length;
}

/** Text from a store or a file, without what would command the terminal: `\u001b` as it is written. */
export function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u2028-\u202e\u2066-\u2069]/gu, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The same on one line. */
export function visibleLine(text: string): string {
  return visible(text).replace(/\s+/g, " ");
}
