import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Lab } from "./lab.ts";

/** The stores that commands start with. */
export type StoreName = "bare" | "empty" | "walk" | "cut" | "undone";

/** A command that writes, and the store that it starts with. */
export interface Writing {
  readonly line: string;
  readonly store: StoreName;
  /** The step at which Ctrl-C is pressed. */
  readonly ctrlC?: number;
  /** What it says if it is run again after it was done. */
  readonly again?: RegExp;
  /** If it is run again it does more, so nothing is repeated if it was cut short after its work. */
  readonly adds?: boolean;
  /** The branches that it records on, which may have only part of their steps. */
  readonly records?: RegExp;
  /** Branches that must all exist or all be missing. */
  readonly together?: RegExp;
}

const EXISTS = /already|exists|is there|unfinished/;

/** Every command that changes a store. */
export const WRITING: readonly Writing[] = [
  { line: "init", store: "bare", again: EXISTS },
  {
    line: "record walk.mjs --steps 200 --seed 5",
    store: "empty",
    again: EXISTS,
    records: /^main$/,
  },
  {
    line: "record walk.mjs --steps 200 --seed 8 -b new",
    store: "walk",
    again: EXISTS,
    records: /^new$/,
  },
  {
    line: "record walk.mjs --steps 200 --seed 7 --restart",
    store: "walk",
    records: /^main$|^archive/,
  },
  {
    line: "record walk.mjs --steps 90000 --seed 5 -b new",
    store: "walk",
    ctrlC: 500,
    again: EXISTS,
    records: /^new$/,
  },
  { line: "resume cut", store: "cut", again: /finished|complete|has all/, records: /^cut$/ },
  { line: "extend main --steps 400", store: "walk", again: /400/, records: /^main$/ },
  { line: "extend main --by 50 --param p=0.6", store: "walk", adds: true, records: /^main$/ },
  { line: "reset main@200", store: "walk", again: /200/, records: /^main$|^archive/ },
  { line: "branch new main@100 --param p=0.7", store: "walk", again: EXISTS, records: /^new$/ },
  {
    line: "branch grid main@250 --matrix p=0.6,0.7",
    store: "walk",
    again: EXISTS,
    records: /^grid\//,
    together: /^grid\//,
  },
  { line: "branch -d side", store: "walk", again: /no branch|unknown|side/ },
  { line: "branch -m side other", store: "walk", again: /no branch|unknown|side|other/ },
  { line: "checkout side@20", store: "walk" },
  { line: "step 10 --back", store: "walk", adds: true },
  { line: "tag v2 side -m paper", store: "walk", again: EXISTS },
  { line: "tag -f v1 side", store: "walk" },
  { line: "tag -d v1", store: "walk", again: /v1/ },
  { line: "load run.replay -b loaded", store: "walk", again: EXISTS },
  { line: "save main -o out.replay", store: "walk" },
  { line: "undo", store: "walk", adds: true },
  { line: "redo", store: "undone", adds: true },
  { line: "config rng python", store: "walk" },
  { line: "config author Ada", store: "walk" },
];

/** Every command that only reads, for a store with the branch main. */
export const READING: readonly string[] = [
  "log",
  "log --all",
  "log --all --graph",
  "show",
  "show main --source",
  "get main",
  "get main@10",
  "diff main@5 main@10",
  "find main state.x>1",
  "stats main state.x",
  "verify main",
  "info run.replay",
  "cat-file main",
  "branch",
  "tag",
  "reflog main",
  "config",
  "completion bash --words 2 -- rewind checkout m",
];

const WALK = `export default {
  name: "walk",
  params: { p: 0.5 },
  init: () => ({ x: 0 }),
  step: (state, rng, ctx) => {
    Atomics.attack?.(ctx.step);
    return { x: state.x + (rng.random() < ctx.params.p ? 1 : -1) };
  },
};
`;

/** Makes each store once, and returns copies. */
export class Stores {
  readonly #lab: Lab;
  readonly #made = new Map<StoreName, Promise<string>>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** A copy of a store, in a new folder. */
  async copy(name: StoreName): Promise<string> {
    const root = this.#lab.fresh();
    cpSync(await this.original(name), root, { recursive: true });
    return root;
  }

  original(name: StoreName): Promise<string> {
    const made = this.#made.get(name) ?? this.#make(name);
    this.#made.set(name, made);
    return made;
  }

  async #make(name: StoreName): Promise<string> {
    const root = this.#lab.fresh(name);
    mkdirSync(root, { recursive: true });
    writeFileSync(path.join(root, "walk.mjs"), WALK);
    if (name === "bare") return root;
    await this.#ok(root, "init");
    if (name === "empty") return root;
    await this.#ok(root, "record walk.mjs --steps 300 --seed 3");
    await this.#ok(root, "tag v1 main -m first");
    await this.#ok(root, "branch side main@200 --seed 4");
    await this.#ok(root, "save side -o run.replay");
    if (name === "cut") {
      const line = "record walk.mjs --steps 90000 --seed 6 -b cut";
      const strike = { mode: "count", ctrlC: 500 } as const;
      const { status } = await this.#lab.strike(root, line.split(" "), strike);
      if (status !== 130) throw new Error(`expected an interrupted recording, got ${status}`);
    }
    if (name === "undone") {
      await this.#ok(root, "tag v2 side");
      await this.#ok(root, "undo");
    }
    return root;
  }

  async #ok(root: string, line: string): Promise<void> {
    const { status, stderr } = await this.#lab.run(root, line.split(" "));
    if (status !== 0) throw new Error(`rewind ${line}: ${stderr}`);
  }
}
