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
    const text = `return function anonymous(${parameters.join(",")}\n) {\n${body}\n}`;
    return Real(...names, text)(...names.map((name) => scope[name]));
  };
  return new Proxy(Real, {
    construct: (_, values) => make(values) as object,
    apply: (_, __, values) => make(values),
  });
}
