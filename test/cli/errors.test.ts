import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { ErrorCode, RewindError } from "../../src/base/errors.ts";
import { HINTS } from "../../src/cli/errors/hints.ts";
import { PROJECTS, recordRuns } from "./error-projects.ts";
import { type ErrorSite, errorSites, sitesIn, sitesOf, sourceOf } from "./error-sites.ts";
import { formatTranscript, masked, parseLine, parseTranscript } from "./error-transcript.ts";
import { NOT_PRINTED, type NotPrinted } from "./errors-not-printed.ts";

/** Every error made by this file's tests since the list was emptied. */
const made: RewindError[] = vi.hoisted(() => []);

vi.mock("../../src/base/errors.ts", async (original) => {
  const actual = await original<typeof import("../../src/base/errors.ts")>();
  class Watched extends actual.RewindError {
    constructor(...given: ConstructorParameters<typeof actual.RewindError>) {
      super(...given);
      made.push(this);
    }
  }
  return { ...actual, RewindError: Watched };
});

const FOLDER: string = fileURLToPath(new URL("errors/", import.meta.url));
const transcripts = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));

const sites = errorSites();
/** The sites that have made a printed error, with its codes. */
const seen = new Set<ErrorSite>();
const codes = new Set<ErrorCode>();

beforeAll(recordRuns);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("every error that the command line prints", () => {
  // To add one, write its `$ rewind …` into a transcript, and have `vitest -u` write what it prints.
  test.each(transcripts)("%s", async (name) => {
    const file = path.join(FOLDER, name);
    const sections = parseTranscript(readFileSync(file, "utf8"));
    const actual = [];
    for (const { project: wanted, entries } of sections) {
      const prepare = PROJECTS[wanted];
      if (prepare === undefined) throw new Error(`${name}: there is no project "${wanted}"`);
      const { project, names } = await prepare();
      const shown = [];
      for (const { line } of entries) {
        const { argv, env, interrupt } = parseLine(line, names);
        made.length = 0;
        const result = await project.runWith({ env, interrupt }, ...argv);
        const { status, stdout, stderr } = result;
        note(stderr, project.root);
        const text = masked(`${stdout}${stderr}exit ${status}`, project.root);
        shown.push({ line, shown: text });
      }
      vi.restoreAllMocks();
      actual.push({ project: wanted, entries: shown });
    }
    await expect(formatTranscript(actual)).toMatchFileSnapshot(file);
    for (const { entries } of actual) {
      // The error as JSON if requested; then a line with the message and a line with the hint; also
      // notes, and the state before a step.
      for (const { line, shown } of entries) {
        const [, error = "", hint = ""] = /^error: (.*?)\nhint: ([^\n]*)$/ms.exec(shown) ?? [];
        expect(error, `${line}: the hint says what the error says`).not.toContain(hint);
        expect(`${line}\n${shown}`).toMatch(
          /^.*\n(\{"error":.+\}\n)?(note: .+\n)*error: .+\n( {2}.*\n)*hint: .+\nexit [1-9]\d*$/,
        );
      }
    }
  });
});

/** Notes the sites of a printed error and of the errors in it; `root` is where the command ran. */
function note(stderr: string, root: string): void {
  const printed = /^error: (.*)$/ms.exec(stderr)?.[1] ?? "";
  for (const error of made) {
    // The advice is printed as the hint.
    const said = error.message.replace(`: ${error.data.hint}`, "");
    // A whole path in the library's message is printed as seen from there.
    const near = error.message.replaceAll(`${root}${path.sep}`, "");
    const texts = [said, error.message, near];
    const isSaid = texts.some((text) => text !== "" && printed.includes(text));
    if (!isSaid) continue;
    if (texts.some((text) => printed.startsWith(text))) codes.add(error.code);
    for (const site of sitesOf(error.stack ?? "", sites)) seen.add(site);
  }
}

describe("every error is covered", () => {
  const where = ({ file, from, text }: ErrorSite): string => `src/${file}:${from} ${text}`;
  const listed = ({ file, text }: ErrorSite): boolean =>
    NOT_PRINTED.some((entry) => entry.file === file && text.includes(entry.text));

  test("every place in src that makes an error has made one that was printed", () => {
    const missing = sites.filter((site) => !seen.has(site) && !listed(site));
    expect(missing.map(where), "add a line to a transcript in test/cli/errors").toEqual([]);
  });

  test("those that cannot be printed exist, and were not printed", () => {
    const places = ({ file, text }: NotPrinted): number =>
      sites.filter((site) => site.file === file && site.text.includes(text)).length;
    expect(NOT_PRINTED.filter((entry) => places(entry) !== 1)).toEqual([]);
    expect(new Set(NOT_PRINTED.map(({ file, text }) => `${file} ${text}`)).size).toBe(
      NOT_PRINTED.length,
    );
    expect(sites.filter((site) => seen.has(site) && listed(site)).map(where)).toEqual([]);
  });

  test("every hint has been given", () => {
    const hinted = Object.keys(HINTS) as ErrorCode[];
    // The error that poisoned the writer is the one that is printed, and only the library asks for an
    // observer by name. The others need a web server, a thread that dies, and packages that are missing.
    const never = ["OBSERVER_NOT_FOUND", "PACKAGE_MISSING", "PACKAGE_NEEDED", "REMOTE_READ_ONLY"];
    expect(hinted.filter((code) => !codes.has(code)).sort()).toEqual(
      [...never, "WORKER_FAILED", "WRITER_POISONED"].sort(),
    );
  });

  test("places are recognised", () => {
    const found = sitesIn([
      sourceOf(
        "a.ts",
        'export function wrong(text: string): RewindError { return new RewindError("USAGE", text); }',
      ),
      sourceOf(
        "b.ts",
        `import { wrong } from "./a.ts";
         throw wrong("one");
         if (x) throw wrong(\`two\`);
         throw new RewindError("USAGE", "three");`,
      ),
    ]);
    expect(found.map(({ file, from, text }) => `${file}:${from} ${text}`)).toEqual([
      'b.ts:2 wrong("one")',
      "b.ts:3 wrong(`two`)",
      'b.ts:4 new RewindError("USAGE", "three")',
    ]);
  });
});
