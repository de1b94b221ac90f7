const ERRORS = {
  ENOENT: [-2, "no such file or directory"],
  ENOTDIR: [-20, "not a directory"],
  EISDIR: [-21, "illegal operation on a directory"],
} as const;

/** An error as Node's own file functions throw it, the same on every system. */
export function fileError(code: keyof typeof ERRORS, syscall: string, path?: string): Error {
  const [errno, text] = ERRORS[code];
  const at = path === undefined ? "" : ` '${path}'`;
  const error = new Error(`${code}: ${text}, ${syscall}${at}`);
  return Object.assign(error, { errno, code, syscall, ...(path !== undefined && { path }) });
}
