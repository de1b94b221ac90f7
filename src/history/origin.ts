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
  /** A name with which `NAME@STEP` gives its states, if there is one. */
  readonly name: string | undefined;
  /** Undefined if it is not in the store. */
  readonly manifest: RunManifest | undefined;
}

/** What a store knows about its runs, in addition to their manifests. */
interface Known {
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** What to call each run. Needed only for runs that no ref names, because it reads every run. */
  readonly standing: () => Promise<ReadonlyMap<string, string>>;
  /** The first word of the command that made each run. */
  readonly verbs: ReadonlyMap<string, string>;
}

/** Finds where the runs of a store came from. */
export class Origins {
  readonly #find: FindRun;
  readonly #known: Known;

  constructor(find: FindRun, known: Known) {
    this.#find = find;
    this.#known = known;
  }

  /** The refs that name a run. */
  namesOf(id: Id<"run">): readonly string[] {
    return this.#known.names.get(id) ?? [];
  }

  /** The manifest of a run; undefined if it is not in the store. */
  manifestOf(id: Id<"run">): Promise<RunManifest | undefined> {
    return this.#find(id);
  }

  /** What this run came from directly; empty for a run that was recorded from step 0. */
  async of(id: Id<"run">, run: RunManifest): Promise<readonly Origin[]> {
    return Promise.all(
      run.parents.map(async (parent) => {
        const manifest = await this.#find(parent.run);
        const name = await this.nameOf(parent.run);
        const kind = this.#kind(id, run, parent.step, name, manifest);
        // A fork without changes gives its parent's states too, but "forked from itself" tells
        // nothing.
        const isOwn = kind === "forked" && name !== undefined && this.namesOf(id).includes(name);
        return { ...parent, kind, name: isOwn ? undefined : name, manifest };
      }),
    );
  }

  /**
   * The origin, its origin and so on, the nearest first. Ends at a run that is not in the store.
   */
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

  /** A name with which `NAME@STEP` gives the states of a run, if there is one. */
  async nameOf(id: Id<"run">): Promise<string | undefined> {
    return this.namesOf(id)[0] ?? (await this.#known.standing()).get(id);
  }

  /** As the operation log says; if it does not go back that far, as the two runs suggest. */
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

/** What the first word of a command in the operation log says about the run that it made. */
const KINDS: ReadonlyMap<string, OriginKind> = new Map([
  ["branch", "forked"],
  ["extend", "extended"],
  ["resume", "resumed"],
  ["reset", "reset"],
]);

/**
 * Reads every ref, unless the `names` of runs are `given`, the operation log, and the manifests
 * that are not `known` already, to find where the runs of a store came from.
 */
export async function originsIn(
  store: ObjectStore,
  refs: RefStore,
  known?: ReadonlyMap<Id<"run">, RunManifest>,
  given?: ReadonlyMap<string, readonly string[]>,
): Promise<Origins> {
  // An origin that cannot be read counts as unknown; whoever needs the run itself reports the
  // damage.
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
