import type { StateErrors } from "../../base/error-data.ts";
import type { Hints } from "./hint.ts";
import { fixHint } from "./kept.ts";

/** Hints for errors of states and of their bytes. */
export const stateHints: Hints<keyof StateErrors> = {
  UNSUPPORTED_STATE: (data, argv) =>
    fixHint(data, argv) ??
    "a state holds numbers, texts, arrays, plain objects, Map, Set, Date, typed arrays, and instances of the classes in types",
  CODEC_LOSSY: () =>
    "fix that codec in the simulation's types: what it restores must have all of its contents, in the same order; a class of plain fields needs no codec: types: { Body }",
  TOO_LONG: ({ params }) =>
    params === true
      ? "without --json the beginnings are printed; in a script, `run.params` has all params of the last segment"
      : "`rewind get REV@STEP -o state.cbor` writes a whole state; --path prints a part",
  INVALID_ENCODING: ({ name }) =>
    name === undefined
      ? "it was damaged, or was not written by rewind; everything else stays readable"
      : "or replay with the program as recorded, whose types have it",
  INVALID_PATH: () => 'paths read agents[3].infected, ["odd key"] or contacts.get(17)',
  PATH_NOT_FOUND: ({ hint }) => hint ?? "`rewind get REV@STEP` prints the whole state",
};
