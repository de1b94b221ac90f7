import { isRewindError } from "../../../base/errors.ts";
import { checkBranchName } from "../../../store/ref-name.ts";

/**
 * Names for the values of one param of a matrix, as parts of their forks' names. The value as
 * written, if that is valid in a name; else the digits of a number, `0.5` for `.5`; else its
 * letters and digits with dashes between them, `1-2` for `[1, 2]`. If that is empty or taken, the
 * position of the value is added: `v2`, `a-b-3`.
 */
export function labels(
  values: readonly { readonly written: string; readonly value: unknown }[],
): string[] {
  const asWritten = values.map(({ written, value }) =>
    [typeof value === "string" ? value : plainly(written), digits(value)].find(isNamePart),
  );
  const taken = new Set(asWritten.map((label) => label?.toLowerCase()));
  return values.map(({ written, value }, i) => {
    const label = asWritten[i];
    if (label !== undefined) return label;
    const plain = slug(typeof value === "string" ? value : written);
    let made = plain;
    for (let n = i + 1; !isNamePart(made) || taken.has(made.toLowerCase()); n++) {
      made = plain === "" ? `v${n}` : `${plain}-${n}`;
    }
    taken.add(made.toLowerCase());
    return made;
  });
}

/** A number in JSON's form is a valid name; `+5`, `5.` and `-.5` are named by their digits. */
function plainly(written: string): string | undefined {
  return /^(\+|-?\.)|\.$/.test(written.trim()) ? undefined : written;
}

function digits(value: unknown): string | undefined {
  return typeof value === "number" ? String(value) : undefined;
}

/** Longer slugs add nothing, and names are limited in bytes. */
const LONGEST_SLUG = 40;

function slug(text: string): string {
  return text
    .slice(0, LONGEST_SLUG)
    .replace(/[^\p{L}\p{N}.+_-]+/gu, "-")
    .replace(/\.+/g, ".")
    .replace(/^[-.]+|[-.]+$/g, "");
}

function isNamePart(text: string | undefined): boolean {
  if (text === undefined || text === "") return false;
  try {
    return checkBranchName(`name/${text}`) !== "";
  } catch (error) {
    if (isRewindError(error, "INVALID_REF_NAME")) return false;
    throw error;
  }
}
