import { describe } from "./checks.ts";
import { isRewindError } from "./errors.ts";

/** Why a user's code failed, from what it threw; our own errors need no class name before them. */
export function reasonOf(thrown: unknown): string {
  if (isRewindError(thrown)) return messageWithin(thrown);
  if (isImportFromText(thrown)) return IMPORT_FROM_TEXT;
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describe(thrown);
}

/**
 * The message of an error as part of another, which says where it happened. A refused call takes
 * whatever ran for a step, but a codec or a function that looks at states may have made it.
 */
export function messageWithin(error: Error, place = ""): string {
  const isRefused = isRewindError(error, "FORBIDDEN_IN_STEP");
  return isRefused ? error.message.replace(" in a step", place) : error.message;
}

/** The first line of what was thrown, without the name of its class. */
export function messageOf(thrown: unknown): string {
  if (isImportFromText(thrown)) return IMPORT_FROM_TEXT;
  const hasMessage = typeof thrown === "object" && thrown !== null && "message" in thrown;
  return (hasMessage ? String(thrown.message) : describe(thrown)).split("\n")[0] ?? "";
}

/** A bundle cannot hold what `eval` and `Function` import: the name is known only when they run. */
export const IMPORT_FROM_TEXT =
  "import() in a text that becomes code would load what is not recorded: write the import in a file of the program";

/** Whether this is what Node throws when it cannot import: its message names a callback of its `vm`. */
function isImportFromText(thrown: unknown): boolean {
  const { code } = Object(thrown) as { readonly code?: unknown };
  return typeof code === "string" && code.startsWith("ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING");
}
