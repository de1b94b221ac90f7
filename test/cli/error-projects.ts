import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { utf8 } from "../../src/base/bytes.ts";
import { clock } from "../../src/base/clock.ts";
import { encode } from "../../src/codec/encode.ts";
import { nodeFiles } from "../../src/node/host/files.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { userTrust } from "../../src/node/program/trust.ts";
import { encodeBody } from "../../src/object/body.ts";
import { objectsOf } from "../../src/object/closure.ts";
import { type Id, type Kind, objectId } from "../../src/object/id.ts";
import { decodeProgram, encodeProgram, type Program } from "../../src/object/program.ts";
import { encodeRun, type RunManifest } from "../../src/object/run.ts";
import { SEED_RULES } from "../../src/object/seeds.ts";
import { encodeTag } from "../../src/object/tag.ts";
import { encodeTile } from "../../src/object/timeline.ts";
import { generatorNamed } from "../../src/random.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import { openRepository, type Repository } from "../../src/repository.ts";
import { type ObjectWriter, objectReader } from "../../src/store/object-store.ts";
import {
  decodeHeader,
  PACK_HEADER,
  RECORD_HEADER_BYTES,
  type RecordKind,
} from "../../src/store/pack.ts";
import { PackIndex } from "../../src/store/pack-index.ts";
import { lockText } from "../support/dead.ts";
import {
  bareProject,
  copyOf,
  emptyProject,
  type Project,
  strangersProject,
  unfinished,
} from "../support/run-cli.ts";
import { brokenArtifacts } from "./error-artifacts.ts";
import { AGENT, MODELS } from "./error-models.ts";
import { brokenRemotes } from "./error-remotes.ts";
import { brokenTraces } from "./error-traces.ts";

/** A project that a section of a transcript runs in. */
export interface Prepared {
  readonly project: Project;
  /** The values of `{name}` in a line. */
  readonly names: ReadonlyMap<string, string>;
}

/** Counts its steps in a variable of the module. */
const HIDDEN_COUNTER = `let n = 0;
  export default { name: "counter", init: () => 0, step: (x) => { n++; return x * 0 + n; } };`;

/** Reads a pipe while it is loaded. */
const READS_PIPE = `import fs from "node:fs";
  const text = fs.readFileSync("pipe", "utf8");
  export default { name: "odd", init: () => text.length, step: (x) => x + 1 };`;

const words = (line: string): string[] => line.split(" ");

