// Bundles the sources and the packages they use into dist, in few files: each file that Node loads
// costs about a millisecond, so what a command always loads together lies in one.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = path.join(ROOT, "dist");
const source = (file) => path.join(ROOT, "src", file);

/** What others load, as it is named in dist. */
const ENTRIES = ["index", "random", "plot", "cli/main", "node/workers/worker"];
for (const file of fs.readdirSync(source("random"), { recursive: true })) {
  if (path.basename(file) === "index.ts") ENTRIES.push(path.join("random", file.slice(0, -3)));
}

/**
 * The shared files, from the first that is loaded to the last. A module lies in the first of these
 * that reaches it by static imports; all others lie where the bundler puts them.
 */
const SHARED = [
  ["start", ["cli/main.ts"]],
  ["generator", ["random/xoshiro/index.ts"]],
  ["library", ["index.ts"]],
  ["commands", ["cli/arguments.ts", "cli/on-store.ts"]],
  ["replay", ["node/program/code.ts"]],
];

/** The modules that each module imports statically. */
const imports = new Map();

/** Which of SHARED each module lies in; made when all modules are known. */
const homes = new Map();

function settle() {
  for (const [name, roots] of SHARED) {
    const open = roots.map(source);
    for (const id of open) {
      if (homes.has(id)) continue;
      homes.set(id, name);
      open.push(...(imports.get(id) ?? []));
    }
  }
}

/**
 * Takes Node's own modules from the process, in the files that each command loads, before any program
 * runs. An import of one reads every property that it has, for which `fs` and `zlib` load further
 * parts of Node: that costs each command about 5 ms.
 */
const builtins = {
  name: "builtins",
  renderChunk(code, { name }) {
    if (!SHARED.some(([shared]) => shared === name)) return undefined;
    return code.replace(
      /^import (?:([\w$]+))?(?:, )?(\{[^}]*\})? from "(node:[\w/]+)";$/gm,
      (_, whole, some, builtin) =>
        [whole, some?.replaceAll(" as ", ": ")]
          .filter(Boolean)
          // A file may call one of its variables `process`.
          .map((names) => `const ${names} = globalThis.process.getBuiltinModule("${builtin}");`)
          .join(" "),
    );
  },
};

/**
 * Writes characters beyond ASCII as escapes. A single one would make Node decode a file slowly, and
 * hold and read its source in two bytes for each character.
 */
const ascii = {
  name: "ascii",
  generateBundle(_, output) {
    for (const chunk of Object.values(output)) {
      if (chunk.type === "chunk") chunk.code = escaped(chunk.code, chunk.fileName);
    }
  },
};

function escaped(code, file) {
  // After a backslash an escape would be something else, and a raw template would show it.
  const plain = /\\\P{ASCII}|\braw`[^`]*[^\p{ASCII}`]/u.exec(code);
  if (plain !== null) throw new Error(`${file}: expected characters to escape, got ${plain}`);
  const escapeOf = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return code.replace(/\P{ASCII}/gu, (character) => character.split("").map(escapeOf).join(""));
}

const bundle = await rolldown({
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, source(`${entry}.ts`)])),
  platform: "node",
  // An entry exports what its source does, and nothing for other files.
  preserveEntrySignatures: "strict",
  // Optional peers are the user's.
  external: ["esbuild", /^@aws-sdk\//, /^@resvg\//, /^@duckdb\//],
  transform: { target: "node20" },
  // For Node, the package gives its encoder along with it, and that is half of the package.
  resolve: { alias: { "cbor-x/decode": path.join(ROOT, "node_modules/cbor-x/decode.js") } },
  plugins: [
    builtins,
    ascii,
    {
      name: "imports",
      moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
      buildEnd: settle,
    },
  ],
});
fs.rmSync(path.join(DIST, "chunks"), { recursive: true, force: true });
const { output } = await bundle.write({
  dir: DIST,
  format: "esm",
  chunkFileNames: "chunks/[name]-[hash].js",
  // The names of functions and classes stay, for the stack of a fault.
  minify: { compress: false, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
  codeSplitting: {
    groups: SHARED.map(([name], i) => ({
      name,
      test: (id) => homes.get(id) === name,
      priority: SHARED.length - i,
    })),
  },
});

// A licence for each package of which the bundle holds a part.
const packages = new Set();
for (const { modules = {} } of output) {
  for (const id of Object.keys(modules)) {
    const [, folder] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
    if (folder !== undefined) packages.add(folder);
  }
}
const licences = [...packages].sort().map((name) => {
  const folder = path.join(ROOT, "node_modules", name);
  const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  if (file === undefined) throw new Error(`expected a licence in ${name}, found none`);
  return `${name}\n\n${fs.readFileSync(path.join(folder, file), "utf8")}`;
});
fs.writeFileSync(path.join(DIST, "THIRD-PARTY.txt"), licences.join("\n"));
