import { fileURLToPath } from "node:url";
import ts from "typescript";
import { code, inCell, markdownTable } from "./markdown.ts";

const ENTRIES: readonly string[] = ["index.ts", "plot.ts", "random.ts"].map((file) =>
  fileURLToPath(new URL(`../../src/${file}`, import.meta.url)),
);

/** Compiles the library once, for all of its parts. */
let compiled: ts.Program | undefined;

function program(): ts.Program {
  compiled ??= ts.createProgram(ENTRIES, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    strict: true,
    noEmit: true,
    types: ["node"],
  });
  return compiled;
}

/**
 * The exports of an entry of the library, from its docstrings: functions and values, then types.
 */
export function libraryText(entry: string): string {
  const checker = program().getTypeChecker();
  const file = program()
    .getSourceFiles()
    .find(({ fileName }) => fileName.endsWith(`/src/${entry}`));
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`expected src/${entry} to be a module`);
  const symbols = checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
  const isType = (symbol: ts.Symbol): boolean => (symbol.flags & ts.SymbolFlags.Value) === 0;
  const isTable = (symbol: ts.Symbol): boolean => membersOf(symbol).length > 0;
  const values = symbols.filter(({ symbol }) => !isType(symbol) && !isTable(symbol));
  const aliases = symbols.filter(({ symbol }) => isType(symbol) && !isTable(symbol));
  const tables = symbols.filter(({ symbol }) => isTable(symbol));
  return [
    markdownTable(
      ["function or value", "does"],
      values.map(({ name, symbol }) => [code(written(name, symbol)), said(symbol, checker)]),
    ),
    ...tables.map(({ name, symbol }) =>
      [
        `### ${name}`,
        ...[wordsOf(symbol, checker)].filter((text) => text !== ""),
        markdownTable(
          ["member", "is"],
          membersOf(symbol).map((member) => [code(memberText(member)), said(member, checker)]),
        ),
      ].join("\n\n"),
    ),
    ...(aliases.length === 0
      ? []
      : [
          "### Other types",
          markdownTable(
            ["type", "is"],
            aliases.map(({ name, symbol }) => [code(name), said(symbol, checker)]),
          ),
        ]),
  ].join("\n\n");
}

/** The public members of a class or of an interface, its own and those that it inherits here. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  if ((symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) === 0) return [];
  const checker = program().getTypeChecker();
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter((member) => {
    const [declaration] = member.declarations ?? [];
    if (declaration === undefined) return false;
    const { fileName } = declaration.getSourceFile();
    const isPrivate =
      ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.NonPublicAccessibilityModifier;
    return fileName.includes("/src/") && !isPrivate && !/^(?:#|__#|__@)/.test(member.name);
  });
}

/** A function with the names of its parameters, a value by its name. */
function written(name: string, symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.find(ts.isFunctionDeclaration);
  return declaration === undefined ? name : `${name}(${parametersOf(declaration)})`;
}

/** A member with its parameters or its type: `get(step, options)`, `steps: number`. */
function memberText(member: ts.Symbol): string {
  const [declaration] = member.declarations ?? [];
  if (declaration === undefined) return member.name;
  if (ts.isMethodDeclaration(declaration) || ts.isMethodSignature(declaration)) {
    return `${member.name}(${parametersOf(declaration)})`;
  }
  const optional = ts.isPropertySignature(declaration) && declaration.questionToken ? "?" : "";
  const type =
    ts.isPropertySignature(declaration) ||
    ts.isPropertyDeclaration(declaration) ||
    ts.isGetAccessorDeclaration(declaration)
      ? declaration.type
          ?.getText()
          .replace(/\s+/g, " ")
          .replace(optional && / \| undefined$/, "")
      : undefined;
  const isShort = type !== undefined && type.length <= 60;
  return `${member.name}${optional}${isShort ? `: ${type}` : ""}`;
}

function parametersOf(declaration: ts.SignatureDeclaration): string {
  return declaration.parameters
    .map(({ name, dotDotDotToken }) =>
      ts.isIdentifier(name) ? `${dotDotDotToken ? "…" : ""}${name.text}` : "options",
    )
    .join(", ");
}

/** The words of a docstring, for a cell. */
function said(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return inCell(wordsOf(symbol, checker));
}

/** The words of a docstring, without its examples. */
function wordsOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const throws = symbol
    .getJsDocTags(checker)
    .filter(({ name }) => name === "throws")
    .map(
      ({ text: parts }) => `Throws ${ts.displayPartsToString(parts).trim().replace(/\.$/, "")}.`,
    );
  return [text.trim(), ...throws].filter((each) => each !== "").join(" ");
}