/** Projects by their names in the transcripts; each is made when a section needs it. */
export const PROJECTS: Readonly<Record<string, () => Promise<Prepared>>> = {
  "no store": async () => prepared(await bareProject("walk.ts")),
  "an empty store": async () => {
    const project = await emptyProject("walk.ts");
    await writeModels(project);
    return prepared(project);
  },
  "settings of a module that are too large": async () => {
    const project = await emptyProject("walk.ts");
    await project.write("tsconfig.json", `{ ${" ".repeat(2 ** 21)} }`);
    return prepared(project);
  },
  "settings of a module that are not JSON": async () => {
    const project = await emptyProject("walk.ts");
    await project.write("tsconfig.json", '{ "compilerOptions": { strict: true } }');
    return prepared(project);
  },
  "settings of a module that are a pipe": async () => {
    const project = await emptyProject("walk.ts");
    execFileSync("mkfifo", [path.join(project.root, "tsconfig.json")]);
    return prepared(project);
  },
  "a program that reads what is not a file": async () => {
    const project = await emptyProject();
    await project.write("odd.mjs", READS_PIPE);
    execFileSync("mkfifo", [path.join(project.root, "pipe")]);
    return prepared(project);
  },
  "a store whose only branch was deleted": () => onlyRun("branch -d main"),
  "a store whose only record was undone": () => onlyRun("undo"),
  "a store where branches and tags have gone": () =>
    walk(async (project) => {
      for (const line of ["branch -m fork forked", "undo", "tag -d v1", "branch -d calf"])
        await project.ok(...words(line));
    }),
  "a store whose remote has other branches": async () => {
    const { project } = await walk(async () => undefined);
    for (const line of [
      "branch sweep/beta main@50%",
      "remote add origin their-runs",
      "push origin main fork sweep/beta",
      "tag kept main",
      "branch -d main",
      "branch -d sweep/beta",
      "tag later fork",
    ])
      await project.ok(...words(line));
    return prepared(project);
  },
  "a store with runs": () => walk(async () => undefined),
  "a store with ensembles": () => walk(ensembles),
  "HEAD names a run and no branch": () =>
    walk(async (project) => void (await project.ok("checkout", "v1@500"))),
  "a run recorded from a script": () => walk(fromScript),
  "a state that is too long to print": async () => {
    const project = await emptyProject();
    await writeModels(project);
    await project.ok(...words("record models/large.ts --steps 0"));
    return prepared(project);
  },
  "params that are too long to print": async () => {
    const project = await emptyProject();
    await writeModels(project);
    await project.ok(...words("record models/large-params.ts --steps 0"));
    return prepared(project);
  },
  "a class whose codec now fails": () => walk((project) => changedClass(project, AGENT.failing)),
  "a class whose codec is gone": () => walk((project) => changedClass(project, AGENT.without)),
  "a program that has changed since it was recorded": () =>
    walk(async (project) => {
      const walk = readFileSync(path.join(project.root, "walk.ts"), "utf8");
      await project.write("walk.ts", walk.replace("? 1 : -1", "? 2 : -1"));
    }),
  "files of runs": () => walk(artifacts),
  "traces of other machines": () => walk(traces),
  "tags and signatures": () => walk(signatures),
  "remotes that are broken": () => walk(brokenRemotes),
  "a new store whose remotes are broken": async () => {
    const { project } = await walk(brokenRemotes);
    rmSync(inStore(project, "."), { recursive: true });
    await project.ok("init");
    await project.ok("remote", "add", "no-packs", "no-packs");
    return prepared(project);
  },
  "a run from elsewhere": () => foreign([]),
  "a run from elsewhere, without its code": () => foreign(["--no-code"]),
  "objects that are not what their kind must be": () => walk(forgedObjects),
  "runs that were forged": () => walk(forgedRuns),
  "runs with other streams": async () => prepared(await streamsProject()),
  "runs with other streams that were forged": async () => {
    const project = await streamsProject();
    await forgedStreams(project);
    return prepared(project);
  },
  "files of plans": async () => {
    const project = await bareProject();
    await project.write("empty.plan", "");
    await project.write("long.plan", "# model 7\nseed 1\n\nepochs 9 of shufle 1444  # a loader\n");
    await project.write("notes/model.txt", "seed 1\r\nepochs 9 of shuffle 0");
    await project.write("image.plan", "\u0089PNG\r\n\u001a\n");
    return prepared(project);
  },
  "a branch changed by hand": () =>
    walk(async (project) => {
      await project.ok(...words("extend fork --by 10"));
      writeFileSync(
        inStore(project, "refs/heads/fork"),
        readFileSync(inStore(project, "refs/heads/main")),
      );
    }),
  "HEAD changed by hand": () =>
    walk(async (project) => {
      await project.ok(...words("checkout main@50"));
      writeFileSync(inStore(project, "HEAD"), "ref: refs/heads/fork\nstep: 9\n");
    }),
  "a branch that another process records on": () =>
    walk(async (project) => {
      takeLock(project, `branch-${branchDigits("main")}.lock`);
    }),
  "a run that is being recorded": () =>
    walk(async (project) => {
      const repo = await openRepository(project.root);
      const { id, run } = await repo.resolve("main");
      const longer = { ...run, goal: 5_000, parents: [{ run: id, step: run.steps }] };
      // It is never closed, so its journal and its lock stay.
      const writer = await repo.store.objects.writer();
      await writer.commit({ ref: "refs/heads/main", run: encodeRun(longer) });
    }),
  "a branch locked by a process that cannot be seen from here": () =>
    walk(async (project) => {
      const file = inStore(project, `local/branch-${branchDigits("main")}.lock`);
      const owner = { ...JSON.parse(lockText("")), host: "elsewhere", pid: 77 };
      writeFileSync(file, JSON.stringify(owner));
      utimesSync(file, new Date(), new Date(Date.now() - 3 * 3_600_000));
    }),
  "refs that another process is changing": () =>
    walk(async (project) => {
      takeLock(project, "refs.lock");
      // No real waiting: each reading of the clock is two seconds later.
      let now = clock.now();
      vi.spyOn(clock, "now").mockImplementation(() => {
        now += 2_000;
        return now;
      });
    }),
  "locks that name no owner": () =>
    walk(async (project) => {
      for (const name of ["refs.lock", `branch-${branchDigits("main")}.lock`]) {
        const file = inStore(project, `local/${name}`);
        writeFileSync(file, '{"pid":-1}\n');
        // From a clock that is ahead, and by half an hour more than is shown, so that the text stays.
        utimesSync(file, new Date(), new Date(Date.now() + 3.5 * 3_600_000));
      }
    }),
  "a full disk": () => walk(async () => failing("ENOSPC")),
  "a store that is read-only": () => walk(async () => failing("EROFS")),
  "a disk that fails": () => walk(async () => failing("EIO")),
  "what a module read has changed": async () => {
    const project = await emptyProject();
    const reads = (file: string): string => `import { readFileSync } from "node:fs";
      const text = readFileSync("${file}", "utf8");
      export default { name: "reads", init: () => text.length, step: (x) => x + 1 };`;
    // Only the digest of such files is recorded, because they may hold secrets.
    await project.write(".env.here", "one");
    await project.write(".env.gone", "two");
    await project.write("here.ts", reads(".env.here"));
    await project.write("gone.ts", reads(".env.gone"));
    const variable = "const scale = Number(process.env.REWIND_TEST_SCALE ?? 1);";
    const scaled = 'export default { name: "scaled", init: () => scale, step: (x) => x + scale };';
    await project.write("scaled.ts", `${variable} ${scaled}`);
    process.env.REWIND_TEST_SCALE = "2";
    try {
      for (const name of ["here", "gone", "scaled"]) {
        await project.ok(...words(`record ${name}.ts --steps 9 -b ${name}`));
      }
    } finally {
      delete process.env.REWIND_TEST_SCALE;
    }
    await project.write(".env.here", "another");
    rmSync(path.join(project.root, ".env.gone"));
    const clock = "const begun = Date.now();";
    await project.write("clock.ts", `${clock} ${scaled.replaceAll("scale", "begun")}`);
    return prepared(project);
  },
  "hidden state": async () => {
    const project = await emptyProject();
    await project.write("counter.ts", HIDDEN_COUNTER);
    await project.ok(...words("record counter.ts --steps 100"));
    return prepared(project);
  },
  "a package that is not the recorded one": async () => {
    const project = await emptyProject();
    const files = {
      "leftpad/package.json": '{"name":"leftpad","version":"1.0.0"}',
      // A computed require cannot be bundled, so the package stays outside the program.
      "leftpad/index.js": "exports.load = (name) => require(name); exports.one = 1;",
      "bundled/package.json": '{"name":"bundled","version":"2.0.0"}',
      "bundled/index.js": "exports.zero = 0;",
    };
    for (const [file, text] of Object.entries(files))
      await project.write(`node_modules/${file}`, text);
    await project.write(
      "m.ts",
      `import { one } from "leftpad"; import { zero } from "bundled";
       export default { name: "m", init: () => zero, step: (x) => x + one };`,
    );
    await project.ok("record", "m.ts", "--steps", "100", "-b", "main");
    await project.write(
      "node_modules/leftpad/package.json",
      '{"name":"leftpad","version":"1.1.0"}',
    );
    return prepared(project);
  },
  "a store of a later version": () => damagedFile("config", '{"format":99}\n'),
  "a config that is not JSON": () => damagedFile("config", "{"),
  "a config that is a list": () => damagedFile("config", "[]"),
  "a config with a generator that does not exist": () =>
    damagedFile("config", '{"format":1,"rng":"dice"}\n'),
  "a HEAD that is neither a ref nor a run": () => damagedFile("HEAD", "main\n"),
  "a HEAD that is a link": () =>
    walk(async (project) => {
      rmSync(inStore(project, "HEAD"));
      symlinkSync(path.join(project.root, "walk.ts"), inStore(project, "HEAD"));
    }),
  "refs that are a link": () =>
    walk(async (project) => {
      rmSync(inStore(project, "refs"), { recursive: true });
      symlinkSync(project.root, inStore(project, "refs"));
    }),
  "a HEAD that is too large": () => damagedFile("HEAD", `ref: refs/heads/${"a".repeat(5000)}\n`),
  "a log without an end": () =>
    walk(async (project) => {
      truncateSync(inStore(project, "logs/operations"), 2 ** 27);
    }),
  "a log that is too large": () =>
    walk(async (project) => {
      const log = inStore(project, "logs/operations");
      const lines = readFileSync(log);
      truncateSync(log, 2 ** 28);
      appendFileSync(log, `\n${lines}`);
    }),
  "a log that is a link": () =>
    walk(async (project) => {
      renameSync(inStore(project, "logs/operations"), path.join(project.root, "operations"));
      symlinkSync(path.join(project.root, "operations"), inStore(project, "logs/operations"));
    }),
  "a log that is a hard link": () =>
    walk(async (project) => {
      linkSync(inStore(project, "logs/operations"), path.join(project.root, "operations"));
    }),
  "a branch that Git could not merge": () =>
    damagedFile(
      "refs/heads/fork",
      `<<<<<<< HEAD\n${"a".repeat(64)}\n=======\n${"b".repeat(64)}\n>>>>>>> theirs\n`,
    ),
  "a branch that names no run": () => damagedFile("refs/heads/fork", "nonsense\n"),
  "a branch that names a missing object": () =>
    damagedFile("refs/heads/fork", `${"5".repeat(64)}\n`),
  "packs whose records have other ids": () => walk((project) => spoil(project, { from: 16 })),
  "packs whose records are not objects": () =>
    walk((project) => spoil(project, { from: 4, value: 255 })),
  "packs whose runs are damaged": () =>
    walk((project) => spoil(project, { from: RECORD_HEADER_BYTES, only: "run" })),
  "packs whose sources are damaged": () =>
    walk((project) => spoil(project, { from: RECORD_HEADER_BYTES, length: 16, only: "chunk" })),
  "packs that end inside a run": () =>
    walk(async (project) => {
      for (const file of packsOf(project)) {
        const bytes = readFileSync(file);
        const run = recordsIn(bytes).findLast(({ kind }) => kind === "run");
        if (run !== undefined) writeFileSync(file, bytes.subarray(0, run.at + 99));
      }
    }),
  "indexes with invalid places": () =>
    walk(async (project) => {
      for (const pack of packsOf(project)) {
        const file = pack.replace(/pack$/, "idx");
        const bytes = readFileSync(file);
        const { count } = new PackIndex(
          (offset, length) => bytes.subarray(offset, offset + length),
          bytes.length,
          file,
          nodeHash,
        );
        // The offsets, eight bytes each, precede the two hashes at its end; the last hash is
        // corrected.
        const end = bytes.length - 64;
        bytes.fill(0xff, end - 8 * count, end);
        bytes.set(nodeHash(bytes.subarray(0, -32)), bytes.length - 32);
        writeFileSync(file, bytes);
      }
    }),
  "settings that are not JSON": () => settings("{"),
  "settings that are a list": () => settings("[]"),
  "settings that are a folder": () => settings(undefined),
};

