// Removes the declarations in dist that the package's exports do not lead to: nobody can import them.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const declarations = fs
  .readdirSync(path.join(ROOT, "dist"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".d.ts"))
  .map((file) => path.join("dist", file));

const { exports } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8"));
const entries = Object.values(exports).map(({ types }) => path.normalize(types).split("*"));
const reached = new Set(
  declarations.filter((file) =>
    entries.some(([start, end]) =>
      end === undefined ? file === start : file.startsWith(start) && file.endsWith(end),
    ),
  ),
);
for (const file of reached) {
  const text = fs.readFileSync(path.join(ROOT, file), "utf8");
  for (const { fileName } of ts.preProcessFile(text).importedFiles) {
    // A declaration keeps the name of the source: `./id.ts` is declared in `id.d.ts`.
    if (fileName.startsWith(".")) {
      reached.add(path.join(path.dirname(file), fileName.replace(/\.[jt]s$/, ".d.ts")));
    }
  }
}
for (const file of declarations) if (!reached.has(file)) fs.rmSync(path.join(ROOT, file));
