import { Branches } from "../history/branches.ts";
import { BranchRecorder } from "../history/record/branch-recorder.ts";
import { EnsembleRecorder } from "../history/record/ensemble-recorder.ts";
import { inputsLimitBytes } from "../node/config/config.ts";
import { gitState } from "../node/host/git-state.ts";
import { hostDigest } from "../node/host/host.ts";
import { projectCache } from "../node/host/user-folders.ts";
import { type CheckedBlocks, checkedBlocks } from "../node/program/checked-blocks.ts";
import { ProjectCode } from "../node/program/project-code.ts";
import { lockBranches, lockEnsemble } from "../node/store/branch-lock.ts";
import { observedNotes } from "../node/store/observed-notes.ts";
import { storeGenerator } from "../node/store/store-config.ts";
import type { OpenStore } from "../node/store/store-folder.ts";
import { nodeWorkers } from "../node/workers/crew.ts";
import type { RepositoryOptions } from "./options.ts";
import { Tags } from "./tags.ts";

/** What a repository is made of. */
export interface RepositoryParts {
  readonly store: OpenStore;
  readonly branches: Branches;
  readonly tags: Tags;
  /** The code that replays and records runs. */
  readonly code: ProjectCode;
  readonly recorder: BranchRecorder;
  readonly sweeper: EnsembleRecorder;
  /** The blocks whose replay was compared with the recording before. */
  readonly checks: CheckedBlocks;
  /** Whether a ref was changed through these parts. */
  hasChanged(): boolean;
}

/** Puts the parts of a repository together. */
export function partsOf(
  root: string,
  opened: OpenStore,
  options: RepositoryOptions,
): RepositoryParts {
  const { objects } = opened;
  let changed = false;
  const refs: OpenStore["refs"] = {
    ...opened.refs,
    update: async (...change) => {
      await opened.refs.update(...change);
      changed = true;
    },
  };
  const lock = (names: readonly string[]) => lockBranches(objects, names);
  const { seen, live } = opened;
  const branches = new Branches({ objects, refs, seen, live, lock });
  const project = {
    root,
    cache: projectCache(root),
    inputsLimitBytes: () => inputsLimitBytes(root),
    notice: (text: string) => options.onNotice?.(text),
  };
  const checks = checkedBlocks({
    folder: project.cache,
    host: hostDigest,
    limitMs: options.checkMs,
    onUnchecked: options.onUnchecked,
  });
  const generator = () => storeGenerator(objects.tools.files, objects.folders.root);
  const observations = observedNotes(objects.folders, objects.tools);
  const workers = nodeWorkers(objects.folders.root);
  const code = new ProjectCode(project, objects, {
    ...{ ...options, generator, checks, observations, workers },
  });
  const recorder = new BranchRecorder(
    { objects, refs, lock, gitState: () => gitState(root) },
    branches,
    () => code.environment("recorded"),
  );
  const sweeper = new EnsembleRecorder(
    {
      ...{ objects, refs },
      lock: (name) => lockEnsemble(objects, name),
      gitState: () => gitState(root),
    },
    () => code.environment("recorded"),
  );
  return {
    ...{ branches, code, recorder, sweeper, checks },
    store: { ...opened, refs },
    tags: new Tags({ objects, refs, seen, live, root }),
    hasChanged: () => changed,
  };
}
