import path from "node:path";
import type { PlaceInCode } from "../../base/error-data.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { placeText } from "../../base/place-text.ts";
import type { Arguments } from "../command.ts";
import type { Process } from "../process.ts";
import type { Output } from "../terminal/output.ts";
import { errorJson } from "./error-json.ts";
import { hintFor } from "./hints.ts";
import { messageFor } from "./message.ts";
import { statusFor } from "./status.ts";

/**
 * Prints the error of a command, with --json on stdout too, and returns the exit status. Without
 * --verbose, only a fault in rewind itself shows its stack.
 */
export function report(thrown: unknown, process: Process, out: Output, args: Arguments): number {
  const error = systemFailure(thrown, process.cwd) ?? thrown;
  const { argv } = process;
  if (isAmong("--json", argv)) out.configure({ json: true, quiet: isAmong("--quiet", argv) });
  if (isRewindError(error)) {
    out.error(messageFor(error), hintFor(error, argv, args), {
      code: error.code,
      data: errorJson(error.data),
    });
    if (isAmong("--verbose", argv)) out.detail(stackOf(error));
  } else {
    const { stack } = error instanceof Error ? error : { stack: String(error) };
    out.error(
      `a fault in rewind itself: ${stack}`,
      "please report it, with the command that you ran",
      { code: "FAULT", data: {} },
    );
  }
  return statusFor(error);
}

/**
 * A failure of the system, such as a full disk or missing permissions, as a RewindError: it is not a
 * fault in rewind. Undefined for any other error.
 */
export function systemFailure(error: unknown, cwd: string): RewindError | undefined {
  const { code, message, path: file } = (error ?? {}) as NodeJS.ErrnoException;
  if (!(error instanceof Error) || typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) {
    return undefined;
  }
  const where = file === undefined ? "" : `: ${path.relative(cwd, file) || "."}`;
  const problem = message.replace(/, \w+.*$/s, "");
  return new RewindError("FILE_FAILED", `${problem}${where}`, { file }, { cause: error });
}

/** Where a program's own code threw an error, line by line; of any other error the whole stack. */
function stackOf(error: RewindError): string {
  const { places } = error.data as { readonly places?: readonly PlaceInCode[] };
  if (places !== undefined) return places.map(stackLine).join("\n");
  const { cause, stack } = error;
  return (cause instanceof Error ? cause.stack : stack) ?? "";
}

function stackLine(at: PlaceInCode): string {
  const { function: name, package: label } = at;
  const place = `${placeText(at)}:${at.column}${label === undefined ? "" : `, in ${label}`}`;
  return name === undefined ? `at ${place}` : `at ${name} (${place})`;
}

/** Whether an option is among the arguments, even if they could not be read. */
function isAmong(option: string, argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes(option);
}
