export type Shell = "bash" | "zsh" | "fish";

/**
 * What a shell runs to complete a word: it asks `orchestra completion words`, which answers with a
 * word a line, a tab and what it is, or with `:files`. The words that are typed go there in one
 * argument, a line each, so that none is taken for an option; a dot ends them, as shells drop the
 * line ends at the end of what they are given.
 */
export const COMPLETION_SCRIPTS: Record<Shell, string> = {
  bash: `# Completion of orchestra for bash. To have it: source <(orchestra completion bash)
_orchestra() {
  local line typed
  local IFS=$'\\n'
  COMPREPLY=()
  typed="\${COMP_WORDS[*]:0:COMP_CWORD+1}"
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(command orchestra completion words "$typed"$'\\n.' 2>/dev/null)
}
complete -o nosort -F _orchestra orchestra 2>/dev/null || complete -F _orchestra orchestra`,
  zsh: `#compdef orchestra
# Completion of orchestra for zsh. To have it: orchestra completion zsh > "\${fpath[1]}/_orchestra"
_orchestra() {
  local line
  local -a described
  for line in "\${(@f)$(command orchestra completion words "\${(pj:\\n:)words[1,CURRENT]}"$'\\n.' 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == ":files" ]]; then
      _files
      return
    fi
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -V orchestra described
}
if [[ "\${funcstack[1]}" == "_orchestra" ]]; then
  _orchestra "$@"
else
  compdef _orchestra orchestra
fi`,
  fish: `# Completion of orchestra for fish. To have it:
#   orchestra completion fish > ~/.config/fish/completions/orchestra.fish
function __orchestra_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l typed (string join \\n -- $words "$current" . | string collect)
    set -l lines (command orchestra completion words "$typed" 2>/dev/null)
    if test "$lines[1]" = ":files"
        __fish_complete_path "$current"
    else if set -q lines[1]
        printf '%s\\n' $lines
    end
end
complete -c orchestra -f -k -a '(__orchestra_complete)'`,
};
