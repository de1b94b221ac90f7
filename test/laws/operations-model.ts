import type { Id } from "../../src/object/id.ts";
import { bruteForce, type Lineage } from "../support/brute-force.ts";
import type { Form } from "../support/simulation-forms.ts";

/** A run as it must be: its history, the requested steps, and its states by brute force. */
export interface Expected {
  readonly lineage: Lineage;
  readonly goal: number;
  readonly states: readonly Uint8Array[];
}

/** The target of HEAD: a branch, by the full name of its ref, or a run. */
export type Head = { readonly ref: string } | { readonly run: string };

/** Everything that an undo must restore. */
export interface Refs {
  readonly head: Head;
  /** By full names; a tag's value is the run behind it. */
  readonly named: Readonly<Record<string, string>>;
}

/** A model of a repository: which ref names which run, and what every operation changed. */
export class Model {
  readonly runs: Map<string, Expected> = new Map();
  /** The refs before the first operation and after each one, including those that were undone. */
  readonly moments: Refs[] = [{ head: { ref: "refs/heads/main" }, named: {} }];
  #past: Refs[] = [];
  #future: Refs[] = [];

  get refs(): Refs {
    return this.moments.at(-1)!;
  }

  /** How many operations can be undone. */
  get undoable(): number {
    return this.#past.length;
  }

  get redoable(): number {
    return this.#future.length;
  }

  /** An operation that moves refs; undefined removes one. */
  move(changes: Readonly<Record<string, string | undefined>>, head: Head = this.refs.head): void {
    const named = Object.entries({ ...this.refs.named, ...changes });
    this.#past.push(this.refs);
    this.#future = [];
    this.moments.push({
      head,
      named: Object.fromEntries(named.filter((pair): pair is [string, string] => !!pair[1])),
    });
  }

  undo(): boolean {
    return this.#travel(this.#past, this.#future);
  }

  redo(): boolean {
    return this.#travel(this.#future, this.#past);
  }

  /** Notes a run and its history. */
  learn(id: Id<"run">, lineage: Lineage, goal: number): void {
    this.runs.set(id, { lineage, goal, states: bruteForce(lineage).bytes });
  }

  /** The run that HEAD leads to, if it has one. */
  get headRun(): string | undefined {
    return leadsTo(this.refs);
  }

  names(prefix: string): string[] {
    return Object.keys(this.refs.named)
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  /** The runs that a ref or HEAD has named, the latest first, as in `main@{n}`. */
  history(ref: string): string[] {
    const values = this.moments.map((refs) => (ref === "HEAD" ? leadsTo(refs) : refs.named[ref]));
    return values
      .filter((run, n) => run !== values[n - 1])
      .filter((run) => run !== undefined)
      .reverse();
  }

  #travel(from: Refs[], to: Refs[]): boolean {
    const refs = from.pop();
    if (refs === undefined) return false;
    to.push(this.refs);
    this.moments.push(refs);
    return true;
  }
}

function leadsTo({ head, named }: Refs): string | undefined {
  return "ref" in head ? named[head.ref] : head.run;
}

/** The lineage with its history cut at a step. */
export function cutAt(lineage: Lineage, steps: number): Lineage {
  return { ...lineage, steps, changes: lineage.changes.filter(({ at }) => at <= steps) };
}

/** The form with a step that fails at `failing.at`. */
export function fragile(form: Form, failing: { at: number | undefined }): Form["simulation"] {
  const { simulation } = form;
  return {
    ...simulation,
    step(state, rng, ctx) {
      if (ctx.step === failing.at) throw new Error("no more");
      return simulation.step(state, rng, ctx);
    },
  };
}