/** A store with one run, after a command that leaves no ref. */
async function onlyRun(line: string): Promise<Prepared> {
  const project = await emptyProject("walk.ts");
  await project.ok(...words("record walk.ts --steps 10 --seed 42"));
  await project.ok(...words(line));
  return prepared(project);
}

/** Makes the project of a section, a new one each time. */
async function prepared(
  project: Project,
  names: ReadonlyMap<string, string> = new Map(),
): Promise<Prepared> {
  return { project, names };
}

let base: Project | undefined;

/**
 * Records the runs that most sections begin with. Call it in a hook, so that all of them share
 * these.
 */
export async function recordRuns(): Promise<void> {
  base = await walkProject();
}

/** A copy of a project with runs of all kinds, changed by `change`, which may return names. */
async function walk(change: (project: Project) => Promise<unknown>): Promise<Prepared> {
  const project = await copyOf(base as Project);
  const main = readFileSync(inStore(project, "refs/heads/main"), "utf8").trim();
  const names: unknown = await change(project);
  return prepared(
    project,
    new Map([
      ["main", main],
      ["refs", inStore(project, "refs/heads")],
      ...(names instanceof Map ? names : []),
    ]),
  );
}

async function walkProject(): Promise<Project> {
  const project = await emptyProject("walk.ts");
  await writeModels(project);
  await unfinished(project);
  for (const line of [
    "record walk.ts --steps 1000 --seed 42 -b main",
    "branch fork main@500 --param p=0.9",
    "tag v1 main",
    "record models/herd.ts --steps 100 --seed 1 --block-size 10 -b herd",
    "branch calf herd@50 --seed 2",
    "record models/passing.ts --steps 100 --seed 1 --block-size 10 -b passing",
    "save main -o main.replay",
    "checkout main",
  ]) {
    await project.ok(...words(line));
  }
  // A module outside the project.
  symlinkSync(fileURLToPath(import.meta.url), path.join(project.root, "outside.ts"));
  return project;
}

