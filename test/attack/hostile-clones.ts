import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { HOSTILE_REPOSITORIES } from "./hostile-git.ts";
import { HOSTILE_JOURNALS, HOSTILE_PROGRAMS } from "./hostile-objects.ts";

/** A stranger's project, and what it attacks. */
export interface HostileClone {
  readonly name: string;
  /**
   * Turns a copy of an intact project into it. `outside` is a folder that nothing may change; code
   * that runs makes the file `marker`.
   */
  make(project: string, outside: string, marker: string): void | Promise<void>;
  /** The commands that always run in it. */
  readonly lines?: readonly string[];
  /** A shell command that runs into the trap: without rewind it leaves the marker. */
  readonly springs?: string;
}

const GIGABYTES = 3 * 2 ** 30;
const ID = "5".repeat(64);

/** Replacements for a file of the store. */
const PLACES: Readonly<Record<string, (file: string, outside: string) => void>> = {
  "a link out of the store": (file, outside) => symlinkSync(path.join(outside, "target"), file),
  "a link to an endless device": (file) => symlinkSync("/dev/zero", file),
  "a link to itself": (file) => symlinkSync(path.basename(file), file),
  "a pipe": (file) => void execFileSync("mkfifo", [file]),
  "three gigabytes": (file) => {
    writeFileSync(file, "");
    truncateSync(file, GIGABYTES);
  },
  "sequences that a terminal obeys": (file) => writeFileSync(file, "\u001b[2J\u009b31m\u202ex\n"),
};

const FILES = [
  ...["HEAD", "config", "refs/heads/side", "logs/operations"],
  ...["local/refs.lock", "objects/journal-aa.pack"],
];

const FOLDERS = ["logs", "local", "objects", "refs", "refs/heads"];

/** Log lines that another version, or a stranger, might have written. */
const LINES: readonly (readonly [name: string, to: string])[] = [
  ["../.git/config", '[core]\n\tfsmonitor = "touch MARKER; false"'],
  ["../forged", ID],
  ["refs/heads/../../../forged", ID],
  ["HEAD", "ref: ../../forged"],
  ["refs/heads/x", "no id"],
];

/** More refs make each command slower; rewind must support 100,000 of them. */
const MANY_REFS = 10_000;

/** This system and this folder, so that the pid decides. */
const HERE = {
  host: hostname(),
  boot: textOf("/proc/sys/kernel/random/boot_id"),
  machine: textOf("/etc/machine-id"),
  namespace: existsSync("/proc/self/ns/pid") ? readlinkSync("/proc/self/ns/pid") : "",
};

const LONG_AGO = new Date("2020-01-01T00:00:00Z");

/** What locks contain instead of an owner. */
const OWNERS: readonly (readonly [name: string, text: string])[] = [
  ...[-1, 0, 1, 2 ** 31, 2 ** 53, 1e308, 0.5, "1; touch x", "$$", null, [1], { pid: 1 }].map(
    (pid) =>
      [
        `process ${JSON.stringify(pid)}`,
        JSON.stringify({ ...HERE, folder: "FOLDER", pid }),
      ] as const,
  ),
  ["nothing", ""],
  ["null", "null"],
  ["two megabytes of a host", JSON.stringify({ ...HERE, pid: 1, host: "x".repeat(2_000_000) })],
  ["two megabytes of digits", `{"pid":${"9".repeat(2_000_000)}}`],
  ["a list in lists", "[".repeat(1_000_000)],
  ["terminal controls", JSON.stringify({ pid: 7, host: "\u001b[2J\u202e\u009b31m" })],
];

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}

