import { count } from "../../../base/count.ts";
import { invalid } from "../../cbor/cursor.ts";
import { bigintBytes, bigintFromBytes, MAJOR, type Writer } from "../../cbor/writer.ts";
import type { StateInput } from "../input.ts";
import { fromUtf16, isWellFormed, toUtf16 } from "../strings.ts";
import { TAG } from "../tags.ts";
import { formOf, type JsonForm } from "./kind.ts";

/**
 * A kind of value that is not an object and needs a tag or a form in JSON. The writers tell the
 * kinds apart by `typeof`, because most values of a state are numbers and strings.
 */
export interface ScalarKind<T> {
  readonly name: string;
  readonly tags: readonly number[];
  write(value: T, out: Writer): void;
  read(input: StateInput, tag: number): T;
}

export const BIGINT: ScalarKind<bigint> = {
  name: "bigint",
  tags: [TAG.POSITIVE_BIGINT, TAG.NEGATIVE_BIGINT],
  write(value, out) {
    out.head(MAJOR.TAG, value >= 0n ? TAG.POSITIVE_BIGINT : TAG.NEGATIVE_BIGINT);
    out.byteString(bigintBytes(value >= 0n ? value : -1n - value));
  },
  read(input, tag) {
    const start = input.at;
    const bytes = input.byteString();
    const most = input.limits.bigintBytes;
    if (bytes.length > most)
      throw invalid(`at most ${count(most)} bytes`, count(bytes.length), start);
    if (bytes[0] === 0) throw invalid("a bigint without leading zeros", "0x00", start);
    const size = bigintFromBytes(bytes);
    return tag === TAG.POSITIVE_BIGINT ? size : -1n - size;
  },
};

/** A string with a lone surrogate, which UTF-8 cannot carry. */
export const UTF16_STRING: ScalarKind<string> = {
  name: "string with a lone surrogate",
  tags: [TAG.UTF16],
  write(text, out) {
    out.head(MAJOR.TAG, TAG.UTF16);
    out.byteString(toUtf16(text));
  },
  read(input) {
    const start = input.at;
    const bytes = input.byteString();
    const text = fromUtf16(bytes);
    if (bytes.length % 2 === 0 && !isWellFormed(text)) return text;
    throw invalid("UTF-16 with a lone surrogate", "none", start);
  },
};

/** The numbers that JSON lacks, by their names in it. */
export const SPECIAL_NUMBERS: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/** The forms of the values that are not objects. */
export const SCALAR_FORMS: readonly JsonForm[] = [
  formOf("$number", (name) =>
    SPECIAL_NUMBERS.has(name) ? { is: SPECIAL_NUMBERS.get(name) } : undefined,
  ),
  formOf("$undefined", (flag) => (flag === true ? { is: undefined } : undefined)),
  formOf("$bigint", (text) =>
    typeof text === "string" && /^-?\d+$/.test(text) ? { is: BigInt(text) } : undefined,
  ),
];
