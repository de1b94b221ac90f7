import { invalidDesign } from "./design-table.ts";

/** A line of a CSV file that is not empty. */
export interface CsvLine {
  readonly fields: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
}

/**
 * Takes a CSV file apart (RFC 4180): fields between commas, which double quotes may surround. A mark
 * of byte order before the first line, and empty lines, are ignored. Throws INVALID_DESIGN.
 */
export function readCsv(file: string, text: string): CsvLine[] {
  const lines: CsvLine[] = [];
  let fields: string[] = [];
  let [line, begun] = [1, 1];
  const end = (): void => {
    if (fields.length > 1 || fields[0]?.trim() !== "") lines.push({ fields, line: begun });
    fields = [];
  };
  FIELD.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  for (let at = FIELD.lastIndex; at <= text.length; at = FIELD.lastIndex) {
    const [all, quoted, plain, after] = FIELD.exec(text) ?? [];
    if (all === undefined) {
      throw invalidDesign(file, { line }, "expected a comma or the end of the line after a quote");
    }
    fields.push(quoted === undefined ? (plain as string) : quoted.replaceAll('""', '"'));
    line += all.split("\n").length - 1;
    if (after === ",") continue;
    end();
    begun = line;
    if (after === "") break;
  }
  return lines;
}

/** A field, in quotes or not, and what ends it. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;
