import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";

/**
 * The module that stands for a WebAssembly file whose exports are imported by name, as Node does from
 * version 24 and bundlers do: it makes one instance, with the modules that the file imports. Its
 * default is the bytes, as for any other import of the file. Throws MODULE_FAILED.
 */
export function wasmModule(
  bytes: Uint8Array,
  file: { readonly path: string; readonly name: string },
): string {
  const { path, name } = file;
  const failed = (problem: string, cause?: unknown): RewindError =>
    new RewindError("MODULE_FAILED", `${path} ${problem}`, { module: path }, { cause });
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    throw failed("is not a module of WebAssembly", cause);
  }
  const from = [...new Set(WebAssembly.Module.imports(module).map((item) => item.module))];
  const given = from.find((specifier) => !/^\.\.?\//.test(specifier));
  if (given !== undefined) {
    throw failed(
      `imports ${describe(given)}, which is not a file: import its bytes, as in import bytes from ${JSON.stringify(name)}, and pass the imports to new WebAssembly.Instance`,
    );
  }
  const text = (value: unknown): string => JSON.stringify(value);
  const exported = WebAssembly.Module.exports(module).map((item) => item.name);
  const named = exported.filter((one) => one !== "default");
  return [
    `import bytes from ${text(name)};`,
    ...from.map((specifier, i) => `import * as from${i} from ${text(specifier)};`),
    `const imports = { ${from.map((specifier, i) => `${text(specifier)}: from${i}`).join(", ")} };`,
    "const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);",
    ...named.map((one, i) => `const export${i} = exports[${text(one)}];`),
    `export { ${[...named.map((one, i) => `export${i} as ${text(one)}`), "bytes as default"].join(", ")} };`,
  ].join("\n");
}
