import { equalBytes } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { isRewindError } from "../base/errors.ts";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import { Fields, idBytes, unshared } from "../object/body.ts";
import type { Id } from "../object/id.ts";
import { invalidArtifact } from "./invalid-artifact.ts";
import { checkBranchName } from "./ref-name.ts";

/** A run of a `.replay` file, and the names of branches and tags under which it was saved. */
export interface SavedRun {
  readonly run: Id<"run">;
  readonly names: readonly string[];
}

/** What a `.replay` file says about itself, before the objects. */
export interface ArtifactContents {
  readonly runs: readonly SavedRun[];
  /** The runs that a store must have to load the file: what they have is left out. */
  readonly requires: readonly SavedRun[];
}

const MOST_RUNS = 1_000;
const LONGEST = 1 << 20;

/** The list of a file's runs, as bytes. Throws INVALID_ARTIFACT if it is too long. */
export function encodeContents(contents: ArtifactContents): Uint8Array {
  const bytes = encode(unshared(fieldsOf(contents)));
  const { runs, requires } = contents;
  if (Math.max(runs.length, requires.length) > MOST_RUNS || bytes.length > LONGEST) {
    throw invalidArtifact(
      `expected at most ${count(MOST_RUNS)} runs and ${count(LONGEST)} bytes of names`,
    );
  }
  return bytes;
}

/** Reads the list of a file's runs. Throws INVALID_ARTIFACT. */
export function decodeContents(bytes: Uint8Array): ArtifactContents {
  if (bytes.length > LONGEST)
    throw invalidArtifact(`its list of runs has ${count(bytes.length)} bytes`);
  try {
    const fields = new Fields(decode(bytes, { limits: { items: bytes.length, depth: 5 } }), KIND);
    fields.expectLength(2);
    const contents = { runs: readRuns(fields), requires: readRuns(fields) };
    if (contents.runs.length === 0) throw invalidArtifact("it lists no run");
    if (equalBytes(encodeContents(contents), bytes)) return contents;
  } catch (error) {
    if (!isRewindError(error) || error.code === "INVALID_ARTIFACT") throw error;
    throw invalidArtifact(error.message, error);
  }
  throw invalidArtifact("its list of runs is encoded in another form than the only one");
}

const KIND = "list of runs";

function fieldsOf({ runs, requires }: ArtifactContents): unknown {
  return [runs, requires].map((list) => list.map(({ run, names }) => [idBytes(run), names]));
}

function readRuns(fields: Fields): SavedRun[] {
  const runs = fields.list((element) => {
    const saved = element.nested().expectLength(2);
    const run = saved.id<"run">();
    const names = saved.list((name) => checkBranchName(name.text()));
    return { run, names };
  });
  if (new Set(runs.map(({ run }) => run)).size !== runs.length) {
    throw invalidArtifact("it lists a run twice");
  }
  return runs;
}
