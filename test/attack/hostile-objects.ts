import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { concatBytes, utf8 } from "../../src/base/bytes.ts";
import { nodeCompression, nodeCrc32, nodeHash } from "../../src/node/host/platform.ts";
import { objectId } from "../../src/object/id.ts";
import { decodeProgram, encodeProgram, type Program } from "../../src/object/program.ts";
import { encodeRun, type RunManifest } from "../../src/object/run.ts";
import { openRepository, type Repository } from "../../src/repository.ts";
import { objectReader } from "../../src/store/object-store.ts";
import { encodeRecord, PACK_HEADER } from "../../src/store/pack.ts";
import { encodeTips } from "../../src/store/tip.ts";
import type { HostileClone } from "./hostile-clones.ts";

/** What a module prints if it runs where it must not. */
export const SPRUNG = "the trap was sprung";

async function withStore<T>(project: string, work: (repo: Repository) => Promise<T>): Promise<T> {
  const repo = await openRepository(project);
  try {
    return await work(repo);
  } finally {
    await repo.close();
  }
}

/** Makes `main` a run whose program has a changed description. */
function forgeProgram(project: string, changes: Partial<Program>): Promise<void> {
  return withStore(project, async (repo) => {
    const { run } = await repo.resolve("main");
    const get = objectReader(repo.store.objects);
    const writer = await repo.store.objects.writer();
    const segments: RunManifest["segments"][number][] = [];
    for (const segment of run.segments) {
      const program = decodeProgram(await get("program", segment.program));
      const forged = writer.put("program", encodeProgram({ ...program, ...changes }));
      segments.push({ ...segment, program: forged });
    }
    const id = writer.put("run", encodeRun({ ...run, segments }));
    await writer.close();
    writeFileSync(path.join(project, ".rewind/refs/heads/main"), `${id}\n`);
  });
}

/** Recorded module paths; each of them leads to the trap outside. */
const MODULES: Readonly<Record<string, (project: string, trap: string) => string>> = {
  "by its folder's parents": (project, trap) => path.relative(project, trap),
  "by its whole path": (_, trap) => trap,
  "by a URL": (_, trap) => `file://${trap}`,
  "by data": () => "data:text/javascript,export default 1",
  "by a link": (project, trap) => {
    symlinkSync(trap, path.join(project, "link.mjs"));
    return "link.mjs";
  },
  "by a link to its folder": (project, trap) => {
    symlinkSync(path.dirname(trap), path.join(project, "linked"));
    return `linked/${path.basename(trap)}`;
  },
  "by a link to a link": (project, trap) => {
    mkdirSync(path.join(project, "in"));
    symlinkSync("../in/../second.mjs", path.join(project, "in/first.mjs"));
    symlinkSync(trap, path.join(project, "second.mjs"));
    return "./in/first.mjs";
  },
};

/** The guard keeps a loading module from writing a marker, so it prints that it ran. */
const TRAPPED = `throw new Error("${SPRUNG}");\n`;

/** Runs whose module is outside the project. */
export const HOSTILE_PROGRAMS: readonly HostileClone[] = Object.entries(MODULES).map(
  ([way, moduleOf]) => ({
    name: `a program whose module is named ${way}`,
    async make(project, outside) {
      const trap = path.join(outside, "trap.mjs");
      writeFileSync(trap, TRAPPED);
      await forgeProgram(project, { module: moduleOf(project, trap), exportName: "default" });
    },
    lines: [
      ...["get main@10", "find main true", "verify main"].map(
        (line) => `${line} --program working`,
      ),
      "branch x main@10 --program working",
      "show main --source",
      "trust main",
      ...["verify main", "get main@10"],
      ...["get main@10", "verify main"].map((line) => `${line} --program working`),
      "branch y main@10 --program working",
      "extend main --by 10",
    ],
    springs: `node "$OUTSIDE/trap.mjs" 2>&1 | grep "${SPRUNG}" && touch "$MARKER"`,
  }),
);

/** Names that lead out of the store, or to something that is not a branch. */
const TIP_REFS = [
  ...["../x", "../../x", "refs/heads/../../../x", "refs/heads/../../config", "refs/heads/./x"],
  ...["refs/heads//x", "refs/heads/x/../../../../x", "refs/heads/..", "refs/heads/", "HEAD"],
  ...["config", "refs/tags/v1", "refs/heads/x.lock", "refs/heads/x\0y", "refs/heads/\u001b[2J"],
  ...["refs/heads/..\\..\\x", "refs/heads/-d", "__proto__", "refs/heads/con", ""],
  ...["OUTSIDE/x", "refs/heads/OUTSIDE/x"],
];

/** Journals of dead recorders that a stranger might have written. */
export const HOSTILE_JOURNALS: readonly HostileClone[] = [
  ...TIP_REFS.map((ref) => ({
    name: `a dead recorder's journal whose tip is of ${JSON.stringify(ref)}`,
    async make(project: string, outside: string) {
      const run = await withStore(project, async (repo) => (await repo.resolve("side")).run);
      const body = encodeRun({ ...run, meta: { ...run.meta, message: "forged" } });
      const id = objectId(nodeHash, "run", body);
      const tip = encodeTips([{ ref: ref.replace("OUTSIDE", outside), run: body }]);
      // An intact one beside it, so that there is something to recover.
      const sound = encodeTips([{ ref: "refs/heads/forged", run: body }]);
      putJournal(project, [
        { kind: "run", id, payload: body },
        { kind: "tip", payload: tip },
        { kind: "tip", payload: sound },
      ]);
    },
    lines: ["log --all", "tag later side", "branch"],
  })),
  {
    name: "a dead recorder's journal whose tip holds no run",
    make(project) {
      const payload = encodeTips([{ ref: "refs/heads/x", run: utf8("no run") }]);
      putJournal(project, [{ kind: "tip", payload }]);
    },
    lines: ["log --all", "tag later side", "branch"],
  },
];

function putJournal(project: string, records: readonly Parameters<typeof encodeRecord>[0][]): void {
  const tools = { compression: nodeCompression, crc32: nodeCrc32 };
  const bytes = records.map((record) => encodeRecord(record, tools));
  const file = path.join(project, ".rewind/objects/journal-0f.pack");
  writeFileSync(file, concatBytes([PACK_HEADER, ...bytes]));
}
