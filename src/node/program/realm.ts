/**
 * The surroundings of one instance of a program: what stands in the place of globals, and the
 * modules of Node that it sees.
 */
export interface Realm {
  /** Values by the names of the globals that they take the place of, inside the program alone. */
  readonly scope: Readonly<Record<string, unknown>>;
  /** A module of Node, by its name with `node:`, as `require` gives it. */
  builtin(name: string): unknown;
}
