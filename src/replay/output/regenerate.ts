import type { RunManifest } from "../../object/run.ts";
import type { LongOptions, OutputSink } from "../environment.ts";
import { type StepRange, scan } from "../look/scan.ts";
import type { Replayer } from "../replayer.ts";
import type { LiveSegment } from "../segment.ts";
import { headersOf, Rows } from "./rows.ts";

/**
 * Takes the lines of the steps of a range by replay, which is compared with the recording. `flush`
 * is called between slices of the work. Throws OUTPUT_FAILED, and what `scan` throws.
 */
export async function regenerate(
  replayer: Replayer,
  range: StepRange & LongOptions,
  sink: OutputSink & { flush(): void },
): Promise<void> {
  const { env, manifest } = replayer;
  const headers = await headersBefore(manifest, range.from, env, (start) =>
    replayer.segmentAt(start),
  );
  const segmentOf = (context: object): LiveSegment => replayer.segmentOf(context);
  const rows = new Rows({ env, sink, headers, segmentOf });
  const onProgress: LongOptions["onProgress"] = (progress) => {
    sink.flush();
    range.onProgress?.(progress);
  };
  await scan(replayer, range, { signal: range.signal, onProgress }, rows.visit);
}

/** The headers that the segments before step `next` have written, by the names of their outputs. */
export async function headersBefore(
  { segments }: Pick<RunManifest, "segments">,
  next: number,
  env: Replayer["env"],
  segmentAt: (start: number) => LiveSegment | Promise<LiveSegment>,
): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  for (const { start } of segments) {
    if (start >= next) break;
    for (const [name, header] of headersOf(await segmentAt(start), env)) {
      if (header !== undefined) headers.set(name, header);
    }
  }
  return headers;
}
