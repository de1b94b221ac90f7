import { Branches } from "../history/branches.ts";
import { BranchRecorder } from "../history/record/branch-recorder.ts";
import { inputsLimitBytes } from "../node/config/config.ts";
import { gitState } from "../node/host/git-state.ts";
import { hostDigest } from "../node/host/host.ts";
import { projectCache } from "../node/host/user-folders.ts";
import { BranchOutputs } from "../node/output/branch-outputs.ts";
import { newOutputs } from "../node/output/new-outputs.ts";
import { type CheckedBlocks, checkedBlocks } from "../node/program/checked-blocks.ts";
import { ProjectCode } from "../node/program/project-code.ts";
import { lockBranches } from "../node/store/branch-lock.ts";
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
  const { tools, folders } = objects;
  const notesStore = { files: tools.files, seal: tools.seal, local: folders.local };
  const code = new ProjectCode(project, objects, {
    ...{ ...options, generator, checks, observations, workers },
    newOutputs: (folder) =>
      newOutputs(folder, { store: notesStore, uniqueName: () => tools.uniqueName() }),
  });
  const outputs = new BranchOutputs({
    store: notesStore,
    root,
    parentFolder: options.outputs,
    notice: (text) => options.onNotice?.(text),
  });
  const recorder = new BranchRecorder(
    {
      ...{ objects, refs, lock, gitState: () => gitState(root) },
      outputs: (request) => outputs.begin(request),
    },
    branches,
    () => code.environment("recorded"),
  );
  return {
    ...{ branches, code, recorder, checks },
    store: { ...opened, refs },
    tags: new Tags({ objects, refs, seen, live, root }),
    hasChanged: () => changed,
  };
}