/** Clones to run every command in. */
export const HOSTILE_CLONES: readonly HostileClone[] = [
  ...FILES.flatMap((file) =>
    Object.entries(PLACES).map(([place, put]) => ({
      name: `${place} as ${file}`,
      make(project: string, outside: string) {
        const target = path.join(project, ".rewind", file);
        rmSync(target, { force: true });
        put(target, outside);
      },
    })),
  ),
  ...FOLDERS.map((folder) => ({
    name: `a link out of the store as ${folder}`,
    make(project: string, outside: string) {
      const target = path.join(project, ".rewind", folder);
      renameSync(target, path.join(outside, "folder"));
      symlinkSync(path.join(outside, "folder"), target);
    },
  })),
  {
    name: "a link to a store elsewhere as .rewind",
    make(project, outside) {
      renameSync(path.join(project, ".rewind"), path.join(outside, "store"));
      symlinkSync(path.join(outside, "store"), path.join(project, ".rewind"));
    },
  },
  ...LINES.flatMap(([name, to]) =>
    ["", "00000000 0 "].map((before) => ({
      name: `a log that would change ${name}, ${before === "" ? "without" : "with"} a checksum`,
      make(project: string, _: string, marker: string) {
        mkdirSync(path.join(project, ".git"), { recursive: true });
        writeFileSync(path.join(project, ".git/config"), "");
        const change = { name, to: to.replace("MARKER", marker) };
        const line = JSON.stringify({ time: "", command: "x", changes: [change] });
        appendFileSync(path.join(project, ".rewind/logs/operations"), `${before}${line}\n`);
      },
    })),
  ),
  {
    name: "a journal of zeros, and one that is a pack of this store",
    make(project) {
      const objects = path.join(project, ".rewind/objects");
      writeFileSync(path.join(objects, "journal-00.pack"), Buffer.alloc(8192));
      const pack = execFileSync("ls", [objects], { encoding: "utf8" }).match(/^pack-.*\.pack$/m);
      copyFileSync(path.join(objects, String(pack?.[0])), path.join(objects, "journal-01.pack"));
    },
  },
  {
    name: "trust and inputs that came along",
    make(project) {
      for (const folder of ["trusted", "programs"]) {
        mkdirSync(path.join(project, ".rewind/local", folder), { recursive: true });
        writeFileSync(path.join(project, ".rewind/local", folder, ID), "");
      }
    },
  },
  {
    name: "names that a shell would run, and names in each other's way",
    make(project, _, marker) {
      const heads = path.join(project, ".rewind/refs/heads");
      // File names have no slash.
      const there =
        `cd ..;`.repeat(20) +
        marker
          .split("/")
          .slice(1, -1)
          .map((name) => `cd ${name};`)
          .join("");
      const runs = `$(${there}touch ${path.basename(marker)})`;
      for (const name of [runs, "$(touch x)", "`id`", "a;b", "SIDE", "main.lock", "..x", "-d"]) {
        copyFileSync(path.join(heads, "main"), path.join(heads, name));
      }
    },
  },
  {
    name: "hundreds of folders in each other",
    make(project) {
      const deep = path.join(project, ".rewind/refs/heads", ...Array<string>(300).fill("d"));
      mkdirSync(deep, { recursive: true });
      copyFileSync(path.join(project, ".rewind/refs/heads/main"), path.join(deep, "x"));
    },
  },
  {
    name: "settings of a prototype",
    make(project, _, marker) {
      const pager = `touch ${marker}`;
      const config = `{"format":1,"__proto__":{"rng":"dice"},"constructor":1,"pager":"${pager}"}\n`;
      writeFileSync(path.join(project, ".rewind/config"), config);
    },
  },
  {
    name: "a store in a store",
    make(project) {
      const store = path.join(project, ".rewind");
      cpSync(store, path.join(project, "copy"), { recursive: true });
      renameSync(path.join(project, "copy"), path.join(store, "objects/.rewind"));
    },
  },
  {
    name: `${MANY_REFS} refs`,
    make(project) {
      const heads = path.join(project, ".rewind/refs/heads");
      const target = readFileSync(path.join(heads, "main"));
      for (let i = 0; i < MANY_REFS; i++) {
        if (i % 1000 === 0) mkdirSync(path.join(heads, `many${i / 1000}`));
        writeFileSync(path.join(heads, `many${Math.floor(i / 1000)}/${i}`), target);
      }
    },
    lines: ["log --all", "branch", "tag later main", "completion bash --words 2 -- rewind show m"],
  },
  ...OWNERS.map(([name, text]) => ({
    name: `locks whose owner is ${name}`,
    make(project: string) {
      const main = createHash("sha256").update("main").digest("hex").slice(0, 16);
      const local = path.join(project, ".rewind/local");
      // The owner has this folder's identity; otherwise the lock would be a copy.
      const { dev, ino } = statSync(local);
      const content = text.replace('"FOLDER"', JSON.stringify(`${dev}:${ino}`));
      const files = ["refs.lock", "config.lock", `branch-${main}.lock`, "journal-aa.pack.lock"];
      for (const file of files) {
        writeFileSync(path.join(local, file), content);
        // An older file: invalid contents will no longer become an owner.
        utimesSync(path.join(local, file), LONG_AGO, LONG_AGO);
      }
      writeFileSync(path.join(project, ".rewind/objects/journal-aa.pack"), "");
    },
    lines: [
      "doctor",
      "branch",
      "tag later main",
      "extend main --by 50",
      "doctor --break-lock",
      "doctor",
    ],
  })),
  ...HOSTILE_REPOSITORIES,
  ...HOSTILE_PROGRAMS,
  ...HOSTILE_JOURNALS,
  ...["a pipe", "a link to an endless device"].map((place) => ({
    name: `${place} as the file of a run, and as the one to write`,
    make(project: string, outside: string) {
      for (const name of ["run.replay", "out.replay"]) {
        rmSync(path.join(project, name), { force: true });
        PLACES[place]?.(path.join(project, name), outside);
      }
    },
    lines: ["info run.replay", "load run.replay -b loaded", "save main -o out.replay"],
  })),
  ...["/dev/zero", "tsconfig.json"].map((target) => ({
    name: `a tsconfig.json that leads to ${target}`,
    make: (project: string) => symlinkSync(target, path.join(project, "tsconfig.json")),
  })),
];
