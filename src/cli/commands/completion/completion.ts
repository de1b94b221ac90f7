import { either } from "../../../base/either.ts";
import { type Command, command, STATUS } from "../../command.ts";
import { parseCount } from "../../input/parse.ts";
import { usageError } from "../../input/usage-error.ts";
import { type Completion, complete } from "./complete.ts";
import { SHELLS, type Shell, scriptFor } from "./shells.ts";

export const completion: Command = command({
  positionals: {
    shell: { type: "string", demandOption: true, completes: "shell" },
    word: { type: "string", array: true },
  },
  describe: `Prints a script that lets bash, zsh or fish complete commands, options, branches, tags, runs and settings.
The script asks rewind itself, so it need not be installed again after an update. To install it:
  bash  add to ~/.bashrc:  eval "$(rewind completion bash)"
  zsh   add to ~/.zshrc, after compinit:  eval "$(rewind completion zsh)"
  fish  rewind completion fish > ~/.config/fish/completions/rewind.fish`,
  options: {
    words: {
      describe: "what the script asks for: the completions of the word at INDEX after --",
      type: "string",
      value: "INDEX",
    },
  },
  examples: [
    ["completion bash", "the script for bash"],
    ["completion bash --words 2 -- rewind checkout ma", "what it runs when TAB is pressed"],
  ],
  keys: { completion: ["shell", "script"] },
  async run(args, context) {
    const { out } = context;
    const shell = SHELLS.find((name) => name === args.shell);
    const words = args.word ?? [];
    if (shell === undefined)
      throw usageError(
        `expected ${either(SHELLS)} for the shell, got ${JSON.stringify(args.shell)}`,
      );
    if (args.words === undefined) {
      if (words.length > 0) throw usageError("words are allowed only with --words INDEX");
      const script = scriptFor(shell);
      out.result({ shell, script }, () => script);
      return STATUS.ok;
    }
    const index = parseCount(args.words, "--words");
    const read = shell === "bash" ? unquoted : (word: string) => word;
    const before = words.slice(1, index).map(read);
    const found = await complete(before, read(words[index] ?? ""), context);
    const lines = linesFor(shell, found);
    if (out.json) out.result({ ...found, files: found.files ?? null }, () => "");
    else out.raw(lines.map((line) => `${line}\n`).join(""));
    return STATUS.ok;
  },
});

/**
 * A line for each candidate, or a word that tells the shell to list files or folders. Such a word
 * is not a valid name.
 */
function linesFor(shell: Shell, { candidates, files }: Completion): string[] {
  if (files !== undefined) return [`:${files}`];
  return candidates.map(({ value, describe }) => {
    const about = describe.split("\n", 1)[0] ?? "";
    if (shell === "bash" || about === "") return shell === "zsh" ? escaped(value) : value;
    return shell === "zsh" ? `${escaped(value)}:${about}` : `${value}\t${about}`;
  });
}

/** A colon ends the value in zsh's lists. */
function escaped(value: string): string {
  return value.replace(/[\\:]/g, "\\$&");
}

/** A word without its quotes: bash passes words to a completion as typed. */
function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)/gs,
    (_, single, double, plain) => single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? plain,
  );
}
