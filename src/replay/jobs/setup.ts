import type { WorkerSetup } from "../workers.ts";
import type { Workspace } from "./task.ts";

/**
 * What a worker needs to replay the runs of a workspace; undefined if some of their code cannot go
 * to another thread, or may not run here.
 */
export async function setupOf({ runs }: Workspace): Promise<WorkerSetup | undefined> {
  const programs = new Map<string, unknown>();
  const zones = new Set<string>();
  for (const run of runs) {
    for (const { start, program: id } of run.manifest.segments) {
      // The first thread reports what is wrong with it, when it comes there.
      const segment = await run.segmentAt(start).catch(() => undefined);
      if (segment?.program.portable === undefined) return undefined;
      programs.set(id, segment.program.portable);
      if (segment.program.place !== undefined) zones.add(segment.program.place.zone);
    }
  }
  return { runs: runs.map(({ manifest }) => manifest), programs, zones };
}
