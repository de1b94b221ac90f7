import { isRewindError } from "../base/errors.ts";
import { decode } from "../codec/decode.ts";
import { decodeEnsemble } from "./ensemble.ts";
import { RESULT_PAGES } from "./ensemble-results.ts";
import { ROW_PAGES } from "./ensemble-rows.ts";
import type { Kind } from "./id.ts";
import { decodeObserved } from "./observed.ts";
import { decodePage } from "./pages.ts";
import { decodeParams } from "./params.ts";
import { decodeProgram } from "./program.ts";
import { decodeRun } from "./run.ts";
import { decodeSeeds } from "./seeds.ts";
import { decodeState } from "./state.ts";
import { decodeSummaryNode } from "./summary-node.ts";
import { decodeTag } from "./tag.ts";
import { decodeTile } from "./timeline.ts";

/**
 * The content of any object, its fields by their names, for people to read. A state with class
 * instances stays encoded, since only its simulation has their codecs. Throws OBJECT_INVALID.
 */
export function decodeObject(kind: Kind, body: Uint8Array): unknown {
  switch (kind) {
    case "chunk":
      return { bytes: body };
    case "state":
      return readableState(body);
    case "tile":
      return decodeTile(body);
    case "program":
      return decodeProgram(body);
    case "seeds":
      return decodeSeeds(body);
    case "run":
      return decodeRun(body);
    case "tag":
      return decodeTag(body);
    case "params":
      return decodeParams(body);
    case "observed":
      return decodeObserved(body);
    case "summary":
      return decodeSummaryNode(body);
    case "ensemble":
      return decodeEnsemble(body);
    case "rows":
      return decodePage(ROW_PAGES, body);
    case "results":
      return decodePage(RESULT_PAGES, body);
  }
}

function readableState(body: Uint8Array): unknown {
  const content = decodeState(body);
  if (!("encoded" in content)) return content;
  try {
    return { state: decode(content.encoded) };
  } catch (error) {
    if (isRewindError(error)) return content;
    throw error;
  }
}
