import { COMMANDS, GROUPS } from "../command-list.ts";

/** What `rewind` alone prints: first steps, and the commands in groups. */
export function overview(): string {
  const commands = Object.entries(COMMANDS);
  const width = Math.max(...commands.map(([name]) => name.length));
  return [
    "rewind: Git for long stochastic runs. Record one, see any step of it, fork it anywhere, compare.",
    "",
    "usage: rewind <command> [--json] [-C dir] [-q]",
    "",
    "first steps",
    "  rewind init",
    "  rewind record walk.ts --steps 1_000_000 --seed 42   record a simulation on the branch main",
    "  rewind get main@50%                                 the state half-way, exactly as it was",
    "  rewind branch what-if main@50% --seed 7             another future from there",
    "  rewind diff main what-if                            where the two part",
    ...Object.entries(GROUPS).flatMap(([group, title]) => [
      "",
      title,
      ...commands
        .filter(([, entry]) => entry.group === group)
        .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    ]),
    "",
    "read more",
    "  rewind help <command>    its options, with examples; also rewind <command> --help",
    "  rewind help revisions    how runs, steps and ranges are named: main@50%, HEAD~100, main@{1}",
    "  rewind help expressions  what find and stats compute, and how paths into a state read",
    "  rewind help remotes      where runs can be shared, and how a URL names it",
    "  rewind help plans        what consumed a generator, for rng to reconstruct",
  ].join("\n");
}