/** A run of each rule, on the branch named for it. */
async function streamsProject(): Promise<Project> {
  const project = await emptyProject("walk.ts");
  for (const rule of SEED_RULES) {
    await project.ok(...words(`record walk.ts --steps 9 --seed 1 --streams ${rule} -b ${rule}`));
  }
  return project;
}

async function writeModels(project: Project): Promise<void> {
  for (const [file, source] of Object.entries(MODELS)) {
    await project.write(`models/${file}`, source);
  }
}

const inStore = (project: Project, file: string): string =>
  path.join(project.root, ".rewind", file);

function damagedFile(file: string, content: string): Promise<Prepared> {
  return walk(async (project) => writeFileSync(inStore(project, file), content));
}

function settings(content: string | undefined): Promise<Prepared> {
  return walk(async (project) => {
    const file = path.join(project.root, "home/rewind/config");
    mkdirSync(content === undefined ? file : path.dirname(file), { recursive: true });
    if (content !== undefined) writeFileSync(file, content);
    return new Map([["home", path.join(project.root, "home")]]);
  });
}

/** The file name of a branch's lock. */
function branchDigits(name: string): string {
  return Buffer.from(nodeHash(utf8(name)))
    .toString("hex")
    .slice(0, 16);
}

function takeLock(project: Project, name: string): void {
  writeFileSync(inStore(project, `local/${name}`), lockText(inStore(project, "local")));
}

