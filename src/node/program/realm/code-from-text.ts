import { IMPORT_FROM_TEXT } from "../../../base/reason.ts";

/** Saved before any program runs. */
const Real = Function;

/** The `Function` of a realm: code made from a text sees the realm's globals too. */
export function functionIn(scope: Readonly<Record<string, unknown>>): FunctionConstructor {
  const make = (values: readonly unknown[]): unknown => {
    const body = values.length === 0 ? "" : String(values.at(-1));
    const parameters = values.slice(0, -1).map(String);
    // The language checks the parts first: a body must not close the function and continue outside.
    Real(...parameters, body);
    const names = Object.keys(scope);
    // Node would import it relative to this file.
    const own = body.replace(/(?<![\w$.])import(?=\s*\()/g, IMPORT);
    const text = `return function anonymous(${parameters.join(",")}\n) {\n${own}\n}`;
    return Real(IMPORT, ...names, text)(refuseImport, ...names.map((name) => scope[name]));
  };
  return new Proxy(Real, {
    construct: (_, values) => make(values) as object,
    apply: (_, __, values) => make(values),
  });
}

/** Replaces `import` in such code. */
const IMPORT = "__rewind_import";

function refuseImport(): never {
  throw new Error(IMPORT_FROM_TEXT);
}
