/** One command line of a transcript, and its expected output. */
export interface Entry {
  /** As typed: `rewind get "a b"`, with `NAME=value` before it for the environment. */
  readonly line: string;
  /** The text below it, up to an empty line: standard error, and the exit status. */
  readonly shown: string;
}

/** Lines that run in one project, in order. */
export interface Section {
  readonly project: string;
  readonly entries: readonly Entry[];
}

/** The meaning of a line of a transcript. */
export interface Typed {
  readonly env: Readonly<Record<string, string>>;
  /** Whether Ctrl-C is pressed at once. */
  readonly interrupt: boolean;
  readonly argv: readonly string[];
}

/**
 * Reads a transcript: `== project` begins a section, `$ rewind …` an entry of it, and an empty line
 * ends one.
 */
export function parseTranscript(text: string): Section[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((section) => {
      const [project = "", ...rest] = section.split("\n");
      const entries = rest
        .join("\n")
        .split(/^\$ /m)
        .slice(1)
        .map((entry) => {
          const [line = "", ...shown] = entry.trimEnd().split("\n");
          return { line, shown: shown.join("\n") };
        });
      return { project, entries };
    });
}

/** The text of a transcript. */
export function formatTranscript(sections: readonly Section[]): string {
  return sections
    .map(({ project, entries }) =>
      [`== ${project}\n`, ...entries.map(({ line, shown }) => `$ ${line}\n${shown}\n`)].join("\n"),
    )
    .join("\n");
}

/** Splits a line as a shell does: quotes, and `\n` between double ones; `^C` presses Ctrl-C. */
export function parseLine(line: string, names: ReadonlyMap<string, string>): Typed {
  const words = [...line.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g)].map(([word]) =>
    word
      .replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
        double === undefined ? (single as string) : (JSON.parse(`"${double}"`) as string),
      )
      .replace(/\{([\w-]+)\}/g, (whole, name: string) => names.get(name) ?? whole),
  );
  const at = words.indexOf("rewind");
  const before = words.slice(0, at);
  const env = before.filter((word) => word !== "^C").map((word) => word.split(/=(.*)/s));
  return {
    env: Object.fromEntries(env.map(([name = "", value = ""]) => [name, value])),
    interrupt: before.includes("^C"),
    argv: words.slice(at + 1),
  };
}

/** Replaces text that differs between two runs of a test by a description. */
export function masked(text: string, root: string): string {
  return (
    text
      .replaceAll(root, "<project>")
      .replace(/\b[0-9a-f]{64}\b/g, "<id>")
      .replace(/\b[0-9a-f]{12}\b/g, "<short id>")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
      .replace(/\bprocess \d+ on (this machine|\S+)/g, "process <pid> on <host>")
      .replace(/\bjournal-\w+/g, "journal-<name>")
      // The offset of an object depends on the ids and sizes of others.
      .replace(/(pack-<id>\.(?:pack|idx).* at) \d+/g, "$1 <place>")
      // A run's length depends on the names of its host's versions and author.
      .replace(/(expected) \d+ bytes(, got \d+, in objects)/g, "$1 <length> bytes$2")
      .replace(/(the pack <short id> is damaged: expected) \d+ bytes/g, "$1 <length> bytes")
      .replace(/(to unpack to) \d+ bytes/g, "$1 <length> bytes")
      .replace(/\b[0-9a-f]{4} is the beginning of \d+/g, "<digits> is the beginning of <n>")
  );
}