/** Makes all later changes of files fail. */
function failing(code: string): void {
  for (const name of ["write", "sync", "rename", "link", "truncate"] as const) {
    vi.spyOn(nodeFiles, name).mockImplementation(() => {
      throw Object.assign(new Error(`${code}: made to fail`), { code });
    });
  }
}

async function fromScript(project: Project): Promise<void> {
  const counter = defineSimulation<number, Record<string, never>>({
    name: "counter",
    init: () => 0,
    step: (x) => x + 1,
  });
  const repo = await openRepository(project.root, { simulations: [counter] });
  await repo.record(counter, { steps: 100, seed: 1, branch: "script" });
  await repo.close();
}

async function changedClass(project: Project, after: string): Promise<void> {
  await project.write("agent.ts", AGENT.before);
  await project.ok(...words("record agent.ts --steps 9 --seed 1 --block-size 3 -b agent"));
  await project.write("agent.ts", after);
}

async function signatures(project: Project): Promise<void> {
  await project.ok("tag", "plain", "main");
  const repo = await openRepository(project.root);
  const { id } = await repo.resolve("main");
  await repo.close();
  const lines = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n";
  const forged = new Map<string, string>();
  await forging(project, async (writer) => {
    for (const [name, signature] of Object.entries({ forged: lines, odd: "-f /etc/passwd" })) {
      const tag = { ...TAG, name, target: id, signature };
      forged.set(name, writer.put("tag", encodeTag(tag)));
    }
  });
  for (const [name, tag] of forged) {
    writeFileSync(inStore(project, `refs/tags/${name}`), `${tag}\n`);
  }
}

/** Ensembles, whole ones and one that ended early, and design files with mistakes. */
async function ensembles(project: Project): Promise<void> {
  for (const line of [
    "sweep walk.ts --param p=0.1,0.9 --seeds 1..2 --steps 20 -b grid",
    "sweep walk.ts --param p=0.1,0.9 --replicates 2 --seed 1 --steps 20 -b again",
    "sweep models/starts.ts --param a=1,2 --seeds 1 --steps 20 -b starts",
  ]) {
    await project.ok(...words(line));
  }
  const early =
    "sweep models/sharp.ts --param a=2 --seeds 1..5 --max-failures 1 --steps 20 -b early";
  await project.run(...words(early));
  const columns = Array.from({ length: 1_001 }, (_, i) => `p${i}`).join(",");
  for (const [file, text] of Object.entries({ ...DESIGNS, "wide.csv": columns })) {
    await project.write(file, text);
  }
}

const DESIGNS: Readonly<Record<string, string>> = {
  "empty.csv": "",
  "header.csv": "p,seed\n",
  "unnamed.csv": "p,\n0.1,2\n",
  "twice.csv": "p,p\n0.1,0.2\n",
  "short.csv": "p,seed\n0.1,1\n0.2\n",
  "long.csv": "p,seed\n0.1,1,2\n",
  "gap.csv": "p,seed\n,1\n",
  "quote.csv": 'p,seed\n"0.1"5,1\n',
  "word.csv": "p,seed\n0.1,1\nhalf,2\n",
  "seed.csv": "p,seed\n0.1,-1\n",
  "replicate.csv": "p,replicate\n0.1,99999999999999999\n",
  "both.csv": "p,seed,replicate\n0.1,1,1\n",
  "same.csv": "p,seed\n0.1,1\n0.2,1\n0.1,1\n",
  "unknown.csv": "q,seed\n0.1,1\n",
  "cut.json": '[{"p": 0.1}',
  "object.json": '{"p": 0.1}',
  "number.json": '[{"p": 0.1}, 5]',
  "more.json": '[{"p": 0.1}, {"p": 0.2, "q": 1}]',
  "less.json": '[{"p": 0.1, "seed": 1}, {"p": 0.2}]',
  "form.json": '[{"any": {"$bigint": "x"}}]',
};

