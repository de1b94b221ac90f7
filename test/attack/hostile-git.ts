import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { outputFileSync } from "fs-extra/esm";
import type { HostileClone } from "./hostile-clones.ts";

/** A repository setting that makes Git run something, and a Git command that does so. */
interface GitTrap {
  readonly name: string;
  /** Makes the settings and other files; `run` is a command that leaves the marker. */
  set(project: string, run: string): string;
  readonly springs: string;
}

const FILTERED = "* filter=evil diff=evil merge=evil\n";

function attributes(project: string, text: string): void {
  writeFileSync(path.join(project, ".gitattributes"), text);
}

const HOOKS = [
  ...["applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-checkout", "post-commit"],
  ...[
    "post-index-change",
    "pre-auto-gc",
    "pre-commit",
    "prepare-commit-msg",
    "reference-transaction",
  ],
];

const TRAPS: readonly GitTrap[] = [
  {
    name: "a file system monitor",
    set: (_, run) => `[core]\n\tfsmonitor = "${run}; false"\n`,
    springs: "git status",
  },
  ...(["clean", "process"] as const).map((kind) => ({
    name: `a filter with ${kind}`,
    set(project: string, run: string) {
      attributes(project, FILTERED);
      return `[filter "evil"]\n\t${kind} = "${run}; cat"\n\trequired = true\n`;
    },
    springs: "git status",
  })),
  {
    name: "a filter with smudge",
    set(project, run) {
      attributes(project, FILTERED);
      return `[filter "evil"]\n\tsmudge = "${run}; cat"\n`;
    },
    springs: "rm walk.mjs && git checkout -f -- walk.mjs",
  },
  {
    name: "hooks",
    set(project, run) {
      for (const hook of HOOKS) script(path.join(project, ".git/hooks", hook), run);
      return "";
    },
    springs: "git update-index --refresh; git commit --allow-empty -m x",
  },
  {
    name: "hooks in a folder of the project's",
    set(project, run) {
      for (const hook of HOOKS) script(path.join(project, "hooks", hook), run);
      return `[core]\n\thooksPath = hooks\n`;
    },
    springs: "git update-index --refresh; git commit --allow-empty -m x",
  },
  {
    name: "a pager",
    set: (_, run) => `[core]\n\tpager = "${run}; cat"\n[pager]\n\tstatus = true\n\tconfig = true\n`,
    // Git uses a pager only on a terminal, so this runs the pager's command.
    springs: 'sh -c "$(git var GIT_PAGER)" </dev/null',
  },
  {
    name: "settings that are included where the repository is this one",
    set(project, run) {
      writeFileSync(path.join(project, ".git/more"), `[core]\n\tfsmonitor = "${run}; false"\n`);
      return '[includeIf "gitdir/i:**"]\n\tpath = more\n[include]\n\tpath = more\n';
    },
    springs: "git status",
  },
  {
    name: "aliases",
    set: (_, run) =>
      `[alias]\n${["status", "config", "rev-parse", "x"].map((name) => `\t${name} = "!${run}"\n`).join("")}`,
    springs: "git x",
  },
  {
    name: "a text conversion and a diff program",
    set(project, run) {
      attributes(project, FILTERED);
      return `[diff "evil"]\n\ttextconv = "${run}; cat"\n[diff]\n\texternal = "${run}"\n`;
    },
    springs: "echo >> walk.mjs && git diff",
  },
  {
    name: "programs for all that Git asks others for",
    set: (_, run) =>
      [
        ...["editor", "askPass", "sshCommand", "gitProxy", "alternateRefsCommand"].map(
          (name) => `[core]\n\t${name} = "${run}"\n`,
        ),
        `[credential]\n\thelper = "!${run}"\n[gpg]\n\tprogram = "${run}"\n[log]\n\tshowSignature = true\n`,
        `[remote "origin"]\n\turl = "ext::sh -c ${run}"\n\tpromisor = true\n[protocol "ext"]\n\tallow = always\n`,
      ].join(""),
    springs: "git commit --allow-empty",
  },
];

function script(file: string, run: string): void {
  outputFileSync(file, `#!/bin/sh\n${run}\n`);
  chmodSync(file, 0o755);
}

/** Git for a user without settings. */
function git(project: string, ...argv: string[]): void {
  const own = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  const options = {
    stdio: "ignore",
    env: { PATH: process.env.PATH, HOME: project, ...own },
  } as const;
  execFileSync("git", ["-C", project, ...who, ...argv], options);
}

/**
 * Repositories whose settings run something, with the commands that use Git: recordings, and new
 * code.
 */
export const HOSTILE_REPOSITORIES: readonly HostileClone[] = TRAPS.map(
  ({ name, set, springs }) => ({
    name: `a Git repository with ${name}`,
    make(project, _, marker) {
      git(project, "init", "-q");
      git(project, "add", "-A");
      git(project, "commit", "-q", "-m", "x");
      appendFileSync(path.join(project, ".git/config"), set(project, `touch ${marker}`));
      // Git must read the file to see that it is unchanged, so filters would run.
      utimesSync(path.join(project, "walk.mjs"), new Date(), new Date(0));
    },
    lines: [
      "record walk.mjs --steps 20 --seed 8 -b recorded",
      "trust main",
      "branch forked main@10 --program working",
      "extend main --by 10",
    ],
    springs: `export GIT_COMMITTER_NAME=A GIT_AUTHOR_NAME=A EMAIL=a@example.org; ${springs}`,
  }),
);
