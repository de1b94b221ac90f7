import { utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";

/** File systems allow 255 bytes a part; a file that is kept aside gets a longer name. */
const LONGEST_PART = 200;
const LONGEST_NAME = 1_024;

/** A plain name of a file: no hidden one, none with a sign that a shell or a file system reads. */
const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_ .,+=()-]*$/u;

const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:\.|$)/i;

/**
 * What is wrong with the name of an output, beside those that are `taken`; undefined if nothing is.
 * A name is a relative path that leads nowhere but down, on every system.
 */
export function outputNameFault(name: string, taken: readonly string[] = []): string | undefined {
  if (name.length > LONGEST_NAME) return `its name has over ${count(LONGEST_NAME)} characters`;
  if (name !== name.normalize("NFC")) {
    return "its name is spelled in a way that some file systems change: write it in Unicode's form NFC";
  }
  for (const part of name.split("/")) {
    if (part === "" || part === "." || part === "..") {
      return "its name must be a path below the folder of the outputs, such as daily/population.csv";
    }
    if (!PLAIN.test(part)) {
      return "its name may have letters, digits, spaces and _ . , + = ( ) -, and begins with a letter, a digit or _";
    }
    if (/[ .]$/.test(part)) return "a part of its name ends in a dot or a space";
    if (DEVICE.test(part)) return "a part of its name is the name of a device on Windows";
    if (utf8(part).length > LONGEST_PART) {
      return `a part of its name has over ${count(LONGEST_PART)} bytes`;
    }
  }
  const folded = name.toLowerCase();
  for (const other of taken.map((each) => each.toLowerCase())) {
    if (other === folded) return "another output has this name in other letters";
    if (other.startsWith(`${folded}/`) || folded.startsWith(`${other}/`)) {
      return "another output has this name as a folder, or the other way round";
    }
  }
  return undefined;
}