async function traces(project: Project): Promise<void> {
  await project.ok(...words("record walk.ts --steps 50 --seed 1 --block-size 10 -b other"));
  await project.ok(...words("branch part main@20 --param p=0.6"));
  await project.ok(...words("trace main --block 0 -o main.trace"));
  const whole = readFileSync(path.join(project.root, "main.trace"));
  for (const [name, bytes] of Object.entries(brokenTraces(whole))) {
    writeFileSync(path.join(project.root, `${name}.trace`), bytes);
  }
}

async function artifacts(project: Project): Promise<void> {
  const parts = await partsOf(project, "main");
  for (const [name, bytes] of Object.entries(brokenArtifacts(parts))) {
    writeFileSync(path.join(project.root, `${name}.replay`), bytes);
  }
  await project.ok(...words("save main fork -o runs.replay"));
  execFileSync("mkfifo", [path.join(project.root, "pipe.replay")]);
  await project.write("package.json", '{ "type": "module" }');
  await project.write("mine.cbor", "notes of mine\n");
  await project.write("half.json", '{ "x": ');
  await project.write("agent.json", '{ "$type": "Agent", "value": { "x": 1 } }');
  writeFileSync(path.join(project.root, "bytes.json"), Uint8Array.of(0x22, 0xff, 0x22));
  symlinkSync(".rewind", path.join(project.root, "store"));
}

/** The objects of a branch's run, the run first. */
async function partsOf(
  project: Project,
  branch: string,
): Promise<{ kind: Kind; body: Uint8Array }[]> {
  const repo = await openRepository(project.root);
  const get = objectReader(repo.store.objects);
  const { id, run } = await repo.resolve(branch);
  const parts = [{ kind: "run" as Kind, body: await get("run", id) }];
  for await (const { kind, id } of objectsOf(run, get))
    parts.push({ kind, body: await get(kind, id) });
  await repo.close();
  return parts;
}

/** A store with a run whose module is not here. */
async function foreign(options: readonly string[]): Promise<Prepared> {
  const there = await emptyProject("walk.ts");
  await there.ok(...words("record walk.ts --steps 100 --seed 1"));
  await there.ok(...words("save main -o main.replay"), ...options);
  const here = await strangersProject();
  await here.ok("load", path.join(there.root, "main.replay"), "-b", "theirs");
  return prepared(here);
}

/** Bodies that readers must refuse, by their names in fixtures/objects/invalid. */
async function forgedObjects(project: Project): Promise<Map<string, string>> {
  const folder = fileURLToPath(new URL("../../fixtures/objects/invalid", import.meta.url));
  const names = new Map<string, string>();
  await forging(project, async (writer) => {
    for (const file of readdirSync(folder)) {
      const { kind, hex } = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
      names.set(path.basename(file, ".json"), writer.put(kind, Buffer.from(hex, "hex")));
    }
    const id = Buffer.alloc(32);
    const run = [1, 1, 0, 0, [[0, id, id, 5, null]], 0, 0, 0, 0];
    names.set("run-with-a-number-for-params", writer.put("run", encodeBody("run", run)));
    const edge = [[], new Uint8Array(0), []];
    const numberAsMeta = [1, 1, 0, 0, [[0, id, id, {}, null]], edge, Uint8Array.of(0), [], 5];
    names.set("run-with-a-number-for-meta", writer.put("run", encodeBody("run", numberAsMeta)));
    for (const [name, meta] of Object.entries(FORGED_META)) {
      names.set(name, writer.put("run", encodeBody("run", [...numberAsMeta.slice(0, 8), meta])));
    }
    names.set("long-message", "m".repeat(10_001));
    const prefixes = new Map<string, string>();
    for (let i = 0; names.get("ambiguous") === undefined; i++) {
      const id = writer.put("tag", encodeTag({ ...TAG, message: String(i) }));
      const digits = id.slice(0, 4);
      if (prefixes.has(digits)) names.set("ambiguous", digits);
      prefixes.set(digits, id);
    }
  });
  return names;
}

