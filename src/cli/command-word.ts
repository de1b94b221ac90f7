/** The index of the command among the arguments; -1 if there is no command. */
export function commandPosition(argv: readonly string[]): number {
  return argv.findIndex(
    (argument, i) => !argument.startsWith("-") && !/^-[a-z]*C$/.test(argv[i - 1] ?? ""),
  );
}
