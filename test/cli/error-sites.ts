import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/**
 * A place in `src` that makes an error: it constructs a RewindError, or calls a function that does.
 */
export interface ErrorSite {
  /** `history/resolve.ts`, below `src`. */
  readonly file: string;
  /** Its lines, counted from 1. */
  readonly from: number;
  readonly to: number;
  /** Its source, on one line, which identifies it in its file even if lines have moved. */
  readonly text: string;
}

const SRC: string = fileURLToPath(new URL("../../src/", import.meta.url));

/**
 * Every place in `src` that makes an error. A function that only returns an error with its caller's
 * words, such as `usageError(message)`, does not count; its callers do.
 */
export function errorSites(): ErrorSite[] {
  const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => sourceOf(file, readFileSync(path.join(SRC, file), "utf8")));
  return sitesIn(sources);
}

/** The same for sources given by name, to test this. */
export function sitesIn(sources: readonly ts.SourceFile[]): ErrorSite[] {
  const found: ts.Node[] = [];
  // Makers may call each other, so each is visited once.
  const places = new Set<ts.Node>(sources.flatMap((source) => all(source, isConstruction)));
  for (const node of places) {
    const maker = makerAround(node);
    const calls = maker === undefined ? [] : callsOf(maker, sources);
    const wording = calls.filter(hasWords);
    // Calls without their own words all make the same message.
    if (wording.length < calls.length || calls.length === 0) found.push(node);
    for (const call of wording) places.add(call);
  }
  return found.map(siteOf).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

export function sourceOf(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** The sites that made the error with this stack. */
export function sitesOf(stack: string, sites: readonly ErrorSite[]): ErrorSite[] {
  const frames = [...stack.matchAll(/\(?(?:file:\/\/)?(\/[^\s()]+\.ts):(\d+):\d+\)?$/gm)].map(
    ([, file = "", line]) => ({ file: path.relative(SRC, file), line: Number(line) }),
  );
  return sites.filter((site) =>
    frames.some(({ file, line }) => file === site.file && line >= site.from && line <= site.to),
  );
}

function isConstruction(node: ts.Node): boolean {
  return ts.isNewExpression(node) && node.expression.getText() === "RewindError";
}

/** The function that only returns this error, with its caller's words. */
function makerAround(node: ts.Node): ts.FunctionDeclaration | ts.MethodDeclaration | undefined {
  const message = ts.isNewExpression(node) ? node.arguments?.[1] : node;
  let at = node.parent;
  while (ts.isAwaitExpression(at) || ts.isParenthesizedExpression(at)) at = at.parent;
  const isGiven = ts.isReturnStatement(at) || ts.isThrowStatement(at);
  if (!isGiven || message === undefined) return undefined;
  while (!ts.isFunctionLike(at)) {
    // One of several exits is a separate place.
    if (ts.isIfStatement(at) || ts.isCatchClause(at) || ts.isCaseClause(at)) return undefined;
    at = at.parent;
    if (at === undefined) return undefined;
  }
  if (!ts.isFunctionDeclaration(at) && !ts.isMethodDeclaration(at)) return undefined;
  const words = new Set(at.parameters.map(({ name }) => name.getText()));
  const told = all(message, ts.isIdentifier).some((name) => words.has(name.getText()));
  const gives = /\b(Error|RewindError|never)\b/.test(at.type?.getText() ?? "");
  return told && gives ? at : undefined;
}

function callsOf(
  maker: ts.FunctionDeclaration | ts.MethodDeclaration,
  sources: readonly ts.SourceFile[],
): ts.Node[] {
  const home = maker.getSourceFile();
  const name = maker.name?.getText() ?? "";
  return sources
    .filter((source) => source === home || imports(source, name, home.fileName))
    .flatMap((source) =>
      all(source, (node) => {
        if (!ts.isCallExpression(node)) return false;
        const { expression } = node;
        return (
          expression.getText() === name ||
          (ts.isPropertyAccessExpression(expression) && expression.name.getText() === name)
        );
      }),
    );
}

/** Whether a call gives words for a message, rather than only data. */
function hasWords(call: ts.Node): boolean {
  const given = ts.isCallExpression(call) ? [...call.arguments] : [];
  return given.some(
    (argument) =>
      all(argument, ts.isStringLiteralLike).length > 0 ||
      all(argument, ts.isTemplateExpression).length > 0,
  );
}

function imports(source: ts.SourceFile, name: string, from: string): boolean {
  return source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      statement.moduleSpecifier.getText().includes(`/${path.basename(from)}`) &&
      new RegExp(`\\b${name}\\b`).test(statement.importClause?.getText() ?? ""),
  );
}

function all(node: ts.Node, is: (node: ts.Node) => boolean): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (child: ts.Node): void => {
    if (is(child)) found.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

function siteOf(node: ts.Node): ErrorSite {
  const source = node.getSourceFile();
  const line = (position: number): number =>
    source.getLineAndCharacterOfPosition(position).line + 1;
  return {
    file: source.fileName,
    from: line(node.getStart()),
    to: line(node.getEnd()),
    text: node.getText().replace(/\s+/g, " "),
  };
}

function orderOf({ file, from }: ErrorSite): string {
  return `${file} ${String(from).padStart(6, "0")}`;
}