/** Invalid notes about a run. */
const FORGED_META = {
  "run-time-with-a-key-toString": { time: { toString: 5 } },
  "run-host-of-objects": { host: { node: { toString: 5 } } },
  "run-commit-of-a-number": { git: { commit: 5 } },
  "run-many-values": { a: new Array(1_000).fill(0) },
  "run-long-text": { a: "a".repeat(70_000) },
};

const TAG = { name: "t", target: "0".repeat(64) as Id<"run">, message: "", time: "" };

/** Runs that can be read but whose parts do not fit together; each on its own branch. */
async function forgedRuns(project: Project): Promise<void> {
  const repo = await openRepository(project.root);
  const get = objectReader(repo.store.objects);
  const { run } = await repo.resolve("herd");
  const segment = run.segments[0] as RunManifest["segments"][number];
  const program = decodeProgram(await get("program", segment.program));
  const forged: Record<string, RunManifest> = {};
  await forging(project, async (writer) => {
    const inSegment = (changes: Partial<typeof segment>): RunManifest => ({
      ...run,
      segments: [{ ...segment, ...changes }],
    });
    const withProgram = (changes: Partial<Program>): RunManifest =>
      inSegment({ program: putTrusted(writer, { ...program, ...changes }) });
    const state = writer.put("state", encodeBody("state", [99, [chunkOf(writer, "short")]]));
    forged["short-state"] = { ...run, final: { id: state } };
    forged["old-generator"] = withProgram({ generatorVersion: 99 });
    forged["other-generator"] = withProgram({ generator: "dice" });
    forged["leads-out"] = withProgram({ module: "../walk.ts" });
    const parts = ["/*\n", "*/ evil();\n/*\n", "*/\n"].map((code, i) => ({
      package: i === 1 ? "pack@1.0.0" : undefined,
      chunk: writer.put("chunk", utf8(code)),
    }));
    const source = writer.put("chunk", utf8("/*\n*/ evil();\n/*\n*/\n"));
    forged["half-comments"] = withProgram({ source, parts });
    const html = writer.put("chunk", utf8("let n = 1;\nn <!-- n; evil();\n"));
    forged["html-comment"] = withProgram({ source: html, parts: [] });
    forged["unknown-zone"] = withProgram({ zone: "Mars/Base", locale: "en-US" });
    forged["unknown-locale"] = withProgram({ zone: "UTC", locale: "xx" });
    const chunk = writer.put("chunk", utf8("no list"));
    const listing = { path: "data", kind: "listing", digest: "0".repeat(64), chunk, length: 7 };
    forged["no-listing"] = withProgram({ zone: "UTC", locale: "en-US", inputs: [listing] });
    const begin = (generator: Uint8Array): RunManifest =>
      inSegment({ begin: { state: { inline: encode(0) }, generator, named: [], witness: 0 } });
    forged["short-generator"] = begin(new Uint8Array(3));
    forged["empty-generator"] = begin(new Uint8Array(16));
    forged.kind = { ...run, final: { id: segment.program as unknown as Id<"state"> } };
    forged["no-state"] = { ...run, final: { inline: Uint8Array.of(0xff) } };
    const bottom = encodeTile({
      level: 0,
      entries: Array.from({ length: 64 }, () => ({ state: { inline: encode(0) }, witness: 0 })),
    });
    const tile = writer.put("tile", bottom);
    forged.tile = {
      ...run,
      ...{ blockSize: 1, steps: 4096, goal: 4096 },
      edge: { entries: [], tiles: [[], [tile]] },
    };
    for (const manifest of Object.values(forged)) writer.put("run", encodeRun(manifest));
  });
  await nameRuns(repo, forged);
  await repo.close();
}

