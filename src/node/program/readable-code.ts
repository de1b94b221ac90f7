import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { SourcePart } from "../../replay/programs.ts";
import { checkStatements, scriptOf } from "./compile.ts";

/**
 * Checks that a recorded source runs as it reads. Throws OBJECT_INVALID if it has comments as in HTML, or if
 * one of its parts does not end its last line, comment, text or function, or ends one that it did not begin:
 * a reader who is shown the other parts would take code for a comment, and code could run outside of the
 * function around it.
 */
export async function checkReadable(parts: readonly SourcePart[], name: string): Promise<void> {
  for (const part of parts) checkWhole(part, part === parts.at(-1), name);
  const code = parts.map((part) => part.code).join("");
  // Most sources have neither, and esbuild takes a while to start.
  if (/<!--|-->/.test(code)) await checkNoHtmlComment(code, name);
}

/** What bundles a program never cuts a file, so an honest part is whole statements. */
function checkWhole({ package: label, code }: SourcePart, isLast: boolean, name: string): void {
  const whose = label === undefined ? "the user's files" : `the package ${label}`;
  try {
    if (!isLast && !code.endsWith("\n")) throw new SyntaxError("its last line does not end");
    checkStatements(code);
  } catch (cause) {
    const message = `expected each part of the program ${describe(name)} to parse on its own, but the part with ${whose} does not`;
    throw new RewindError("OBJECT_INVALID", message, { name }, { cause });
  }
}

/** A program is compiled as a script, in which `<!--` begins a comment; in a module it is an operator. */
async function checkNoHtmlComment(code: string, name: string): Promise<void> {
  const { quietBuild } = await import("./quiet-esbuild.ts");
  try {
    await quietBuild({
      stdin: { contents: scriptOf(code), loader: "js" },
      write: false,
      logLevel: "silent",
      logOverride: { "html-comment-in-js": "error" },
    });
  } catch (cause) {
    const message = `expected the program ${describe(name)} to be an ES module, got one with a comment that begins with <!-- or -->, or code that cannot be parsed`;
    throw new RewindError("OBJECT_INVALID", message, { name }, { cause });
  }
}
