/** The shells that have scripts. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

/**
 * A script that makes a shell ask `rewind completion` for the completions of a word. The answer is
 * a line for each candidate, or `:files` or `:folders`, which the shell then lists itself.
 */
export function scriptFor(shell: Shell): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell].trim();
}

// It must run in the bash 3.2 of macOS: no mapfile, no negative index, perhaps no compopt.
const BASH = `
# rewind completion for bash: eval "$(rewind completion bash)"
_rewind() {
  local rest=$COMP_LINE words=() count=0 i piece line
  # Bash cuts words also at = : and @. What no blank parts is one word.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]}
    if ((count > 0)) && [[ $rest != [[:blank:]]* ]] &&
      [[ $piece == [=:@]* || \${COMP_WORDS[i - 1]} == *[=:@] ]]; then
      words[count - 1]+=$piece
    else
      words[count++]=$piece
    fi
    rest=\${rest#"\${rest%%[![:blank:]]*}"}
    rest=\${rest#"$piece"}
  done
  local current=\${words[count - 1]} head= found=()
  while IFS= read -r line; do
    case $line in
      :files | :folders)
        [[ $current == --*=* ]] && head=\${current%%=*}=
        local kind=-f
        [[ $line == :folders ]] && kind=-d
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do
          found+=("$head$line")
        done < <(compgen $kind -- "\${current#"$head"}")
        ;;
      *)
        # Within quotes nothing needs another.
        [[ $current == [\\"\\']* ]] || printf -v line %q "$line"
        found+=("$line")
        ;;
    esac
  done < <(rewind completion bash --words $((count - 1)) -- "\${words[@]}" 2>/dev/null)
  # Bash keeps what stands before the last place where it cuts.
  local cut=$COMP_WORDBREAKS kept=
  for ((i = 0; i < \${#current}; i++)); do
    piece=\${current:i:1}
    [[ $piece == [=:@] && $cut == *"$piece"* ]] && kept=\${current:0:i+1}
  done
  COMPREPLY=()
  for line in "\${found[@]}"; do
    COMPREPLY+=("\${line#"$kept"}")
  done
}
complete -F _rewind rewind
`;

const ZSH = `
#compdef rewind
# rewind completion for zsh: eval "$(rewind completion zsh)", after compinit
_rewind() {
  local line
  local -a found
  for line in "\${(@f)$(rewind completion zsh --words $((CURRENT - 1)) -- \\
    "\${(@Q)words[1,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    case $line in
      ('') ;;
      (:files) [[ $PREFIX == --*=* ]] && compset -P '*='; _files ;;
      (:folders) [[ $PREFIX == --*=* ]] && compset -P '*='; _files -/ ;;
      (*) found+=("$line") ;;
    esac
  done
  (( \${#found} )) && _describe -V rewind found
}
if [[ $funcstack[1] == _rewind ]]; then _rewind "$@"; else compdef _rewind rewind; fi
`;

const FISH = `
# rewind completion for fish: rewind completion fish > ~/.config/fish/completions/rewind.fish
function __rewind_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l head (string match -r -- '^--[^=]*=' $current)
  for line in (rewind completion fish --words (count $words) -- $words "$current" 2>/dev/null)
    switch $line
      case ':files'
        string replace -r -- '^' "$head" (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
      case ':folders'
        string replace -r -- '^' "$head" (__fish_complete_directories (string replace -r -- '^--[^=]*=' '' "$current"))
      case '*'
        echo $line
    end
  end
end
complete -c rewind -f -k -a '(__rewind_complete)'
`;
