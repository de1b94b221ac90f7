import type { Id } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";
import { type FindRun, namesOfRuns, runFinder, standingNames } from "./names.ts";

/** How a run came from another: what was done to make it. */
export type OriginKind = "forked" | "extended" | "resumed" | "reset";

/** What a run came from. */
export interface Origin {
  readonly kind: OriginKind;
  readonly run: Id<"run">;
  /** The step up to which the two have the same past. */
  readonly step: number;
  /** A name by which `NAME@STEP` gives its states, where there is one. */
  readonly name: string | undefined;
  /** Undefined where it is not in the store. */
  readonly manifest: RunManifest | undefined;
}

/** What a store knows of its runs beside themselves. */
interface Known {
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** What to call each run. Asked for where one has no name of its own: it reads every run. */
  readonly standing: () => Promise<ReadonlyMap<string, string>>;
  /** The first word of the command that made each run. */
  readonly verbs: ReadonlyMap<string, string>;
}

/** Tells where the runs of a store came from. */
export class Origins {
  readonly #find: FindRun;
  readonly #known: Known;

  constructor(find: FindRun, known: Known) {
    this.#find = find;
    this.#known = known;
  }

  /** The names of a run itself. */
  namesOf(id: Id<"run">): readonly string[] {
    return this.#known.names.get(id) ?? [];
  }

  /** A run itself; undefined where it is not in the store. */
  manifestOf(id: Id<"run">): Promise<RunManifest | undefined> {
    return this.#find(id);
  }

  /** What this run came from directly; none for one that was recorded from step 0. */
  async of(id: Id<"run">, run: RunManifest): Promise<readonly Origin[]> {
    return Promise.all(
      run.parents.map(async (parent) => {
        const manifest = await this.#find(parent.run);
        const name = await this.#nameOf(parent.run);
        const kind = this.#kind(id, run, parent.step, name, manifest);
        // A fork without changes gives its parent's states too, but it is no answer to say it is from itself.
        const isOwn = kind === "forked" && name !== undefined && this.namesOf(id).includes(name);
        return { ...parent, kind, name: isOwn ? undefined : name, manifest };
      }),
    );
  }

  /** The same through every generation, the nearest first. Ends before a run that is not there. */
  async chain(id: Id<"run">, run: RunManifest): Promise<readonly Origin[]> {
    const chain: Origin[] = [];
    let [at, manifest]: [Id<"run">, RunManifest | undefined] = [id, run];
    while (manifest !== undefined) {
      const [origin] = await this.of(at, manifest);
      if (origin === undefined) break;
      chain.push(origin);
      [at, manifest] = [origin.run, origin.manifest];
    }
    return chain;
  }

  async #nameOf(id: Id<"run">): Promise<string | undefined> {
    return this.namesOf(id)[0] ?? (await this.#known.standing()).get(id);
  }

  /** By the operation log; where that does not go back so far, as it must have been. */
  #kind(
    id: Id<"run">,
    run: RunManifest,
    step: number,
    name: string | undefined,
    parent: RunManifest | undefined,
  ): OriginKind {
    const logged = KINDS.get(this.#known.verbs.get(id) ?? "");
    if (logged !== undefined) return logged;
    if (run.steps === step && name?.startsWith("archive/")) return "reset";
    if (parent?.steps !== step || run.steps === step) return "forked";
    return parent.steps < parent.goal && parent.goal === run.goal ? "resumed" : "extended";
  }
}

/** What the first word of a command in the operation log says of the run that it made. */
const KINDS: ReadonlyMap<string, OriginKind> = new Map([
  ["branch", "forked"],
  ["extend", "extended"],
  ["resume", "resumed"],
  ["reset", "reset"],
]);

/**
 * What tells where the runs of this store came from: reads every ref, unless the `names` of runs are
 * given, and the operation log, and the manifests that are not `known` already.
 */
export async function originsIn(
  store: ObjectStore,
  refs: RefStore,
  known?: ReadonlyMap<Id<"run">, RunManifest>,
  given?: ReadonlyMap<string, readonly string[]>,
): Promise<Origins> {
  // What is damaged is told by who needs it: an origin that cannot be read is none that is known.
  const find = runFinder(store, { known, onDamaged: () => undefined });
  const names = given ?? (await namesOfRuns(store, refs));
  const verbs = new Map<string, string>();
  for (const { command, changes } of await refs.operations()) {
    // The first operation that names a run is the one that made it.
    for (const { to } of changes) {
      if (to !== undefined && !verbs.has(to)) verbs.set(to, command.split(" ")[0] ?? "");
    }
  }
  let standing: Promise<ReadonlyMap<string, string>> | undefined;
  return new Origins(find, {
    names,
    standing: () => {
      standing ??= standingNames(names, find);
      return standing;
    },
    verbs,
  });
}
