import { COMMANDS } from "./commands.ts";

/** What `rewind` alone prints: the commands, grouped by what one is doing. */
export function overview(): string {
  const groups = new Map<string, string[]>();
  for (const [name, { group, summary }] of Object.entries(COMMANDS)) {
    groups.set(group, [...(groups.get(group) ?? []), `  ${name.padEnd(10)} ${summary}`]);
  }
  return [
    "rewind: Git for long stochastic runs",
    "",
    "usage: rewind <command> [--json] [-C dir] [-q]",
    ...[...groups].flatMap(([group, lines]) => ["", group, ...lines]),
    "",
    "`rewind <command> --help` explains a command, with examples.",
  ].join("\n");
}
