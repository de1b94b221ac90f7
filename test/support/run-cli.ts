import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { outputFile } from "fs-extra/esm";
import { onTestFinished } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Terminal } from "../../src/cli/terminal/output.ts";
import type { Page } from "../../src/cli/terminal/pager.ts";
import { asUser, newUser, type User } from "./user.ts";

/** What a command line printed, and its exit status. */
export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own form, which its test states.
  readonly json: any;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /**
   * Presses Ctrl-C when the command begins to listen; or gets the function that presses it, for
   * later.
   */
  readonly interrupt?: boolean | ((press: () => void) => void);
  readonly isTTY?: boolean;
  /** The standard input. */
  readonly input?: Uint8Array;
  /** The rows of the terminal. */
  readonly rows?: number;
  /** The pager. */
  readonly page?: Page;
  /** The current time, in milliseconds since 1970. */
  readonly now?: number;
}

/** A new project folder, removed after the test. */
export interface Project {
  readonly root: string;
  /** Runs a command line in the folder, in this process. */
  run(...argv: string[]): Promise<Result>;
  runWith(options: RunOptions, ...argv: string[]): Promise<Result>;
  /** The same, for a command that must succeed: otherwise it throws with the output. */
  ok(...argv: string[]): Promise<Result>;
  write(file: string, text: string): Promise<void>;
  /** A digest of the store's files, names and bytes, without local/. */
  storeDigest(): Promise<string>;
}

const SIMULATIONS = fileURLToPath(new URL("../../fixtures/simulations/", import.meta.url));

/** A project with these simulations of the fixtures, without a store. */
export async function bareProject(...simulations: string[]): Promise<Project> {
  const root = await temporaryFolder();
  for (const name of simulations) await cp(path.join(SIMULATIONS, name), path.join(root, name));
  return projectAt(root);
}

/** A project with an empty store. */
export async function emptyProject(...simulations: string[]): Promise<Project> {
  const project = await bareProject(...simulations);
  await project.ok("init");
  return project;
}

/** A project with an empty store of another user, who does not trust this user's code. */
export async function strangersProject(...simulations: string[]): Promise<Project> {
  const { root } = await bareProject(...simulations);
  const project = projectAt(root, stranger());
  await project.ok("init");
  return project;
}

/** A copy of a project, as a user has it who cloned it. */
export async function cloneOf(project: Project): Promise<Project> {
  const root = await temporaryFolder();
  await cp(project.root, root, { recursive: true, verbatimSymlinks: true });
  return projectAt(root, stranger());
}

function stranger(): User {
  const user = newUser();
  atEnd(user.remove);
  return user;
}

/** A project with the walk recorded: 1,000 steps, seed 42, on main. */
export const walkProject: () => Promise<Project> = copies(async (project) => {
  await cp(path.join(SIMULATIONS, "walk.ts"), path.join(project.root, "walk.ts"));
  await project.ok("init");
  await project.ok("record", "walk.ts", "--steps", "1000", "--seed", "42", "-m", "a walk");
});

/** Prepares a project once for each test file, and gives each test a copy. */
export function copies(prepare: (project: Project) => Promise<void>): () => Promise<Project> {
  // Each file has a user of its own, who trusts what was recorded for that file.
  const prepared = new Map<string, Promise<Project>>();
  return async () => {
    const user = String(process.env.XDG_CONFIG_HOME);
    const found = prepared.get(user) ?? keptProject(prepare);
    prepared.set(user, found);
    return copyOf(await found);
  };
}

/** A project that is removed after the tests of the file. */
async function keptProject(prepare: (project: Project) => Promise<void>): Promise<Project> {
  const project = projectAt(await newFolder());
  await prepare(project);
  return project;
}

/** Records a run on the branch `unfinished` that fails at a step of 100, but not a second time. */
export async function unfinished(project: Project, step = 70): Promise<Result> {
  const flag = Atomics as { failing?: boolean };
  await project.write(
    "fragile.ts",
    `export default {
      name: "fragile",
      init: () => 0,
      step: (x, rng, ctx) => {
        if (Atomics.failing && ctx.step === ${step}) throw new Error("no more");
        return x + rng.random();
      },
    };`,
  );
  flag.failing = true;
  try {
    return await project.run(..."record fragile.ts --steps 100 --seed 5 -b unfinished".split(" "));
  } finally {
    flag.failing = false;
  }
}

/** A copy of a project in another folder. */
export async function copyOf(project: Project): Promise<Project> {
  const root = await temporaryFolder();
  await cp(project.root, root, { recursive: true });
  return projectAt(root);
}

/** A new folder, removed with those of the file's user after the tests of the file. */
function newFolder(): Promise<string> {
  return mkdtemp(path.join(path.dirname(String(process.env.XDG_CONFIG_HOME)), "project-"));
}

export async function temporaryFolder(): Promise<string> {
  const root = await newFolder();
  atEnd(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function atEnd(work: () => void): void {
  try {
    onTestFinished(work);
  } catch {
    // In a hook, for all the tests of a file.
    process.once("exit", work);
  }
}

export function projectAt(root: string, user?: User): Project {
  const runWith = (options: RunOptions, ...argv: string[]): Promise<Result> => {
    const run = () => runCli(argv, { cwd: root, ...options });
    return user === undefined ? run() : asUser(user, run);
  };
  return {
    root,
    run: (...argv) => runWith({}, ...argv),
    runWith,
    async ok(...argv) {
      const result = await runWith({}, ...argv);
      if (result.status === 0) return result;
      throw new Error(`rewind ${argv.join(" ")}: ${result.status}\n${result.stderr}`);
    },
    async write(file, text) {
      await outputFile(path.join(root, file), text);
    },
    storeDigest: () => storeDigest(root),
  };
}

/** Runs a command line in this process. */
export async function runCli(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
  const stdout = capture(options);
  const stderr = capture(options);
  const status = await main({
    argv,
    cwd: options.cwd ?? tmpdir(),
    env: options.env ?? {},
    stdout,
    stderr,
    ...(options.now !== undefined && { now: () => options.now as number }),
    onInterrupt(listener) {
      if (typeof options.interrupt === "function") options.interrupt(listener);
      else if (options.interrupt) listener();
      return () => undefined;
    },
    ...(options.input && { readInput: async () => options.input as Uint8Array }),
    ...(options.page && { page: options.page }),
  });
  const text = stdout.text();
  return {
    status,
    stdout: text,
    stderr: stderr.text(),
    get json() {
      return JSON.parse(text);
    },
  };
}

function capture({ isTTY = false, rows }: RunOptions): Terminal & { text(): string } {
  const parts: Buffer[] = [];
  return {
    write: (text) => void parts.push(Buffer.from(text)),
    text: () => Buffer.concat(parts).toString("utf8"),
    isTTY,
    columns: 100,
    rows,
  };
}

async function storeDigest(root: string): Promise<string> {
  const hash = createHash("sha256");
  const store = path.join(root, ".rewind");
  const names = await readdir(store, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(store, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith(`local${path.sep}`))
    .sort();
  for (const name of files) {
    hash
      .update(`${name}\0`)
      .update(await readFile(path.join(store, name)))
      .update("\0");
  }
  return hash.digest("hex");
}