/** Runs whose start has an impossible generator state. */
async function forgedStreams(project: Project): Promise<void> {
  const repo = await openRepository(project.root);
  const get = objectReader(repo.store.objects);
  const { run } = await repo.resolve("block");
  const { run: continuous } = await repo.resolve("continuous");
  const segment = continuous.segments[0] as RunManifest["segments"][number];
  const recorded = decodeProgram(await get("program", segment.program));
  const zeros = (length: number, ...changed: readonly (readonly [at: number, byte: number])[]) => {
    const bytes = new Uint8Array(length);
    for (const [at, byte] of changed) bytes[at] = byte;
    return bytes;
  };
  const python = [...utf8("PyMT")].map((byte, at) => [at, byte] as const);
  const forged: Record<string, RunManifest> = {};
  await forging(project, async (writer) => {
    const withCheckpoint = (...bytes: number[]): RunManifest => ({
      ...continuous,
      edge: {
        ...run.edge,
        entries: run.edge.entries.map(({ witness }) => ({
          ...{ state: { inline: Uint8Array.of(...bytes) }, witness },
        })),
      },
    });
    // A length that does not end, one beyond the end, and more names than fit.
    forged["length-open"] = withCheckpoint(0x80);
    forged["length-beyond"] = withCheckpoint(99);
    forged["too-many-names"] = withCheckpoint(1, 0, 99);
    const withGenerator = (
      generator: string,
      state: Uint8Array,
      { seeds } = run.segments[0] as typeof segment,
    ): RunManifest => {
      const { version: generatorVersion } = generatorNamed(generator);
      const program = putTrusted(writer, { ...recorded, generator, generatorVersion });
      const begin = { state: { inline: encode(0) }, generator: state, named: [], witness: 0 };
      return { ...run, segments: [{ ...segment, program, seeds, begin }] };
    };
    forged["numpy-position"] = withGenerator("numpy", Uint8Array.of(0x80), segment);
    forged["numpy-length"] = withGenerator("numpy", zeros(36));
    forged["numpy-even"] = withGenerator("numpy", zeros(37));
    forged["python-length"] = withGenerator("python", zeros(2511));
    forged["python-name"] = withGenerator("python", zeros(2512));
    forged["python-deviate"] = withGenerator("python", zeros(2512, ...python, [6, 9]));
    forged["python-empty"] = withGenerator("python", zeros(2512, ...python));
    forged["python-drawn"] = withGenerator("python", zeros(2512, ...python, [5, 9], [99, 1]));
    forged["torch-length"] = withGenerator("torch", zeros(2519));
    forged["torch-drawn"] = withGenerator("torch", zeros(2520));
    for (const manifest of Object.values(forged)) writer.put("run", encodeRun(manifest));
  });
  await nameRuns(repo, forged);
  await repo.close();
}

/** Makes a branch for each of the runs, which are stored. */
async function nameRuns(
  repo: Repository,
  runs: Readonly<Record<string, RunManifest>>,
): Promise<void> {
  for (const [name, manifest] of Object.entries(runs)) {
    const to = objectId(nodeHash, "run", encodeRun(manifest));
    await repo.store.refs.update([{ name: `refs/heads/${name}`, from: undefined, to }], "forge");
  }
}

/** A trusted program, so that its faults show when it runs. */
function putTrusted(writer: ObjectWriter, program: Program): Id<"program"> {
  const id = writer.put("program", encodeProgram(program));
  userTrust().add(id);
  return id;
}

function chunkOf(writer: ObjectWriter, text: string): Uint8Array {
  return Buffer.from(writer.put("chunk", utf8(text)), "hex");
}

async function forging(
  project: Project,
  work: (writer: ObjectWriter) => Promise<void>,
): Promise<void> {
  const repo = await openRepository(project.root);
  const writer = await repo.store.objects.writer();
  await work(writer);
  await writer.close();
  await repo.close();
}

/** The sealed packs of a store. */
function packsOf(project: Project): string[] {
  const objects = inStore(project, "objects");
  return readdirSync(objects)
    .filter((name) => name.endsWith(".pack"))
    .map((name) => path.join(objects, name));
}

/** The offsets and kinds of the records of a pack. */
function recordsIn(pack: Uint8Array): { readonly at: number; readonly kind: RecordKind }[] {
  const records: { at: number; kind: RecordKind }[] = [];
  for (let at = PACK_HEADER.length; at < pack.length; ) {
    const header = decodeHeader(pack.subarray(at));
    if (header === undefined) break;
    records.push({ at, kind: header.kind });
    at += RECORD_HEADER_BYTES + header.storedLength;
  }
  return records;
}

/** Changes `length` bytes at an offset of every record, or of every record of a kind. */
async function spoil(
  project: Project,
  {
    from,
    length = 1,
    value,
    only,
  }: {
    readonly from: number;
    readonly length?: number;
    readonly value?: number;
    readonly only?: RecordKind;
  },
): Promise<void> {
  for (const file of packsOf(project)) {
    const bytes = readFileSync(file);
    for (const { at, kind } of recordsIn(bytes).slice(0, -1)) {
      if (only !== undefined && only !== kind) continue;
      for (let i = at + from; i < at + from + length; i++) {
        bytes[i] = value ?? (bytes[i] as number) ^ 0xff;
      }
    }
    writeFileSync(file, bytes);
  }
}
