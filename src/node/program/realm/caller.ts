/** Whose code is running: the user's own, a package's, or neither. */
export type Caller = "user" | "package" | undefined;

/**
 * Finds out whose code is running, by the innermost stack frame of the program. Takes some
 * microseconds, so it is only for rare events while a program is loaded.
 */
export function callerIn(
  filename: string,
  isPackageLine: (line: number) => boolean = () => false,
): () => Caller {
  return () => {
    const line = innermostLine(filename);
    if (line === undefined) return undefined;
    return isPackageLine(line) ? "package" : "user";
  };
}

function innermostLine(filename: string): number | undefined {
  for (const frame of callSites()) {
    if (frame.getFileName() === filename) return frame.getLineNumber() ?? 1;
    // For code made from text, the place where the program made it.
    const origin = frame.isEval() ? frame.getEvalOrigin() : undefined;
    const at = origin?.lastIndexOf(`${filename}:`) ?? -1;
    if (at >= 0) return Number.parseInt(origin?.slice(at + filename.length + 1) ?? "1", 10);
  }
  return undefined;
}

function callSites(): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 200;
    Error.prepareStackTrace = (_, frames) => frames;
    const { stack } = new Error();
    return Array.isArray(stack) ? (stack as readonly NodeJS.CallSite[]) : [];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace!;
  }
}
