/** Everything that a kind must work with, bundled by the test of the recipe. */
export { decode } from "../../../../src/codec/decode.ts";
export { countDifferences, differences } from "../../../../src/codec/differences.ts";
export { encode } from "../../../../src/codec/encode.ts";
export { fromJson } from "../../../../src/codec/json/read.ts";
export { toJson, toShortJson } from "../../../../src/codec/json/write.ts";
export { getAt, setAt } from "../../../../src/codec/state/access.ts";
export { surelyEqual } from "../../../../src/codec/state/surely-equal.ts";
export { fitting } from "../../../../src/replay/record/shape.ts";
