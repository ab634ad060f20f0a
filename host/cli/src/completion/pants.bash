# Completes command lines of pants in bash. For each shell, in ~/.bashrc: source <(pants complete bash)
_pants() {
  local line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^=:]/} words current kept answer
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=${words[${#words[@]} - 1]}
  # Readline replaces what stands behind the last of its word breaks: what stands before them is kept.
  kept=""
  [[ -n $breaks ]] && kept=${current%"${current##*["$breaks"]}"}
  COMPREPLY=()
  while IFS= read -r answer; do
    COMPREPLY+=("${answer#"$kept"}")
  done < <("${words[0]}" complete --words -- "${words[@]:1}" 2>/dev/null)
  if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[/=:] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _pants pants ./pants
