import { IMPORT_FROM_TEXT } from "../../../base/reason.ts";

/** Taken before any program runs. */
const Real = Function;

/** The `Function` of a realm: code that is made from a text sees the realm's globals as well. */
export function functionIn(scope: Readonly<Record<string, unknown>>): FunctionConstructor {
  const make = (values: readonly unknown[]): unknown => {
    const body = values.length === 0 ? "" : String(values.at(-1));
    const parameters = values.slice(0, -1).map(String);
    // The language checks the parts first: a body must not close the function and go on outside.
    Real(...parameters, body);
    const names = Object.keys(scope);
    // Node would import it from where this file lies.
    const own = body.replace(/(?<![\w$.])import(?=\s*\()/g, IMPORT);
    const text = `return function anonymous(${parameters.join(",")}\n) {\n${own}\n}`;
    return Real(IMPORT, ...names, text)(refuseImport, ...names.map((name) => scope[name]));
  };
  return new Proxy(Real, {
    construct: (_, values) => make(values) as object,
    apply: (_, __, values) => make(values),
  });
}

/** What stands for `import` in such code. */
const IMPORT = "__rewind_import";

function refuseImport(): never {
  throw new Error(IMPORT_FROM_TEXT);
}
