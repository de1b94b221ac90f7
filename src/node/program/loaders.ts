import { extname } from "node:path";
import type { Loader } from "esbuild";

/**
 * How a file becomes part of a bundle: code, JSON, bytes or text, by the attribute of the import
 * (`with { type: "text" }`) or else by its name; undefined if it cannot.
 */
export function loaderOf(
  path: string,
  options: { readonly type: string | undefined; readonly inPackage: boolean },
): Loader | undefined {
  const byType = TYPES[options.type ?? ""];
  if (byType !== undefined) return byType;
  const extension = extname(path);
  // Node runs a file without an extension as JavaScript; packages have such files.
  if (extension === "" && options.inPackage) return "js";
  return LOADERS[extension] ?? (TEXTS.has(extension) ? "text" : undefined);
}

const TYPES: Readonly<Record<string, Loader>> = { json: "json", text: "text", bytes: "binary" };

const LOADERS: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
  ".json": "json",
  ".wasm": "binary",
};

const TEXTS: ReadonlySet<string> = new Set([
  ...[".txt", ".md", ".csv", ".tsv", ".jsonl", ".ndjson", ".xml", ".svg", ".html", ".yaml"],
  ...[".yml", ".toml", ".sql", ".glsl", ".vert", ".frag", ".wgsl"],
]);
