import { styleText } from "node:util";
import { jsonLine } from "./json-line.ts";
import { rowsOf } from "./text.ts";
import { visible, visibleBetweenColours } from "./visible.ts";

/** The parts of a stream that the output needs. */
export interface Terminal {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

type Style = Parameters<typeof styleText>[0];

/** Prints results to stdout, and everything else to stderr. */
export class Output {
  #json = false;
  #quiet = false;
  readonly #stdout: Terminal;
  readonly #stderr: Terminal;
  readonly #colour: boolean;
  #bar = false;
  #holds = false;
  #held = "";

  constructor(options: {
    readonly stdout: Terminal;
    readonly stderr: Terminal;
    readonly colour: boolean;
  }) {
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
    this.#colour = options.colour;
  }

  /** Applies the arguments, once they are read; `holds` keeps long text for a pager. */
  configure(options: {
    readonly json: boolean;
    readonly quiet: boolean;
    readonly holds?: boolean;
  }): void {
    this.#json = options.json;
    this.#quiet = options.quiet;
    this.#holds = options.holds === true && !options.json && this.#stdout.isTTY === true;
  }

  /**
   * A command's result: with --json `data`, or its return value, as one line of JSON; else the
   * text.
   */
  result(data: unknown, text: () => string): void {
    if (!this.#json) this.text(text());
    else this.raw(`${visible(jsonLine(typeof data === "function" ? data() : data))}\n`);
  }

  /**
   * A report of what a command did, printed as a result; omitted with --quiet, unless --json is
   * given too.
   */
  done(data: unknown, text: () => string): void {
    if (this.#json || !this.#quiet) this.result(data, text);
  }

  /** Whether results are JSON. */
  get json(): boolean {
    return this.#json;
  }

  /** Text to read, without its last line feed. Text longer than the terminal is held for a pager. */
  text(text: string): void {
    // Every text passes through here, whoever wrote it. Only our colours stay of all terminal
    // control codes.
    const shown = this.#colours(this.#stdout) ? visibleBetweenColours(text) : visible(text);
    if (this.#holds && this.#isLong(shown)) this.#held += `${shown}\n`;
    else this.raw(`${shown}\n`);
  }

  /** Text for stdout as it is. */
  raw(text: string): void {
    this.clearBar();
    // Text that follows held text must stay after it.
    if (this.#held !== "") this.#held += text;
    else this.#stdout.write(text);
  }

  /** Bytes for stdout as they are. */
  bytes(bytes: Uint8Array): void {
    this.clearBar();
    if (this.#held !== "") this.#stdout.write(this.takeHeld());
    this.#stdout.write(bytes);
  }

  /** Whether text was held back. */
  get holdsText(): boolean {
    return this.#held !== "";
  }

  /** Returns the text that was held back; the caller prints it. */
  takeHeld(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  /** A note for the user that is neither a result nor an error. */
  note(text: string): void {
    if (this.#quiet) return;
    this.clearBar();
    this.#say("yellow", "note:", text);
  }

  /** An error and its hint; if results are JSON, also as JSON. */
  error(
    text: string,
    hint: string | undefined,
    coded?: { readonly code: string; readonly data: object },
  ): void {
    if (this.#json && coded !== undefined) {
      const { code, data } = coded;
      const error = { code, message: text, hint: hint ?? null, data };
      this.raw(`${visible(JSON.stringify({ error }))}\n`);
    }
    this.clearBar();
    this.#say("red", "error:", text);
    if (hint !== undefined) this.#say("cyan", "hint:", hint);
  }

  /** Further lines about an error. */
  detail(text: string): void {
    this.#stderr.write(`${visible(text).replace(/^\s*/gm, "  ")}\n`);
  }

  /**
   * Writes a message to stderr. Its further lines are indented, whoever wrote them: a server's text
   * must not look like a hint of ours.
   */
  #say(style: Style, word: string, text: string): void {
    const lines = visible(text).replace(/\n(?=\S)/g, "\n  ");
    this.#stderr.write(`${this.style(style, word, this.#stderr)} ${lines}\n`);
  }

  /** Replaces the line at the bottom of the terminal; does nothing if stderr is not a terminal. */
  bar(text: string): void {
    if (!this.showsBars) return;
    this.#bar = true;
    this.#stderr.write(`\r\u001b[K${text.slice(0, (this.#stderr.columns ?? 80) - 1)}`);
  }

  clearBar(): void {
    if (this.#bar) this.#stderr.write("\r\u001b[K");
    this.#bar = false;
  }

  /** The number of columns that results may take. */
  get columns(): number {
    return this.#stdout.columns ?? 80;
  }

  /** Whether results have colours. */
  get colours(): boolean {
    return this.#colours(this.#stdout);
  }

  get showsBars(): boolean {
    return !this.#quiet && !this.#json && this.#stderr.isTTY === true;
  }

  #isLong(text: string): boolean {
    // A terminal of unknown size reports 0.
    const { rows = 0, columns = 0 } = this.#stdout;
    // The prompt after the text takes a row too.
    return rows > 0 && rowsOf(text, columns || 80) >= rows;
  }

  /** Coloured text, on a terminal that wants colours. */
  style(style: Style, text: string, stream: Terminal = this.#stdout): string {
    // Whether to use colours is already decided; styleText must not decide again.
    return this.#colours(stream) ? styleText(style, text, { validateStream: false }) : text;
  }

  #colours(stream: Terminal): boolean {
    return this.#colour && stream.isTTY === true;
  }
}
