/** Where the command stands among the arguments; -1 when there is none. */
export function commandPosition(argv: readonly string[]): number {
  return argv.findIndex(
    (argument, i) => !argument.startsWith("-") && !/^-[a-z]*C$/.test(argv[i - 1] ?? ""),
  );
}
