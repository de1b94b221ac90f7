import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** A project that a stranger made, and what it attacks. */
export interface HostileClone {
  readonly name: string;
  /** Turns a copy of a sound project into it; `outside` is a folder that nothing may change. */
  make(project: string, outside: string): void;
}

const GIGABYTES = 3 * 2 ** 30;
const ID = "5".repeat(64);

/** What takes the place of a file of the store. */
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

/** Lines of a log as another version, or a stranger, might have written them. */
const LINES: readonly (readonly [name: string, to: string])[] = [
  ["../.git/config", '[core]\n\tfsmonitor = "touch CANARY; false"'],
  ["../CANARY", ID],
  ["refs/heads/../../../CANARY", ID],
  ["HEAD", "ref: ../../CANARY"],
  ["refs/heads/x", "no id"],
];

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
      make(project: string) {
        mkdirSync(path.join(project, ".git"), { recursive: true });
        writeFileSync(path.join(project, ".git/config"), "");
        const line = JSON.stringify({ time: "", command: "x", changes: [{ name, to }] });
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
    make(project) {
      const heads = path.join(project, ".rewind/refs/heads");
      for (const name of ["$(touch CANARY)", "`id`", "a;b", "SIDE", "main.lock", "..x", "-d"]) {
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
    make(project) {
      const config =
        '{"format":1,"__proto__":{"rng":"dice"},"constructor":1,"pager":"touch CANARY"}\n';
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
  ...["/dev/zero", "tsconfig.json"].map((target) => ({
    name: `a tsconfig.json that leads to ${target}`,
    make: (project: string) => symlinkSync(target, path.join(project, "tsconfig.json")),
  })),
];
